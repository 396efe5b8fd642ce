"""64 x 64 samples of a picture, or of its scaled decode, by the linear operator. Loads numba at first use."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from openhotline.hashing.geometry import SAMPLES, bounds, positions


@dataclass(frozen=True)
class Side:
    """The operator of one side: sample i is the sum over k of weights[i, k] * pixel[first[i] + k].

    ``first`` and ``count`` are int64[64]; ``weights`` is float32[64, widest], zero behind ``count``.
    """

    first: npt.NDArray[np.int64]
    count: npt.NDArray[np.int64]
    weights: npt.NDArray[np.float32]


@lru_cache(maxsize=128)
def side(length: int, scaled: int, step: float) -> Side:
    """Return the operator of a side of ``length`` pixels, for ``scaled`` pixels that cover ``step`` each."""
    from openhotline.hashing import linear_kernels

    low, high = bounds(length)
    at = positions(length)
    widest = int((high[high[at]] - low[low[at]]).max() / step) + 3
    first, count = np.zeros(SAMPLES, np.int64), np.zeros(SAMPLES, np.int64)
    weights = np.zeros((SAMPLES, widest), np.float32)
    linear_kernels.weigh(low, high, at, scaled, step, first, count, weights)
    return Side(first, count, weights)


def samples(picture: npt.NDArray[np.uint8], vertical: Side, horizontal: Side) -> npt.NDArray[np.float32]:
    """Return float32[64, 64] of uint8[height, width, 3] or grey uint8[height, width]."""
    from openhotline.hashing import linear_kernels

    height = picture.shape[0]
    colours = 3 if picture.ndim == 3 else 1
    flat = np.ascontiguousarray(picture).reshape(height, -1)
    down = vertical.first, vertical.count, vertical.weights
    across = horizontal.first, horizontal.count, horizontal.weights
    result = np.empty((SAMPLES, SAMPLES), np.float32)
    linear_kernels.sample(flat, *down, *across, colours, result)
    return result
