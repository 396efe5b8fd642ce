"""From 64 x 64 samples to frequencies, bits and quality: the second half of PDQ, shared by every mode.

Shapes: samples are [64, 64] in 0 to 255, frequencies [16, 16], bits bool[256] in the order of exchange.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from openhotline.hashing.geometry import SAMPLES
from openhotline.hashing.pdq import NEAR_MEDIAN, Mode, PdqHash

FREQUENCIES = 16
MEDIAN_RANK = FREQUENCIES * FREQUENCIES // 2 - 1
"""The lower of the two middle values is the median, so exactly 128 bits are set where no two are equal."""

QUALITY_DIVISOR = 90
"""Steps between neighbours add up to this for each point of quality (PDQ reference implementation)."""


def _matrix() -> npt.NDArray[np.float32]:
    """Return the DCT rows 1 to 16 of 64, rounded to single precision as the reference implementation does."""
    frequency = np.arange(1, FREQUENCIES + 1)[:, None]
    place = 2 * np.arange(SAMPLES)[None, :] + 1
    scale = float(np.float32(np.sqrt(2.0 / SAMPLES)))
    waves: npt.NDArray[np.float64] = scale * np.cos(np.pi / 2 / SAMPLES * frequency * place)
    return waves.astype(np.float32)


DCT = _matrix()


def finish(samples: npt.NDArray[np.float32], spectrum: npt.NDArray[Any], mode: Mode, decoder: str) -> PdqHash:
    """Make the hash with its doubt."""
    return PdqHash(hash_bytes(spectrum), quality(samples), mode, near_median(spectrum), decoder)


def frequencies(samples: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Return the 16 x 16 lowest frequencies without the constant one, in double precision."""
    dct = DCT.astype(np.float64)
    result: npt.NDArray[np.float64] = dct @ samples.astype(np.float64) @ dct.T
    return result


def frequencies_in_order(samples: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return the same in single precision, summed in the reference implementation's order, bit for bit."""
    half = np.zeros((FREQUENCIES, SAMPLES), dtype=np.float32)
    for k in range(SAMPLES):
        half += DCT[:, k, None] * samples[k]
    full = np.zeros((FREQUENCIES, FREQUENCIES), dtype=np.float32)
    for k in range(SAMPLES):
        full += half[:, k, None] * DCT[:, k]
    return full


def hash_bytes(spectrum: npt.NDArray[Any]) -> bytes:
    """Return the 32 bytes of a hash: a bit is set above the median; the highest frequency comes first."""
    flat = spectrum.ravel()
    median = np.partition(flat, MEDIAN_RANK)[MEDIAN_RANK]
    return np.packbits((flat > median)[::-1]).tobytes()


def near_median(spectrum: npt.NDArray[Any]) -> int:
    """Count the frequencies within 0.5 of the median, the median's own included."""
    flat = spectrum.ravel()
    median = np.partition(flat, MEDIAN_RANK)[MEDIAN_RANK]
    return int(np.count_nonzero(np.abs(flat - median) <= NEAR_MEDIAN))


def gap_at_median(spectrum: npt.NDArray[Any]) -> float:
    """Return how far the two middle values are apart: errors below half of it cannot change a bit."""
    middle = np.partition(spectrum.ravel(), (MEDIAN_RANK, MEDIAN_RANK + 1))
    return float(middle[MEDIAN_RANK + 1] - middle[MEDIAN_RANK])


def quality(samples: npt.NDArray[np.float32], *, error: float = 0.0) -> int:
    """Return 0 to 100: how much neighbouring samples differ, each step in whole hundredths of the range.

    ``error`` lengthens (or shortens) every step by so many grey levels: asks whether the answer would stand
    if the samples were slightly wrong.
    """
    total = 0
    for axis in (0, 1):
        steps = np.abs(np.diff(samples, axis=axis))
        if error:
            steps = np.maximum(steps + np.float32(error), 0)
        total += int((steps * np.float32(100) / np.float32(255)).astype(np.int32).sum())
    return min(total // QUALITY_DIVISOR, 100)
