"""Search by comparing with every hash: exact, simple, quick enough below a few hundred thousand hashes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from openhotline.matching.packed import Hashes, Words, pack

Index = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Pairs:
    """Parallel arrays, int64[k], ordered by query and then by index; ``distance`` in bits."""

    query: Index
    index: Index
    distance: Index


def search(queries: Hashes, hashes: Hashes, distance: int) -> Pairs:
    """Return every pair of a query (uint8[m, 32]) and a hash (uint8[n, 32]) at most ``distance`` apart."""
    return pairs(pack(queries), pack(hashes), distance)


def pairs(left: Words, right: Words, distance: int) -> Pairs:
    """Return the same for uint64[4, m] and uint64[4, n]."""
    from openhotline.matching import brute_kernels

    counts = np.zeros(left.shape[1], np.int64)
    brute_kernels.count_within(left, right, distance, counts)
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
    found, distances = np.empty(starts[-1], np.int64), np.empty(starts[-1], np.int64)
    brute_kernels.list_within(left, right, distance, starts, found, distances)
    return Pairs(np.repeat(np.arange(left.shape[1]), counts), found, distances)


def nearest(queries: Hashes, hashes: Hashes, distance: int) -> tuple[Index, Index]:
    """Return each query's nearest hash within ``distance`` and how far it is; -1 for both where none is."""
    from openhotline.matching import brute_kernels

    found, distances = np.empty(len(queries), np.int64), np.empty(len(queries), np.int64)
    brute_kernels.find_nearest(pack(queries), pack(hashes), distance, found, distances)
    return found, distances


def degrees(words: Words, distance: int) -> Index:
    """Return how many other hashes lie within ``distance`` of each of uint64[4, n]."""
    from openhotline.matching import brute_kernels

    counts = np.zeros(words.shape[1], np.int64)
    brute_kernels.count_within(words, words, distance, counts)
    return counts - 1
