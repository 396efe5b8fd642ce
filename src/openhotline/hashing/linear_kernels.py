"""numba kernels for PDQ as a linear operator: 64 x 64 samples = V . picture . H transposed, V and H banded.

Two box passes and the sampling are one weighted sum along each side, over about a 64th of it, so each pixel
is used about once. Importing this module loads numba.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from openhotline.hashing.compiled import (
    BYTES_2D,
    INDICES,
    INTEGER,
    NOTHING,
    OUT_INDICES,
    OUT_SINGLES_1D,
    OUT_SINGLES_2D,
    REAL,
    SINGLES_2D,
    compiled,
)

F = np.float32
Single = npt.NDArray[np.float32]
Index = npt.NDArray[np.int64]


@compiled(OUT_SINGLES_1D, INDICES, INDICES, INTEGER)
def band(low: Index, high: Index, at: int) -> Single:
    """Return the weights of the pixels that two box passes mix into one position."""
    begin, end = low[low[at]], high[high[at]]
    weights = np.zeros(end - begin + 1, np.float64)
    for inner in range(low[at], high[at] + 1):
        share = 1.0 / ((high[inner] - low[inner] + 1) * (high[at] - low[at] + 1))
        for pixel in range(low[inner], high[inner] + 1):
            weights[pixel - begin] += share
    return weights.astype(np.float32)


@compiled(NOTHING, INDICES, INDICES, INDICES, INTEGER, REAL, OUT_INDICES, OUT_INDICES, OUT_SINGLES_2D)
def weigh(
    low: Index, high: Index, at: Index, scaled: int, step: float, first: Index, count: Index, weights: Single
) -> None:
    """Fill the operator of one side: sample i is the sum over k of weights[i, k] * pixel[first[i] + k].

    ``low`` and ``high`` bound each position's window, ``at`` are the 64 sampled positions. One scaled pixel
    covers ``step`` pixels and carries the sum of their weights; a pixel on an edge is shared out by length.
    """
    for i in range(at.size):
        begin = low[low[at[i]]]
        full = band(low, high, at[i])
        first[i] = min(int(begin / step), scaled - 1)
        count[i] = min(int(np.ceil((begin + full.size) / step)), scaled) - first[i]
        for pixel in range(begin, begin + full.size):
            k = min(int(pixel / step), scaled - 1)
            here = min(1.0, (k + 1) * step - pixel) if k + 1 < scaled else 1.0
            weights[i, k - first[i]] += F(full[pixel - begin] * here)
            if k + 1 < first[i] + count[i]:
                weights[i, k + 1 - first[i]] += F(full[pixel - begin] * (1.0 - here))


@compiled(NOTHING, BYTES_2D, INDICES, INDICES, SINGLES_2D, OUT_SINGLES_2D, relaxed=True)
def rows(picture: npt.NDArray[np.uint8], first: Index, count: Index, weights: Single, out: Single) -> None:
    """Weigh and sum rows of bytes into the 64 rows of ``out``, four at a time to spare memory traffic."""
    width = picture.shape[1]
    for i in range(out.shape[0]):
        top, size = first[i], count[i]
        for x in range(width):
            out[i, x] = F(0)
        fours = size - size % 4
        for k in range(0, fours, 4):
            w0, w1, w2, w3 = weights[i, k], weights[i, k + 1], weights[i, k + 2], weights[i, k + 3]
            row0, row1 = picture[top + k], picture[top + k + 1]
            row2, row3 = picture[top + k + 2], picture[top + k + 3]
            for x in range(width):
                out[i, x] += w0 * F(row0[x]) + w1 * F(row1[x]) + w2 * F(row2[x]) + w3 * F(row3[x])
        for k in range(fours, size):
            w0, row0 = weights[i, k], picture[top + k]
            for x in range(width):
                out[i, x] += w0 * F(row0[x])


@compiled(NOTHING, SINGLES_2D, OUT_SINGLES_2D, relaxed=True)
def to_luma(coloured: Single, out: Single) -> None:
    """Turn rows of red, green, blue into brightness. Linear, so it may come after the sum over rows."""
    for i in range(out.shape[0]):
        for x in range(out.shape[1]):
            red, green, blue = coloured[i, 3 * x], coloured[i, 3 * x + 1], coloured[i, 3 * x + 2]
            out[i, x] = F(0.299) * red + F(0.587) * green + F(0.114) * blue


@compiled(NOTHING, SINGLES_2D, INDICES, INDICES, SINGLES_2D, OUT_SINGLES_2D, relaxed=True)
def columns(lines: Single, first: Index, count: Index, weights: Single, out: Single) -> None:
    """Weigh and sum along each of the 64 rows into the 64 x 64 samples."""
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            total = F(0)
            left = first[j]
            for k in range(count[j]):
                total += weights[j, k] * lines[i, left + k]
            out[i, j] = total
