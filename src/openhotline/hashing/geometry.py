"""Where PDQ looks: box windows and the 64 x 64 sampled positions, from one side's length in pixels.

Source: the PDQ description and reference implementation (facebook/ThreatExchange, ``pdq/``).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

SAMPLES = 64
"""PDQ looks at 64 x 64 positions."""

SMALLEST_SIDE = 5
"""Pixels. A picture with a shorter side has no PDQ hash: 256 zero bits, quality 0."""

WINDOWS_PER_SIDE = 128
"""A box window is a 128th of the side, rounded up."""


def is_too_small(height: int, width: int) -> bool:
    """Say whether a side is too short for PDQ."""
    return min(height, width) < SMALLEST_SIDE


def window(length: int) -> tuple[int, int]:
    """Return how many pixels a box window reaches before and after its own position."""
    full = -(-length // WINDOWS_PER_SIDE)
    after = (full + 2) // 2 - 1
    return full - 1 - after, after


def bounds(length: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return first and last pixel of the window at every position; windows are cut at the border."""
    before, after = window(length)
    position = np.arange(length, dtype=np.int64)
    return np.maximum(position - before, 0), np.minimum(position + after, length - 1)


def positions(length: int) -> npt.NDArray[np.int64]:
    """Return the 64 sampled positions: the middles of 64 equal parts, rounded down."""
    return np.floor((np.arange(SAMPLES) + 0.5) * length / SAMPLES).astype(np.int64)
