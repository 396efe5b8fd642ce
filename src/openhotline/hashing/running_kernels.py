"""numba kernels that repeat the reference implementation's arithmetic, operation by operation.

The reference keeps a running sum in single precision along each row, then along each column, twice. Every sum
here sees the same numbers in the same order; only the walk over the picture differs: LANES rows are taken at
once, turned so that one instruction serves them all. Rows and columns outside the picture are zeros, and
adding zero changes nothing. Importing this module loads numba.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from openhotline.hashing.compiled import (
    BYTES_2D,
    INTEGER,
    NOTHING,
    OUT_SINGLES_1D,
    OUT_SINGLES_2D,
    OUT_SINGLES_3D,
    SINGLES_1D,
    SINGLES_2D,
    compiled,
)

LANES = 32
F = np.float32
Single = npt.NDArray[np.float32]


@compiled(NOTHING, BYTES_2D, INTEGER, OUT_SINGLES_1D, OUT_SINGLES_2D)
def luma(rgb: npt.NDArray[np.uint8], top: int, line: Single, out: Single) -> None:
    """Write the brightness of LANES rows of interleaved bytes.

    The reference sums in double precision and then rounds to single. This is the same number: 299 red + 587
    green + 114 blue is a whole number below 2 ** 24, and its division by 1000 is rounded once. A test tries
    all of them.
    """
    height, width = rgb.shape[0], out.shape[1]
    for lane in range(LANES):
        if top + lane >= height:
            out[lane, :] = F(0)
            continue
        row = rgb[top + lane]
        for x in range(3 * width):
            line[x] = F(row[x])
        for x in range(width):
            whole = line[3 * x] * F(299) + line[3 * x + 1] * F(587) + line[3 * x + 2] * F(114)
            out[lane, x] = whole / F(1000)


@compiled(NOTHING, SINGLES_2D, OUT_SINGLES_2D, INTEGER)
def turn_in(lines: Single, turned: Single, margin: int) -> None:
    """Turn [LANES, width] into [margin + width, LANES]."""
    for x in range(lines.shape[1]):
        for lane in range(LANES):
            turned[margin + x, lane] = lines[lane, x]


@compiled(NOTHING, SINGLES_2D, OUT_SINGLES_2D)
def turn_out(turned: Single, lines: Single) -> None:
    """Turn [width, LANES] into [LANES, width]."""
    for x in range(lines.shape[1]):
        for lane in range(LANES):
            lines[lane, x] = turned[x, lane]


@compiled(NOTHING, SINGLES_2D, INTEGER, INTEGER, SINGLES_1D, OUT_SINGLES_1D, OUT_SINGLES_2D)
def along_turned(turned: Single, full: int, after: int, counts: Single, sums: Single, out: Single) -> None:
    """One box pass down the first axis, for all lanes at once. ``turned`` has ``full`` zeros at both ends."""
    lanes = out.shape[1]
    sums[:] = F(0)
    for x in range(after):
        for lane in range(lanes):
            sums[lane] += turned[full + x, lane]
    for x in range(counts.size):
        for lane in range(lanes):
            total = (sums[lane] + turned[full + x + after, lane]) - turned[x + after, lane]
            sums[lane] = total
            out[x, lane] = total / counts[x]


@compiled(NOTHING, OUT_SINGLES_3D, INTEGER, INTEGER, INTEGER, SINGLES_1D, OUT_SINGLES_1D, OUT_SINGLES_2D)
def along_columns(
    ring: npt.NDArray[np.float32], top: int, full: int, after: int, counts: Single, sums: Single, out: Single
) -> None:
    """One box pass along all columns, for LANES further rows. ``ring`` keeps the last blocks of rows.

    Row ``top + lane`` enters the sums and the one ``full`` rows before leaves them; what comes out belongs
    ``after`` rows further up.
    """
    blocks = ring.shape[0]
    for lane in range(LANES):
        leaving = top + lane - full + blocks * LANES
        new, old = ring[(top // LANES) % blocks, lane], ring[(leaving // LANES) % blocks, leaving % LANES]
        at = top + lane - after
        divisor = counts[at] if 0 <= at < counts.size else F(1)
        for x in range(out.shape[1]):
            total = (sums[x] + new[x]) - old[x]
            sums[x] = total
            out[lane, x] = total / divisor


@compiled(OUT_SINGLES_1D, INTEGER, INTEGER, INTEGER)
def window_counts(length: int, full: int, after: int) -> Single:
    """Return how many pixels the window holds at each position."""
    counts = np.empty(length, np.float32)
    for x in range(length):
        counts[x] = F(min(x + after, length - 1) - max(x + after + 1 - full, 0) + 1)
    return counts
