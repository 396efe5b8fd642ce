"""numba kernels that search an index. Importing this module loads numba.

A query goes three ways through memory, each with a look ahead, because waiting for memory is what searching costs:
the lines of all groups that may hold something near; the hashes of what those lines say may be near; and, where
that is too much of the whole, simply every hash.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import types

from openhotline.hashing.compiled import BYTES_1D, INDICES, INTEGER, NOTHING, OUT_INDICES, WORDS_2D, compiled
from openhotline.matching.index_kernels import (
    CODES,
    HALVES,
    LINE,
    OUT_HALVES,
    OUT_WORDS,
    SLOTS,
    UNSIGNED,
    Bytes,
    Codes,
    H,
    Halves,
    U,
    band_key,
)
from openhotline.matching.instructions import accept, count_bits, prefetch
from openhotline.matching.packed import WORDS

Integers = npt.NDArray[np.int64]

AHEAD_OF = 24
AHEAD: Any = U(AHEAD_OF)
"""Lines to ask the memory for before their turn: some more than the processor can wait for at once."""

FEWEST, SHARE = 4096, 8
"""More candidates than these and than an eighth of all hashes: then it is quicker to compare with every hash."""

FEWEST_WEIGHED, SHARE_WEIGHED = 1024, 25
"""The same where vectors are used to compare with every hash: 0.4 nanoseconds each, against 10 for a candidate."""


class Asked(NamedTuple):
    """An index and what one distance asks of it; every array is read-only.

    ``memory`` is the file as uint32. ``bands`` is uint64[m, 8]: first bit, width, bits beside the row number, where
    in ``memory`` the groups begin and where the items beyond, how many numbers those are, and which probes are the
    band's own, from and to. For the probes see ``probes.py``.
    """

    codes: Codes
    memory: Halves
    bands: Codes
    masks: Halves
    left: Bytes
    flips: Integers


class Room(NamedTuple):
    """Where pairs are written: parallel arrays, int64."""

    query: Integers
    row: Integers
    bits: Integers


numba_types: Any = types
ASKED = numba_types.NamedTuple([CODES, HALVES, CODES, HALVES, BYTES_1D, INDICES], Asked)
ROOM = numba_types.NamedUniTuple(OUT_INDICES, len(Room._fields), Room)
SCRATCH = numba_types.Tuple([OUT_WORDS, OUT_HALVES, OUT_WORDS])


@compiled(SCRATCH, ASKED, INTEGER)
def scratch(asked: Asked, most: int) -> Any:
    """Make room for a query's lines, for the items that may be near, and for how many of them each band found."""
    lines = np.zeros(asked.masks.size + AHEAD_OF, np.uint64)
    return lines, np.empty(most + LINE, np.uint32), np.zeros(asked.bands.shape[0], np.uint64)


@compiled(INTEGER, CODES, UNSIGNED, CODES, UNSIGNED)
def bits_between(left: Codes, i: Any, right: Codes, j: Any) -> Any:
    """Return the distance of two codes, which is that of their hashes."""
    bits = count_bits(left[i, U(0)] ^ right[j, U(0)]) + count_bits(left[i, U(1)] ^ right[j, U(1)])
    return bits + count_bits(left[i, U(2)] ^ right[j, U(2)]) + count_bits(left[i, U(3)] ^ right[j, U(3)])


@compiled(NOTHING, ASKED, CODES, UNSIGNED, OUT_WORDS)
def locate(asked: Asked, queries: Codes, i: Any, lines: Codes) -> None:
    """Write where in memory the line of each probe begins."""
    for b in range(U(asked.bands.shape[0])):
        group = band_key(queries, i, asked.bands[b, U(0)], asked.bands[b, U(1)]) >> asked.bands[b, U(2)]
        for probe in range(asked.bands[b, U(6)], asked.bands[b, U(7)]):
            lines[probe] = asked.bands[b, U(3)] + (group ^ U(asked.masks[probe])) * U(LINE)


@compiled(UNSIGNED, ASKED, UNSIGNED, UNSIGNED, UNSIGNED, UNSIGNED, UNSIGNED, OUT_HALVES, UNSIGNED)
def collect_beyond(
    asked: Asked, b: Any, link: Any, wanted: Any, row_bits: Any, may: Any, waiting: Halves, have: Any
) -> Any:
    """Do for the items that a line could not hold what ``accept`` does; return how many are waiting then.

    Never reads beyond the band's own items, whatever a damaged file says; stops where ``waiting`` is full.
    """
    size, count = asked.bands[b, U(5)], U(asked.codes.shape[0])
    link = min(link, size)
    begin = asked.bands[b, U(4)] + link
    items = min(U(asked.memory[begin - U(1)]), size - link)
    for k in range(begin, begin + items):
        item = U(asked.memory[k])
        waiting[have] = H(item)
        near = count_bits((item ^ wanted) >> row_bits) <= may
        there = item & ((U(1) << row_bits) - U(1)) < count
        have += U(1) if near and there else U(0)
        if have == U(waiting.size):
            break
    return have


