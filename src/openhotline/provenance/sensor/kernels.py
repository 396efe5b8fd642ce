"""numba kernels: an 8-tap Daubechies transform with wrapped borders, and the local Wiener filter.

Importing this module loads numba. Arrays are float32 and contiguous; sides are even. The transform is orthonormal, and
equal to PyWavelets' ``db4`` with ``mode="periodization"``, which the tests compare it with.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from openhotline.media.compiled import NOTHING, OUT_SINGLES_1D, OUT_SINGLES_2D, SINGLE, SINGLES_2D, compiled

F = np.float32
Singles = npt.NDArray[np.float32]

# I. Daubechies, Ten Lectures on Wavelets, 1992, table 6.1, N = 4: eight taps, four vanishing moments.
_TAPS = (
    *(0.23037781330885523, 0.7148465705525415, 0.6308807679295904, -0.02798376941698385),
    *(-0.18703481171888114, 0.030841381835986965, 0.032883011666982945, -0.010597401784997278),
)
L0, L1, L2, L3, L4, L5, L6, L7 = (F(tap) for tap in _TAPS)
H0, H1, H2, H3, H4, H5, H6, H7 = L7, -L6, L5, -L4, L3, -L2, L1, -L0


@compiled(NOTHING, OUT_SINGLES_1D)
def _wrap(line: Singles) -> None:
    """Fill the two values at either end of a line, so that it goes round."""
    line[0], line[1] = line[line.size - 4], line[line.size - 3]
    line[line.size - 2], line[line.size - 1] = line[2], line[3]


@compiled(NOTHING, SINGLES_2D, OUT_SINGLES_2D, OUT_SINGLES_2D, relaxed=True)
def split_rows(picture: Singles, low: Singles, high: Singles) -> None:
    """Halve the number of rows: sample m looks at rows 2m - 3 to 2m + 4."""
    height, width = picture.shape
    for m in range(height // 2):
        r0, r1 = picture[(2 * m - 3) % height], picture[(2 * m - 2) % height]
        r2, r3 = picture[(2 * m - 1) % height], picture[2 * m]
        r4, r5 = picture[2 * m + 1], picture[(2 * m + 2) % height]
        r6, r7 = picture[(2 * m + 3) % height], picture[(2 * m + 4) % height]
        for x in range(width):
            a, b, c, d, e, f, g, h = r0[x], r1[x], r2[x], r3[x], r4[x], r5[x], r6[x], r7[x]
            low[m, x] = L0 * a + L1 * b + L2 * c + L3 * d + L4 * e + L5 * f + L6 * g + L7 * h
            high[m, x] = H0 * a + H1 * b + H2 * c + H3 * d + H4 * e + H5 * f + H6 * g + H7 * h


@compiled(NOTHING, SINGLES_2D, OUT_SINGLES_2D, OUT_SINGLES_2D, relaxed=True)
def split_columns(picture: Singles, low: Singles, high: Singles) -> None:
    """Halve the number of columns; even and odd samples are first laid apart, so that loops run side by side."""
    height, half = low.shape
    even, odd = np.empty(half + 4, np.float32), np.empty(half + 4, np.float32)
    for y in range(height):
        for x in range(half):
            even[x + 2] = picture[y, 2 * x]
            odd[x + 2] = picture[y, 2 * x + 1]
        _wrap(even)
        _wrap(odd)
        for x in range(half):
            a, c, e, g = odd[x], odd[x + 1], odd[x + 2], odd[x + 3]
            b, d, f, h = even[x + 1], even[x + 2], even[x + 3], even[x + 4]
            low[y, x] = L0 * a + L1 * b + L2 * c + L3 * d + L4 * e + L5 * f + L6 * g + L7 * h
            high[y, x] = H0 * a + H1 * b + H2 * c + H3 * d + H4 * e + H5 * f + H6 * g + H7 * h


@compiled(NOTHING, SINGLES_2D, SINGLES_2D, OUT_SINGLES_2D, relaxed=True)
def join_columns(low: Singles, high: Singles, picture: Singles) -> None:
    """Undo ``split_columns``."""
    height, half = low.shape
    p, q = np.empty(half + 4, np.float32), np.empty(half + 4, np.float32)
    for y in range(height):
        for x in range(half):
            p[x + 2] = low[y, x]
            q[x + 2] = high[y, x]
        _wrap(p)
        _wrap(q)
        for x in range(half):
            picture[y, 2 * x] = (
                (L1 * p[x + 3] + L3 * p[x + 2] + L5 * p[x + 1] + L7 * p[x])
                + (H1 * q[x + 3] + H3 * q[x + 2] + H5 * q[x + 1] + H7 * q[x])
            )  # fmt: skip
            picture[y, 2 * x + 1] = (
                (L0 * p[x + 4] + L2 * p[x + 3] + L4 * p[x + 2] + L6 * p[x + 1])
                + (H0 * q[x + 4] + H2 * q[x + 3] + H4 * q[x + 2] + H6 * q[x + 1])
            )  # fmt: skip


@compiled(NOTHING, SINGLES_2D, SINGLES_2D, OUT_SINGLES_2D, relaxed=True)
def join_rows(low: Singles, high: Singles, picture: Singles) -> None:
    """Undo ``split_rows``."""
    half, width = low.shape
    for k in range(half):
        at0, at1, at2, at3, at4 = (k - 2) % half, (k - 1) % half, k, (k + 1) % half, (k + 2) % half
        p0, p1, p2, p3, p4 = low[at0], low[at1], low[at2], low[at3], low[at4]
        q0, q1, q2, q3, q4 = high[at0], high[at1], high[at2], high[at3], high[at4]
        for x in range(width):
            picture[2 * k, x] = (
                (L1 * p3[x] + L3 * p2[x] + L5 * p1[x] + L7 * p0[x])
                + (H1 * q3[x] + H3 * q2[x] + H5 * q1[x] + H7 * q0[x])
            )  # fmt: skip
            picture[2 * k + 1, x] = (
                (L0 * p4[x] + L2 * p3[x] + L4 * p2[x] + L6 * p1[x])
                + (H0 * q4[x] + H2 * q3[x] + H4 * q2[x] + H6 * q1[x])
            )  # fmt: skip


@compiled(NOTHING, SINGLES_2D, OUT_SINGLES_2D)
def square_wrapped(band: Singles, squares: Singles) -> None:
    """Fill ``squares``, four larger on every side, with the band's squares; beyond a border the band goes round."""
    height, width = band.shape
    for y in range(height + 8):
        row, out = band[(y - 4) % height], squares[y]
        for x in range(width):
            out[x + 4] = row[x] * row[x]
        for x in range(4):
            out[x] = out[x + width]
            out[x + 4 + width] = out[x + 4]


