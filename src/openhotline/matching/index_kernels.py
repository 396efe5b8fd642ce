"""numba kernels that write an index: shuffled bits, and each band's groups. Importing this module loads numba.

Positions are unsigned throughout: numba would otherwise ask of every one whether it counts from the end.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import types

from openhotline.hashing.compiled import BYTES_2D, NOTHING, compiled
from openhotline.matching.instructions import bits_at

U: Any = np.uint64
H: Any = np.uint32
S: Any = np.uint16
Words = npt.NDArray[np.uint64]
Halves = npt.NDArray[np.uint32]
Shorts = npt.NDArray[np.uint16]
Bytes = npt.NDArray[np.uint8]

UNSIGNED = types.uint64
CODES = types.Array(types.uint64, 2, "C", readonly=True)
TABLES = types.Array(types.uint64, 3, "C", readonly=True)
HALVES = types.Array(types.uint32, 1, "C", readonly=True)
OUT_CODES = types.Array(types.uint64, 2, "C")
OUT_WORDS = types.Array(types.uint64, 1, "C")
OUT_HALVES = types.Array(types.uint32, 1, "C")
OUT_SHORTS = types.Array(types.uint16, 1, "C")


@compiled(NOTHING, BYTES_2D, TABLES, OUT_CODES)
def permute(hashes: Bytes, tables: Words, codes: Words) -> None:
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


@compiled(NOTHING, CODES, UNSIGNED, UNSIGNED, UNSIGNED, OUT_HALVES)
def count_groups(codes: Words, start: Any, width: Any, rest: Any, offsets: Halves) -> None:
    """Let ``offsets`` (one more than groups, zeros) say where each group's rows begin if they lie one after another."""
    for row in range(U(codes.shape[0])):
        offsets[(bits_at(codes, row, start, width) >> rest) + U(1)] += H(1)
    for group in range(U(offsets.size - 1)):
        offsets[group + U(1)] += offsets[group]


@compiled(
    NOTHING,
    CODES,
    UNSIGNED,
    UNSIGNED,
    UNSIGNED,
    UNSIGNED,
    UNSIGNED,
    OUT_HALVES,
    OUT_SHORTS,
    OUT_HALVES,
)
def fill_groups(
    codes: Words,
    start: Any,
    width: Any,
    rest: Any,
    next_start: Any,
    next_bits: Any,
    offsets: Halves,
    signatures: Shorts,
    rows: Halves,
) -> None:
    """Write each row's number and signature into its group. The signature: the band's rest, above it the next bits."""
    below = (U(1) << rest) - U(1)
    for row in range(U(codes.shape[0])):
        key = bits_at(codes, row, start, width)
        at = U(offsets[key >> rest])
        offsets[key >> rest] = H(at + U(1))
        signatures[at] = S((key & below) | (bits_at(codes, row, next_start, next_bits) << rest))
        rows[at] = H(row)
    for group in range(U(offsets.size - 1), U(0), -1):
        offsets[U(group)] = offsets[U(group) - U(1)]
    offsets[U(0)] = H(0)


@compiled(NOTHING, HALVES, UNSIGNED, OUT_WORDS)
def pack_rows(rows: Halves, row_bits: Any, packed: Words) -> None:
    """Write row numbers with just the bits that they need, one behind the other. ``packed`` begins as zeros."""
    at = U(0)
    for k in range(U(rows.size)):
        word, shift = at >> U(6), at & U(63)
        packed[word] |= U(rows[k]) << shift
        if shift + row_bits > U(64):
            packed[word + U(1)] |= U(rows[k]) >> (U(64) - shift)
        at += row_bits
