"""Greedy stars of many hashes through an index, with the same result as comparing each with each.

1. Equal hashes are one with a weight: a picture that came a hundred thousand times costs as much as one.
2. Each hash's neighbours are counted, by weight; no pair is kept.
3. Whoever has most comes first, the first of equals. A batch of those still free is asked for its neighbours,
   and each in turn, if it is free still, takes those that are.

So memory is bounded whatever the hashes are: an index of 100 to 150 bytes a hash, and 24 bytes for each pair of a
batch, which are PAIRS_AT_ONCE or those of a single hash.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from openhotline.matching.bands import plan
from openhotline.matching.packed import Hashes
from openhotline.matching.permutation import encode, standard
from openhotline.matching.searching import Hits, Integers, find, sums
from openhotline.matching.tables import Tables, fixed, in_memory

PAIRS_AT_ONCE = 2_000_000
CENTRES_AT_ONCE = 16_384

PIECE = 512
"""Queries that a thread takes at a time."""

MOST_THREADS = 8


@dataclass(frozen=True)
class Joined:
    """Distinct hashes to be joined with each other: ``weights`` says how many equal ones each stands for."""

    tables: Tables
    weights: Integers
    distance: int
    pool: ThreadPoolExecutor


def stars(hashes: Hashes, distance: int) -> tuple[Integers, Integers] | None:
    """Return each hash's centre, itself where it has none, and its distance to it.

    None where comparing each with each is quicker: for a few hashes, and for large distances.
    """
    bands = plan(len(hashes))
    if not bands:
        return None
    first, group = distinct(hashes)  # 1
    tables = in_memory(fixed(encode(hashes[first], standard())), bands)
    if tables.asked(distance) is None:
        return None
    with ThreadPoolExecutor(_threads()) as pool:
        joined = Joined(tables, np.bincount(group), distance, pool)
        degrees = _degrees(joined)  # 2
        order = np.lexsort((first, -degrees))
        centre, bits = _take(joined, order[degrees[order] > joined.weights[order]], degrees)  # 3
    return first[centre][group], bits[group]


def distinct(hashes: Hashes) -> tuple[Integers, Integers]:
    """Return the index of the first of each different hash, and for every hash which of these it equals."""
    words = np.ascontiguousarray(hashes).view(np.uint64)
    order = np.lexsort(words.T)
    differs = np.ones(len(order), np.bool_)
    differs[1:] = (words[order[1:]] != words[order[:-1]]).any(axis=1)
    group = np.empty(len(order), np.int64)
    group[order] = np.cumsum(differs) - 1
    return order[differs], group


def _degrees(joined: Joined) -> Integers:
    """Return the weight of everything within the distance of each, its own included."""
    codes = joined.tables.codes
    words = np.ascontiguousarray(codes.T)

    def count(start: int) -> Integers:
        piece = codes[start : start + PIECE]
        return sums(joined.tables, piece, joined.distance, words, joined.weights)

    counted = joined.pool.map(count, range(0, len(codes), PIECE))
    return np.concatenate(list(counted))


def _take(joined: Joined, order: Integers, degrees: Integers) -> tuple[Integers, Integers]:
    """Let those of ``order`` take their neighbours in turn; return the centre of each, and the distances."""
    from openhotline.matching import star_kernels

    count = len(degrees)
    centre, bits = np.full(count, -1, np.int64), np.zeros(count, np.int64)
    while len(order):
        window = order[:CENTRES_AT_ONCE]
        free = np.flatnonzero(centre[window] < 0)
        # More neighbours than hashes are free could not all be taken: most of the batch would ask for nothing.
        most = min(PAIRS_AT_ONCE, int(np.count_nonzero(centre < 0)))
        chosen = free[: max(1, int(np.searchsorted(np.cumsum(degrees[window[free]]), most)))]
        if len(chosen):
            batch = window[chosen]
            star_kernels.settle(batch, *_neighbours(joined, batch), centre, bits)
        order = order[int(chosen[-1]) + 1 if len(chosen) < len(free) else len(window) :]
    return np.where(centre < 0, np.arange(count), centre), bits


def _neighbours(joined: Joined, batch: Integers) -> Hits:
    """Return all pairs of these rows with any, ordered by their place in the batch."""
    starts = range(0, len(batch), PIECE)
    codes = joined.tables.codes
    pieces = (np.ascontiguousarray(codes[batch[start : start + PIECE]]) for start in starts)
    found = joined.pool.map(lambda piece: find(joined.tables, piece, joined.distance), pieces)
    shifted = [(hits.query + start, hits.row, hits.bits) for start, hits in zip(starts, found, strict=True)]
    return Hits(*(np.concatenate(column) for column in zip(*shifted, strict=True)))


def _threads() -> int:
    return min(len(os.sched_getaffinity(0)), MOST_THREADS)
