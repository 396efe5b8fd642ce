"""64 x 64 samples by the reference implementation's own arithmetic, bit for bit. Loads numba when first used.

About eight times slower than the linear operator: for the few pictures where its rounding could matter.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from openhotline.hashing.geometry import SAMPLES, positions, window

Single = npt.NDArray[np.float32]


def samples(rgb: npt.NDArray[np.uint8]) -> Single:
    """Return float32[64, 64] of uint8[height, width, 3]. A 64 x 64 picture is not blurred."""
    from openhotline.hashing import running_kernels as kernels

    height, width = rgb.shape[:2]
    rgb = np.ascontiguousarray(rgb).reshape(height, -1)
    if (height, width) == (SAMPLES, SAMPLES):
        return _luma_of_all(rgb)
    before, after = window(height)
    lanes, full = kernels.LANES, before + after + 1
    blocks = -(-(height + after) // lanes)
    once_blurred = _Rows(width)
    ring = np.zeros((full // lanes + 2, lanes, width), np.float32)
    lines, sums = np.empty((lanes, width), np.float32), np.zeros(width, np.float32)
    counts = kernels.window_counts(height, full, after)
    sampled = np.zeros((blocks * lanes, SAMPLES), np.float32)
    for top in range(0, blocks * lanes, lanes):
        kernels.luma(rgb, top, once_blurred.line, lines)
        kernels.turn_out(once_blurred.blur(lines), ring[(top // lanes) % len(ring)])
        kernels.along_columns(ring, top, full, after, counts, sums, lines)
        sampled[top : top + lanes] = once_blurred.blur(lines)[positions(width)].T
    return _last_columns(sampled[after : after + height])


class _Rows:
    """Buffers for box passes along the rows of one picture."""

    def __init__(self, width: int) -> None:
        from openhotline.hashing import running_kernels as kernels

        before, self.after = window(width)
        self.full = before + self.after + 1
        self.counts = kernels.window_counts(width, self.full, self.after)
        self.line = np.empty(3 * width, np.float32)
        self._turned = np.zeros((width + 2 * self.full, kernels.LANES), np.float32)
        self._blurred = np.empty((width, kernels.LANES), np.float32)
        self._sums = np.empty(kernels.LANES, np.float32)

    def blur(self, lines: Single) -> Single:
        """Return [width, LANES]: the rows of ``lines`` turned and blurred. The next call overwrites it."""
        from openhotline.hashing import running_kernels as kernels

        kernels.turn_in(lines, self._turned, self.full)
        kernels.along_turned(self._turned, self.full, self.after, self.counts, self._sums, self._blurred)
        return self._blurred


def _last_columns(sampled: Single) -> Single:
    """Blur [height, 64] down its columns and keep the 64 sampled rows."""
    from openhotline.hashing import running_kernels as kernels

    height = len(sampled)
    before, after = window(height)
    full = before + after + 1
    padded = np.pad(sampled, ((full, full), (0, 0)))
    blurred = np.empty((height, SAMPLES), np.float32)
    counts = kernels.window_counts(height, full, after)
    kernels.along_turned(padded, full, after, counts, np.empty(SAMPLES, np.float32), blurred)
    return blurred[positions(height)]


def _luma_of_all(rgb: npt.NDArray[np.uint8]) -> Single:
    from openhotline.hashing import running_kernels as kernels

    lines = np.empty((SAMPLES, SAMPLES), np.float32)
    for top in range(0, SAMPLES, kernels.LANES):
        kernels.luma(rgb, top, np.empty(3 * SAMPLES, np.float32), lines[top : top + kernels.LANES])
    return lines
