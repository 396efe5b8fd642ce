"""numba kernels that turn Huffman tables into lookups, which step over several AC coefficients at once.

A lookup is indexed by the next WIDTH bits. An AC coefficient's value is skipped unread, so the last one's may lie
beyond them. An entry holds, from its lowest bit:

- 8 bits: how many bits it steps over; 0 where the first code is too long to be told, or a DC value is;
- 8 bits: how many coefficients; ENDED more where the block's end mark follows them;
- the rest: in tables that begin a block, by how much its DC coefficient differs from the last.

Importing this module loads numba.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from openhotline.media.compiled import INTEGER, NOTHING, NUMBERS_2D, OUT_NUMBERS_2D, compiled

Numbers = npt.NDArray[np.int32]

WIDTH = 12
"""Of 10 to 16 bits the quickest at 12 megapixels, where four tables take 64 KiB (our own measurement, 2026-11)."""

ENTRIES = 1 << WIDTH
COEFFICIENTS, ENDED = 64, 128


@compiled(NOTHING, NUMBERS_2D, NUMBERS_2D, INTEGER, OUT_NUMBERS_2D, INTEGER)
def list_codes(counts: Numbers, symbols: Numbers, table: int, codes: Numbers, row: int) -> None:
    """Fill a row by the next WIDTH bits: length << 8 | symbol, 0 for longer codes (ITU-T T.81, section C.2)."""
    codes[row, :] = 0
    code = index = 0
    for length in range(1, WIDTH + 1):
        span = 1 << (WIDTH - length)
        for _ in range(counts[table, length - 1]):
            codes[row, code * span : (code + 1) * span] = length << 8 | symbols[table, index]
            code, index = code + 1, index + 1
        code <<= 1


@compiled(INTEGER, NUMBERS_2D, INTEGER, INTEGER, INTEGER)
def chain(codes: Numbers, ahead: int, bits: int, steps: int) -> int:
    """Return an entry that goes on from ``bits`` and ``steps``, for as long as AC codes lie within WIDTH."""
    while bits < WIDTH:
        found = int(codes[1, (ahead << bits) & (ENTRIES - 1)])
        length, run, size = found >> 8, found >> 4 & 15, found & 15
        if length == 0 or bits + length > WIDTH:
            break
        if size == 0 and run < 15:
            return (bits + length) | (steps + ENDED) << 8
        if steps + run + 1 >= COEFFICIENTS:
            break
        bits, steps = bits + length + size, steps + run + 1
    return bits | steps << 8


@compiled(INTEGER, INTEGER, INTEGER)
def signed(value: int, size: int) -> int:
    """Return what a value of ``size`` bits stands for (section F.2.2.1, EXTEND)."""
    if size == 0 or value >> (size - 1):
        return value
    return value - (1 << size) + 1


@compiled(NOTHING, NUMBERS_2D, NUMBERS_2D, OUT_NUMBERS_2D)
def build(counts: Numbers, symbols: Numbers, lookups: Numbers) -> None:
    """Fill [tables, ENTRIES]; tables come in pairs, DC then AC."""
    codes = np.empty((2, ENTRIES), np.int32)
    for table in range(0, lookups.shape[0], 2):
        list_codes(counts, symbols, table, codes, 0)
        list_codes(counts, symbols, table + 1, codes, 1)
        for ahead in range(ENTRIES):
            lookups[table + 1, ahead] = chain(codes, ahead, 0, 0)
            found = int(codes[0, ahead])
            size = found & 255
            bits = (found >> 8) + size
            if found == 0 or bits > WIDTH:
                lookups[table, ahead] = 0
                continue
            difference = signed(ahead >> (WIDTH - bits) & ((1 << size) - 1), size)
            lookups[table, ahead] = chain(codes, ahead, bits, 1) | difference << 16
