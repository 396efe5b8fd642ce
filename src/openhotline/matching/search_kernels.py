"""numba kernels that search an index. Importing this module loads numba.

Waiting for memory is what searching costs, so every way through it looks ahead: where the groups lie, what their
signatures say, which rows those are, and at last the codes of the few that are left. A query for which these are
not few is compared with every code instead.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import types

from openhotline.hashing.compiled import (
    BYTES_1D,
    INDICES,
    INTEGER,
    NOTHING,
    OUT_INDICES,
    WORDS_2D,
    compiled,
)
from openhotline.matching.index_kernels import (
    CODES,
    HALVES,
    OUT_HALVES,
    OUT_WORDS,
    UNSIGNED,
    Bytes,
    H,
    Halves,
    S,
    Shorts,
    U,
    Words,
)
from openhotline.matching.instructions import LANES, bits_at, bits_between, count_bits, near, prefetch
from openhotline.matching.packed import WORDS

Integers = npt.NDArray[np.int64]

SHORTS = types.Array(types.uint16, 1, "C", readonly=True)
PACKED = types.Array(types.uint64, 1, "C", readonly=True)

AHEAD_OF = 24
AHEAD: Any = U(AHEAD_OF)
"""Lines to ask the memory for before their turn: some more than the processor can wait for at once."""

NEXT_GROUPS: Any = U(10)
"""Groups to ask for before their turn."""

FEWEST, SHARE = 4096, 16
"""More candidates than these and than a sixteenth of all hashes: then it is quicker to compare with every hash."""

FEWEST_WEIGHED, SHARE_WEIGHED = 1024, 40
"""The same where vectors are used to compare with every hash."""


class Asked(NamedTuple):
    """An index and what one distance asks of it; every array is read-only.

    ``halves``, ``shorts`` and ``words`` are the same memory, in numbers of 32, 16 and 64 bits. ``bands`` is
    uint64[m, 12]; the names of its columns follow. For the probes see ``probes.py``.
    """

    codes: Words
    halves: Halves
    shorts: Shorts
    words: Words
    bands: Words
    masks: Halves
    left: Bytes


class Room(NamedTuple):
    """Where pairs are written: parallel arrays, int64."""

    query: Integers
    row: Integers
    bits: Integers


START, WIDTH, REST, NEXT, NEXT_BITS = (U(column) for column in range(5))
"""A band's first bit and width, how many bits are rest, and the first and number of the next band's in a signature."""

OFFSETS, SIGNATURES, ROWS, BEGIN, END = (U(column) for column in range(5, 10))
"""Where its arrays begin in ``halves``, ``shorts`` and ``words``, and which probes are its own, from and to."""

ALLOWED, ALLOWED_TWO = U(10), U(11)
"""From how many differing bits on a pair is not this band's: in the band, and in it and the next together."""

numba_types: Any = types
ASKED = numba_types.NamedTuple([CODES, HALVES, SHORTS, PACKED, CODES, HALVES, BYTES_1D], Asked)
ROOM = numba_types.NamedUniTuple(OUT_INDICES, len(Room._fields), Room)
SCRATCH = numba_types.Tuple([OUT_WORDS, OUT_WORDS, OUT_HALVES, OUT_WORDS])


@compiled(SCRATCH, ASKED, INTEGER)
def scratch(asked: Asked, most: int) -> Any:
    """Make room for where a query's groups begin and end, for candidates, and for how many each band found."""
    probes = asked.masks.size + AHEAD_OF
    until = np.zeros(asked.bands.shape[0], np.uint64)
    return np.zeros(probes, np.uint64), np.zeros(probes, np.uint64), np.empty(most + LANES, np.uint32), until


