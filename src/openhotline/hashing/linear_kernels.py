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
    SINGLES_1D,
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


@compiled(NOTHING, BYTES_2D, INTEGER, INTEGER, SINGLES_1D, OUT_SINGLES_1D, relaxed=True)
def add_rows(picture: npt.NDArray[np.uint8], top: int, count: int, weights: Single, line: Single) -> None:
    """Weigh and sum rows of bytes into one line, four at a time to spare memory traffic."""
    line[:] = F(0)
    fours = count - count % 4
    for k in range(0, fours, 4):
        w0, w1, w2, w3 = weights[k], weights[k + 1], weights[k + 2], weights[k + 3]
        row0, row1 = picture[top + k], picture[top + k + 1]
        row2, row3 = picture[top + k + 2], picture[top + k + 3]
        for x in range(line.size):
            line[x] += w0 * F(row0[x]) + w1 * F(row1[x]) + w2 * F(row2[x]) + w3 * F(row3[x])
    for k in range(fours, count):
        weight, row = weights[k], picture[top + k]
        for x in range(line.size):
            line[x] += weight * F(row[x])


@compiled(NOTHING, SINGLES_1D, OUT_SINGLES_1D, relaxed=True)
def to_luma(coloured: Single, line: Single) -> None:
    """Turn red, green, blue into brightness. Linear, so it may come after the sum over rows."""
    for x in range(line.size):
        line[x] = F(0.299) * coloured[3 * x] + F(0.587) * coloured[3 * x + 1] + F(0.114) * coloured[3 * x + 2]


@compiled(
    NOTHING,
    BYTES_2D,
    INDICES,
    INDICES,
    SINGLES_2D,
    INDICES,
    INDICES,
    SINGLES_2D,
    INTEGER,
    OUT_SINGLES_2D,
    relaxed=True,
)
def sample(
    picture: npt.NDArray[np.uint8],
    tops: Index,
    heights: Index,
    down: Single,
    lefts: Index,
    widths: Index,
    across: Single,
    colours: int,
    out: Single,
) -> None:
    """Fill the 64 x 64 samples, a row of them at a time, so that what lies between stays in the cache.

    ``picture`` has ``colours`` bytes a pixel, 1 or 3, side by side in its rows.
    """
    interleaved = np.empty(picture.shape[1], np.float32)
    line = np.empty(picture.shape[1] // colours, np.float32) if colours > 1 else interleaved
    for i in range(out.shape[0]):
        add_rows(picture, tops[i], heights[i], down[i], interleaved)
        if colours > 1:
            to_luma(interleaved, line)
        for j in range(out.shape[1]):
            total, left = F(0), lefts[j]
            for k in range(widths[j]):
                total += across[j, k] * line[left + k]
            out[i, j] = total
