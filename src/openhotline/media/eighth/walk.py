"""numba kernels that walk a JPEG's entropy-coded data and keep nothing but the luma's DC coefficients.

A block whose last coefficient is coded has no end mark, so a lookup may step on into the next block. The walk sees
that by the number of coefficients, and then goes on code by code. A last code may say too many, as libjpeg allows.

Hostile bytes: every position is compared with ``clear`` or the data's size before it is read, each block takes at
least one bit, and the walk ends at bits that are not there. The lookups' width is an argument, because numba's cache
does not see a change of constants in another file. Importing this module loads numba.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from openhotline.media.compiled import (
    BYTES_1D,
    INDICES,
    INTEGER,
    NUMBERS_2D,
    OUT_BYTES_2D,
    TRUTH,
    WORD,
    compiled,
    several,
)
from openhotline.media.eighth.lookups import COEFFICIENTS, ENDED, signed

Bytes = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.int32]
Index = npt.NDArray[np.int64]
W = np.uint64

LONGEST_CODE = 16
ENOUGH = 32
"""Bits to have at hand: the longest code and value have 16 and 15."""

RESTART, END = 0xD0, 0xD9
ONES, TOPS = W(0x0101010101010101), W(0x8080808080808080)


@compiled(WORD, BYTES_1D, INTEGER)
def eight(data: Bytes, position: int) -> np.uint64:
    """Return eight bytes, the first one highest. With unsigned indices it becomes a single instruction."""
    at = W(position)
    high = W(data[at]) << W(56) | W(data[at + W(1)]) << W(48) | W(data[at + W(2)]) << W(40)
    middle = W(data[at + W(3)]) << W(32) | W(data[at + W(4)]) << W(24) | W(data[at + W(5)]) << W(16)
    return high | middle | W(data[at + W(6)]) << W(8) | W(data[at + W(7)])


@compiled(INTEGER, WORD, INTEGER)
def top(word: np.uint64, bits: int) -> int:
    """Return the highest bits, 1 to 63 of them."""
    return int(np.int64(word >> W(64 - bits)))


@compiled(INTEGER, BYTES_1D, INTEGER)
def next_ff(data: Bytes, position: int) -> int:
    """Return where the next byte 0xFF is, the data's end if there is none."""
    while position + 8 <= data.size:
        word = eight(data, position)
        if (~word - ONES) & word & TOPS:  # some byte of ~word is zero
            break
        position += 8
    while position < data.size and data[position] != 0xFF:
        position += 1
    return position


@compiled(
    several(INTEGER, INTEGER, WORD, INTEGER, INTEGER), BYTES_1D, INTEGER, INTEGER, WORD, INTEGER, INTEGER
)
def refill(
    data: Bytes, at: int, clear: int, word: np.uint64, count: int, beyond: int
) -> tuple[int, int, np.uint64, int, int]:
    """Take single bytes near a 0xFF: with 0 behind it, it is data. At a marker, count and hand out zeros."""
    while count <= 48:
        byte = W(0)
        if at < clear:
            byte, at = W(data[at]), at + 1
        elif at + 1 < data.size and data[at + 1] == 0:
            byte, at = W(0xFF), at + 2
            clear = next_ff(data, at)
        else:
            beyond += 8
        word |= byte << W(56 - count)
        count += 8
    return at, clear, word, count, beyond


@compiled(INTEGER, WORD, NUMBERS_2D, NUMBERS_2D, INTEGER)
def one_code(word: np.uint64, counts: Numbers, symbols: Numbers, table: int) -> int:
    """Read a code of any length: length << 8 | symbol, or 0 where there is none such (section F.2.2.3)."""
    ahead = top(word, LONGEST_CODE)
    first = index = 0
    for length in range(1, LONGEST_CODE + 1):
        count = int(counts[table, length - 1])
        offset = (ahead >> (LONGEST_CODE - length)) - first
        if offset < count:
            return length << 8 | int(symbols[table, index + offset])
        first, index = (first + count) << 1, index + count
    return 0