@compiled(NOTHING, ASKED, CODES, UNSIGNED, OUT_WORDS, OUT_WORDS)
def locate(asked: Asked, queries: Words, i: Any, begins: Words, ends: Words) -> None:
    """Write where the signatures of each probed group begin and end, never beyond the band's own."""
    codes, halves, bands, masks = asked.codes, asked.halves, asked.bands, asked.masks
    count = U(codes.shape[0])
    for b in range(U(bands.shape[0])):
        group = bits_at(queries, i, bands[b, START], bands[b, WIDTH]) >> bands[b, REST]
        for probe in range(bands[b, BEGIN], bands[b, END]):
            begins[probe] = bands[b, OFFSETS] + (group ^ U(masks[probe]))
            prefetch(halves, begins[probe])
    for b in range(U(bands.shape[0])):
        first = bands[b, SIGNATURES]
        for probe in range(bands[b, BEGIN], bands[b, END]):
            at = begins[probe]
            end = min(U(halves[at + U(1)]), count)
            begin = min(U(halves[at]), end)
            begins[probe], ends[probe] = first + begin, first + end


@compiled(UNSIGNED, ASKED, CODES, UNSIGNED, OUT_WORDS, OUT_WORDS, OUT_HALVES, OUT_WORDS)
def collect(
    asked: Asked, queries: Words, i: Any, begins: Words, ends: Words, waiting: Halves, until: Words
) -> Any:
    """Write the places of what may be near; return how many, or the size of ``waiting`` if they are too many.

    ``until[b]`` says how many of them the bands up to b found.
    """
    shorts, bands, left = asked.shorts, asked.bands, asked.left
    locate(asked, queries, i, begins, ends)
    most, have = U(waiting.size) - U(LANES), U(0)
    for b in range(U(bands.shape[0])):
        rest, first = bands[b, REST], bands[b, SIGNATURES]
        part = (U(1) << rest) - U(1)
        wanted = bits_at(queries, i, bands[b, START], bands[b, WIDTH]) & part
        wanted |= bits_at(queries, i, bands[b, NEXT], bands[b, NEXT_BITS]) << rest
        more = bands[b, ALLOWED_TWO] - bands[b, ALLOWED]
        for probe in range(bands[b, BEGIN], bands[b, END]):
            for line in range(begins[probe + NEXT_GROUPS], ends[probe + NEXT_GROUPS], U(LANES)):
                prefetch(shorts, line)
            may = U(left[probe])
            at, end = begins[probe], ends[probe]
            while at < end:
                found = U(near(shorts, at, S(wanted), S(part), S(may), S(may + more)))
                if end - at < U(LANES):
                    found &= (U(1) << (end - at)) - U(1)
                while found:
                    waiting[have] = H(at - first + U(count_bits((found & (~found + U(1))) - U(1))))
                    have += U(1)
                    found &= found - U(1)
                if have > most:
                    return U(waiting.size)
                at += U(LANES)
        until[b] = have
    return have


@compiled(UNSIGNED, ASKED, UNSIGNED, OUT_HALVES, UNSIGNED, OUT_WORDS)
def name_rows(asked: Asked, row_bits: Any, waiting: Halves, have: Any, until: Words) -> Any:
    """Replace places by row numbers, none of which is beyond the last."""
    codes, words, bands = asked.codes, asked.words, asked.bands
    below, last = (U(1) << row_bits) - U(1), U(codes.shape[0] - 1)
    k = U(0)
    for b in range(U(bands.shape[0])):
        base = bands[b, ROWS]
        while k < until[b]:
            prefetch(words, base + ((U(waiting[min(k + AHEAD, until[b] - U(1))]) * row_bits) >> U(6)))
            at = U(waiting[k]) * row_bits
            word, shift = base + (at >> U(6)), at & U(63)
            row = words[word] >> shift
            if shift + row_bits > U(64):
                row |= words[word + U(1)] << (U(64) - shift)
            waiting[k] = H(min(row & below, last))
            k += U(1)
    return have


@compiled(types.boolean, ASKED, CODES, UNSIGNED, UNSIGNED, UNSIGNED, OUT_WORDS)
def found_before(asked: Asked, queries: Words, i: Any, row: Any, candidate: Any, until: Words) -> bool:
    """Say whether an earlier band than the candidate's finds this pair too: then it is that band's to report."""
    codes, bands = asked.codes, asked.bands
    b = U(0)
    while until[b] <= candidate:
        start, width = bands[b, START], bands[b, WIDTH]
        away = U(count_bits(bits_at(queries, i, start, width) ^ bits_at(codes, row, start, width)))
        if away < bands[b, ALLOWED]:
            start, width = bands[b, NEXT], bands[b, NEXT_BITS]
            away += U(count_bits(bits_at(queries, i, start, width) ^ bits_at(codes, row, start, width)))
            if away < bands[b, ALLOWED_TWO]:
                return True
        b += U(1)
    return False