@compiled(NOTHING, SINGLES_2D, SINGLE, OUT_SINGLES_2D, relaxed=True)
def noise_share(squares: Singles, variance: float, share: Singles) -> None:
    """Fill ``share`` with the part of each value that is noise of that variance: one where nothing else is there.

    Of the means of ``squares`` over 3, 5, 7 and 9 values in the square the smallest is taken, as in M. K. Mihcak,
    I. Kozintsev, K. Ramchandran, "Spatially adaptive statistical modeling of wavelet image coefficients", 1999.
    """
    height, width = share.shape
    v3, v5 = np.empty(width + 8, np.float32), np.empty(width + 8, np.float32)
    v7, v9 = np.empty(width + 8, np.float32), np.empty(width + 8, np.float32)
    for y in range(height):
        s0, s1, s2, s3, s4 = squares[y], squares[y + 1], squares[y + 2], squares[y + 3], squares[y + 4]
        s5, s6, s7, s8 = squares[y + 5], squares[y + 6], squares[y + 7], squares[y + 8]
        for x in range(width + 8):
            three = s3[x] + s4[x] + s5[x]
            five = three + s2[x] + s6[x]
            seven = five + s1[x] + s7[x]
            v3[x], v5[x], v7[x], v9[x] = three, five, seven, seven + s0[x] + s8[x]
        for x in range(width):
            m3 = (v3[x + 3] + v3[x + 4] + v3[x + 5]) * F(1 / 9)
            m5 = (v5[x + 2] + v5[x + 3] + v5[x + 4] + v5[x + 5] + v5[x + 6]) * F(1 / 25)
            m7 = v7[x + 1] + v7[x + 2] + v7[x + 3] + v7[x + 4] + v7[x + 5] + v7[x + 6] + v7[x + 7]
            m9 = v9[x] + v9[x + 1] + v9[x + 2] + v9[x + 3] + v9[x + 4]
            m9 += v9[x + 5] + v9[x + 6] + v9[x + 7] + v9[x + 8]
            least = min(min(m3, m5), min(m7 * F(1 / 49), m9 * F(1 / 81)))
            share[y, x] = variance / max(variance, least)