@compiled(TRUTH, BYTES_1D, INTEGER, INTEGER, INTEGER)
def ends_with(data: Bytes, at: int, left: int, marker: int) -> bool:
    """Tell whether less than a byte of bits is left and this marker follows."""
    return 0 <= left < 8 and at + 1 < data.size and data[at] == 0xFF and bool(data[at + 1] == marker)


@compiled(INTEGER, INTEGER, INTEGER)
def sample(level: int, quantum: int) -> int:
    """Return a block's mean as libjpeg's 1 x 1 transform does, wrapping of absurd levels included."""
    return min(max((((level * quantum + 4 >> 3) + 512) & 1023) - 384, 0), 255)


@compiled(
    TRUTH,
    BYTES_1D,
    INTEGER,
    NUMBERS_2D,
    INTEGER,
    NUMBERS_2D,
    NUMBERS_2D,
    INDICES,
    INDICES,
    INDICES,
    INTEGER,
    INTEGER,
    INTEGER,
    INTEGER,
    OUT_BYTES_2D,
)
def walk(
    data: Bytes,
    at: int,
    lookups: Numbers,
    width: int,
    counts: Numbers,
    symbols: Numbers,
    tables: Index,
    rows: Index,
    columns: Index,
    restart: int,
    quantum: int,
    across: int,
    down: int,
    luma: Bytes,
) -> bool:
    """Fill ``luma`` from the data at ``at``; False where they are not whole and in order to their last bit.

    ``tables`` is the DC table of each block in a unit; the first blocks are the luma's, at ``rows`` and
    ``columns`` of it. The highest ``count`` bits of ``word`` come next; below are zeros, or bits that will be
    taken again. No 0xFF lies between ``at`` and ``clear``.
    """
    unread = W(64 - width)
    word, count, beyond, clear = W(0), 0, 0, next_ff(data, at)
    level = outside = restarts = 0
    units = restart
    for upper in range(0, luma.shape[0], down):
        for left in range(0, luma.shape[1], across):
            if restart:
                if units == 0:
                    if not ends_with(data, at, count - beyond, RESTART + (restarts & 7)):
                        return False
                    at, restarts, units = at + 2, restarts + 1, restart
                    word, count, beyond, clear, level = W(0), 0, 0, next_ff(data, at), 0
                units -= 1
            for block in range(tables.size):
                table = tables[block]
                if at + 8 <= clear:
                    word |= eight(data, at) >> W(count)
                    at += (63 - count) >> 3
                    count |= 56
                else:
                    at, clear, word, count, beyond = refill(data, at, clear, word, count, beyond)
                entry = int(lookups[table, word >> unread])
                bits, steps, difference = entry & 255, entry >> 8 & 255, entry >> 16
                if bits == 0:
                    found = one_code(word, counts, symbols, table)
                    if found == 0:
                        return False
                    size = found & 255
                    bits, steps = (found >> 8) + size, 1
                    difference = signed(top(word, bits) & ((1 << size) - 1), size)
                word <<= W(bits)
                count -= bits
                if block < rows.size:
                    level += difference
                    outside |= (level + 32768) >> 16  # libjpeg's coefficients have 16 bits
                    luma[upper + rows[block], left + columns[block]] = sample(level, quantum)
                while steps < COEFFICIENTS:
                    if count < ENOUGH:
                        if at + 8 <= clear:
                            word |= eight(data, at) >> W(count)
                            at += (63 - count) >> 3
                            count |= 56
                        else:
                            at, clear, word, count, beyond = refill(data, at, clear, word, count, beyond)
                    entry = int(lookups[table + 1, word >> unread])
                    bits, after = entry & 255, steps + (entry >> 8 & 255)
                    if bits == 0 or (after & COEFFICIENTS and after != COEFFICIENTS):
                        found = one_code(word, counts, symbols, table + 1)
                        if found == 0:
                            return False
                        run, size = found >> 4 & 15, found & 15
                        bits = (found >> 8) + size
                        after = steps + run + 1 if size or run == 15 else ENDED
                    word <<= W(bits)
                    count -= bits
                    steps = after
                if beyond > count:
                    return False
    return not outside and ends_with(data, at, count - beyond, END)