@compiled(NOTHING, ASKED, CODES, INTEGER, UNSIGNED, ROOM, OUT_INDICES)
def search(asked: Asked, queries: Words, distance: int, row_bits: Any, room: Room, state: Integers) -> None:
    """Write all pairs within the distance, from query ``state[0]`` on, behind the ``state[1]`` that are written.

    If the room runs out, ``state`` says which query comes next and, in ``state[2]``, how much room it needs;
    otherwise that is 0.
    """
    codes, out_query, out_row, out_bits = asked.codes, room.query, room.row, room.bits
    begins, ends, waiting, until = scratch(asked, max(FEWEST, codes.shape[0] // SHARE))
    written = U(state[1])
    for i in range(U(state[0]), U(queries.shape[0])):
        have = collect(asked, queries, i, begins, ends, waiting, until)
        everything = have == U(waiting.size)
        if everything:
            have = U(codes.shape[0])
        else:
            name_rows(asked, row_bits, waiting, have, until)
        for k in range(have):
            row = k
            if not everything:
                prefetch(codes, U(waiting[min(k + AHEAD, have - U(1))]) * U(WORDS))
                row = U(waiting[k])
            bits = bits_between(queries, i, codes, row)
            if bits <= distance and (everything or not found_before(asked, queries, i, row, k, until)):
                if written < U(out_row.size):
                    out_query[written], out_row[written], out_bits[written] = i, row, bits
                written += U(1)
        if written > U(out_row.size):
            state[0], state[2] = i, written
            return
        state[1] = written
    state[0], state[2] = queries.shape[0], 0


@compiled(INTEGER, CODES, UNSIGNED, WORDS_2D, INTEGER, INDICES)
def weigh_all(queries: Words, i: Any, codes: Words, distance: int, weights: Integers) -> int:
    """Return the sum of the weights of all rows within the distance. No branch: so it becomes vector code."""
    a, b, c, d = queries[i, U(0)], queries[i, U(1)], queries[i, U(2)], queries[i, U(3)]
    w0, w1, w2, w3 = codes[0], codes[1], codes[2], codes[3]
    total = 0
    for row in range(w0.size):
        bits = count_bits(a ^ w0[row]) + count_bits(b ^ w1[row])
        bits += count_bits(c ^ w2[row]) + count_bits(d ^ w3[row])
        total += weights[row] if bits <= distance else 0
    return total


@compiled(NOTHING, ASKED, CODES, INTEGER, UNSIGNED, WORDS_2D, INDICES, OUT_INDICES)
def weigh(
    asked: Asked,
    queries: Words,
    distance: int,
    row_bits: Any,
    codes: Words,
    weights: Integers,
    sums: Integers,
) -> None:
    """Write for each query the sum of the weights of all rows within the distance; no memory for pairs is needed.

    ``codes`` is uint64[4, n]: the index's own again, each word of all of them side by side.
    """
    held = asked.codes
    most = max(FEWEST_WEIGHED, held.shape[0] // SHARE_WEIGHED)
    begins, ends, waiting, until = scratch(asked, most)
    for i in range(U(queries.shape[0])):
        have = collect(asked, queries, i, begins, ends, waiting, until)
        if have == U(waiting.size):
            sums[i] = weigh_all(queries, i, codes, distance, weights)
            continue
        name_rows(asked, row_bits, waiting, have, until)
        total = 0
        for k in range(have):
            prefetch(held, U(waiting[min(k + AHEAD, have - U(1))]) * U(WORDS))
            row = U(waiting[k])
            bits = bits_between(queries, i, held, row)
            if bits <= distance and not found_before(asked, queries, i, row, k, until):
                total += weights[row]
        sums[i] = total