@compiled(UNSIGNED, ASKED, CODES, UNSIGNED, UNSIGNED, OUT_WORDS, OUT_HALVES, OUT_WORDS)
def collect(
    asked: Asked, queries: Codes, i: Any, row_bits: Any, lines: Codes, waiting: Halves, until: Codes
) -> Any:
    """Write the items that may be near; return how many, or the size of ``waiting`` if they are too many.

    ``until[b]`` says how many of them the bands up to b found.
    """
    locate(asked, queries, i, lines)
    for probe in range(AHEAD):
        prefetch(asked.memory, lines[probe])
    count, most = U(asked.codes.shape[0]), U(waiting.size) - U(LINE)
    have = U(0)
    for b in range(U(asked.bands.shape[0])):
        key = band_key(queries, i, asked.bands[b, U(0)], asked.bands[b, U(1)])
        wanted = (key & ((U(1) << asked.bands[b, U(2)]) - U(1))) << row_bits
        for probe in range(asked.bands[b, U(6)], asked.bands[b, U(7)]):
            prefetch(asked.memory, lines[probe + AHEAD])
            line, may = lines[probe], U(asked.left[probe])
            have += accept(asked.memory, line, H(wanted), H(row_bits), H(may), H(count), waiting, have)
            link = U(asked.memory[line + U(SLOTS)])
            if link:
                have = collect_beyond(asked, b, link, wanted, row_bits, may, waiting, have)
            if have > most:
                return U(waiting.size)
        until[b] = have
    return have


@compiled(types.boolean, ASKED, CODES, UNSIGNED, UNSIGNED, UNSIGNED, OUT_WORDS)
def found_before(asked: Asked, queries: Codes, i: Any, row: Any, candidate: Any, until: Codes) -> bool:
    """Say whether an earlier band than the candidate's finds this pair too: then it is that band's to report."""
    b = U(0)
    while until[b] <= candidate:
        start, width = asked.bands[b, U(0)], asked.bands[b, U(1)]
        away = band_key(queries, i, start, width) ^ band_key(asked.codes, row, start, width)
        if count_bits(away) <= asked.flips[b]:
            return True
        b += U(1)
    return False


@compiled(NOTHING, ASKED, CODES, INTEGER, UNSIGNED, ROOM, OUT_INDICES)
def search(asked: Asked, queries: Codes, distance: int, row_bits: Any, room: Room, state: Integers) -> None:
    """Write all pairs within the distance, from query ``state[0]`` on, behind the ``state[1]`` that are written.

    If the room runs out, ``state`` says which query comes next and, in ``state[2]``, how much room it needs;
    otherwise that is 0.
    """
    lines, waiting, until = scratch(asked, max(FEWEST, asked.codes.shape[0] // SHARE))
    below, written = (U(1) << row_bits) - U(1), U(state[1])
    for i in range(U(state[0]), U(queries.shape[0])):
        have = collect(asked, queries, i, row_bits, lines, waiting, until)
        everything = have == U(waiting.size)
        if everything:
            have = U(asked.codes.shape[0])
        for k in range(have):
            row = k
            if not everything:
                prefetch(asked.codes, (U(waiting[min(k + AHEAD, have - U(1))]) & below) * U(WORDS))
                row = U(waiting[k]) & below
            bits = bits_between(queries, i, asked.codes, row)
            if bits <= distance and (everything or not found_before(asked, queries, i, row, k, until)):
                if written < U(room.row.size):
                    room.query[written], room.row[written], room.bits[written] = i, row, bits
                written += U(1)
        if written > U(room.row.size):
            state[0], state[2] = i, written
            return
        state[1] = written
    state[0], state[2] = queries.shape[0], 0


@compiled(INTEGER, CODES, UNSIGNED, WORDS_2D, INTEGER, INDICES)
def weigh_all(queries: Codes, i: Any, words: Codes, distance: int, weights: Integers) -> int:
    """Return the sum of the weights of all rows within the distance. No branch: so it becomes vector code."""
    a, b, c, d = queries[i, U(0)], queries[i, U(1)], queries[i, U(2)], queries[i, U(3)]
    w0, w1, w2, w3 = words[0], words[1], words[2], words[3]
    total = 0
    for row in range(w0.size):
        bits = count_bits(a ^ w0[row]) + count_bits(b ^ w1[row])
        bits += count_bits(c ^ w2[row]) + count_bits(d ^ w3[row])
        total += weights[row] if bits <= distance else 0
    return total


@compiled(NOTHING, ASKED, CODES, INTEGER, UNSIGNED, WORDS_2D, INDICES, OUT_INDICES)
def weigh(
    asked: Asked,
    queries: Codes,
    distance: int,
    row_bits: Any,
    words: Codes,
    weights: Integers,
    sums: Integers,
) -> None:
    """Write for each query the sum of the weights of all rows within the distance; no memory for pairs is needed.

    ``words`` is uint64[4, n]: the codes again, each word of all of them side by side.
    """
    lines, waiting, until = scratch(asked, max(FEWEST_WEIGHED, asked.codes.shape[0] // SHARE_WEIGHED))
    below = (U(1) << row_bits) - U(1)
    for i in range(U(queries.shape[0])):
        have = collect(asked, queries, i, row_bits, lines, waiting, until)
        if have == U(waiting.size):
            sums[i] = weigh_all(queries, i, words, distance, weights)
            continue
        total = 0
        for k in range(have):
            prefetch(asked.codes, (U(waiting[min(k + AHEAD, have - U(1))]) & below) * U(WORDS))
            row = U(waiting[k]) & below
            bits = bits_between(queries, i, asked.codes, row)
            if bits <= distance and not found_before(asked, queries, i, row, k, until):
                total += weights[row]
        sums[i] = total
