"""Everything within a distance, by an index's groups or by comparing with every hash, whichever is quicker."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from openhotline.matching import brute
from openhotline.matching.bands import row_bits
from openhotline.matching.packed import Words
from openhotline.matching.permutation import Codes
from openhotline.matching.tables import Tables, fixed

Integers = npt.NDArray[np.int64]

FIRST_ROOM = 1024

BLOCK = 1 << 16
"""Hashes that are laid out for comparing with all: 2 MiB, which stay in the processor's cache."""


class Hits(NamedTuple):
    """Parallel arrays, int64[k]: number of the query, row, distance in bits. In no order."""

    query: Integers
    row: Integers
    bits: Integers


def find(tables: Tables, queries: Codes, distance: int) -> Hits:
    """Return every pair of a query's and a row's code, uint64[m, 4] each, at most ``distance`` apart."""
    from openhotline.matching import search_kernels as kernels

    asked = tables.asked(distance)
    if asked is None:
        return _compare_with_all(tables.codes, queries, distance)
    room = kernels.Room(*(np.empty(FIRST_ROOM, np.int64) for _ in range(3)))
    state = np.zeros(3, np.int64)
    while True:
        kernels.search(asked, fixed(queries), distance, row_bits(len(tables.codes)), room, state)
        if not state[2]:
            return Hits(*(array[: state[1]] for array in room))
        size = max(2 * len(room.row), int(state[2]))
        room = kernels.Room(*(np.resize(array, size) for array in room))


def sums(tables: Tables, queries: Codes, distance: int, words: Words, weights: Integers) -> Integers:
    """Return for each query the sum of the weights (int64[n]) of all rows within the distance.

    ``words`` is uint64[4, n], the transposed codes. Only for distances that the index is asked for.
    """
    from openhotline.matching import search_kernels as kernels

    asked = tables.asked(distance)
    if asked is None:
        raise ValueError("this distance is not one to ask the index for")
    totals = np.zeros(len(queries), np.int64)
    kernels.weigh(asked, fixed(queries), distance, row_bits(len(tables.codes)), words, weights, totals)
    return totals


def _compare_with_all(codes: Codes, queries: Codes, distance: int) -> Hits:
    asking = np.ascontiguousarray(queries.T)
    found = [Hits(*(np.empty(0, np.int64) for _ in range(3)))]
    for start in range(0, len(codes), BLOCK):
        block = np.ascontiguousarray(codes[start : start + BLOCK].T)
        pairs = brute.pairs(asking, block, distance)
        found.append(Hits(pairs.query, pairs.index + start, pairs.distance))
    return Hits(*(np.concatenate(column) for column in zip(*found, strict=True)))
