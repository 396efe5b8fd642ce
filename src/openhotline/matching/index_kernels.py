"""numba kernels that write an index: shuffled bits, and each band's groups. Importing this module loads numba.

Positions are unsigned throughout: numba would otherwise ask of every one whether it counts from the end.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import types

from openhotline.hashing.compiled import BYTES_2D, NOTHING, compiled

U: Any = np.uint64
H: Any = np.uint32
Codes = npt.NDArray[np.uint64]
Halves = npt.NDArray[np.uint32]
Bytes = npt.NDArray[np.uint8]

UNSIGNED = types.uint64
CODES = types.Array(types.uint64, 2, "C", readonly=True)
TABLES = types.Array(types.uint64, 3, "C", readonly=True)
HALVES = types.Array(types.uint32, 1, "C", readonly=True)
OUT_CODES = types.Array(types.uint64, 2, "C")
OUT_HALVES = types.Array(types.uint32, 1, "C")
OUT_WORDS = types.Array(types.uint64, 1, "C")

LINE = 16
"""Numbers of 32 bits that a group has in place: a cache line."""

SLOTS = LINE - 1
"""Of them hold items; the last one leads to those beyond."""

EMPTY = 0xFFFF_FFFF
"""Fills free slots: its row is one that no index has."""


@compiled(NOTHING, BYTES_2D, TABLES, OUT_CODES)
def permute(hashes: Bytes, tables: Codes, codes: Codes) -> None:
    """Shuffle the bits of every hash: or together what the tables say about each of its bytes."""
    for i in range(U(hashes.shape[0])):
        a = b = c = d = U(0)
        for k in range(U(hashes.shape[1])):
            value = U(hashes[i, k])
            a |= tables[k, value, U(0)]
            b |= tables[k, value, U(1)]
            c |= tables[k, value, U(2)]
            d |= tables[k, value, U(3)]
        codes[i, U(0)], codes[i, U(1)], codes[i, U(2)], codes[i, U(3)] = a, b, c, d


@compiled(UNSIGNED, CODES, UNSIGNED, UNSIGNED, UNSIGNED)
def band_key(codes: Codes, row: Any, start: Any, width: Any) -> Any:
    """Return a code's bits from ``start`` on; they may lie across two words."""
    word, shift = start >> U(6), start & U(63)
    key = codes[row, word] >> shift
    if shift + width > U(64):
        key |= codes[row, word + U(1)] << (U(64) - shift)
    return key & ((U(1) << width) - U(1))


@compiled(NOTHING, CODES, UNSIGNED, UNSIGNED, UNSIGNED, OUT_HALVES)
def count_groups(codes: Codes, start: Any, width: Any, rest: Any, counts: Halves) -> None:
    """Add to ``counts`` how many rows each group has."""
    for row in range(U(codes.shape[0])):
        counts[band_key(codes, row, start, width) >> rest] += H(1)


@compiled(NOTHING, HALVES, OUT_HALVES, OUT_HALVES)
def link_groups(counts: Halves, lines: Halves, beyond: Halves) -> None:
    """Give what a line cannot hold a place in ``beyond``: their number, then room for them.

    The line's last number says where that room begins, or is 0.
    """
    at = U(0)
    for group in range(U(counts.size)):
        lines[group * U(LINE) + U(SLOTS)] = H(0)
        if counts[group] > SLOTS:
            lines[group * U(LINE) + U(SLOTS)] = H(at + U(1))
            beyond[at] = H(counts[group] - SLOTS)
            at += U(1) + U(counts[group]) - U(SLOTS)


@compiled(NOTHING, CODES, UNSIGNED, UNSIGNED, UNSIGNED, UNSIGNED, OUT_HALVES, OUT_HALVES, OUT_HALVES)
def fill_groups(
    codes: Codes,
    start: Any,
    width: Any,
    rest: Any,
    row_bits: Any,
    counts: Halves,
    lines: Halves,
    beyond: Halves,
) -> None:
    """Write the items of every group: the band's lower bits above the row's number. ``counts`` is used up."""
    below = (U(1) << rest) - U(1)
    for row in range(U(codes.shape[0])):
        key = band_key(codes, row, start, width)
        line, item = (key >> rest) * U(LINE), H(((key & below) << row_bits) | row)
        left = U(counts[key >> rest]) - U(1)
        counts[key >> rest] = H(left)
        if left < U(SLOTS):
            lines[line + left] = item
        else:
            beyond[U(lines[line + U(SLOTS)]) + left - U(SLOTS)] = item
