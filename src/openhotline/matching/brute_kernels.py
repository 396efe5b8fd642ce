"""numba kernels that compare every hash with every other. Importing this module loads numba.

Words are uint64[4, n]. The counting loops have no early exit and write nothing: so they become vector code,
which beats leaving early (0.37 ns a comparison against 1.0 ns where the processor counts bits in vectors).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from openhotline.hashing.compiled import INDICES, INTEGER, NOTHING, OUT_INDICES, WORDS_2D, compiled
from openhotline.matching.instructions import count_bits

CACHED = 8192
"""Hashes to stay with, 256 KiB of them: what a core's own cache holds."""

Words = npt.NDArray[np.uint64]
Index = npt.NDArray[np.int64]


@compiled(INTEGER, WORDS_2D, INTEGER, WORDS_2D, INTEGER)
def between(left: Words, i: int, right: Words, j: int) -> int:
    """Return the distance in bits between two hashes."""
    bits = count_bits(left[0, i] ^ right[0, j]) + count_bits(left[1, i] ^ right[1, j])
    return int(bits + count_bits(left[2, i] ^ right[2, j]) + count_bits(left[3, i] ^ right[3, j]))


@compiled(NOTHING, WORDS_2D, WORDS_2D, INTEGER, OUT_INDICES)
def count_within(queries: Words, hashes: Words, distance: int, counts: Index) -> None:
    """Add to ``counts`` how many of ``hashes`` lie within the distance of each query."""
    n = hashes.shape[1]
    for start in range(0, n, CACHED):
        block = slice(start, min(start + CACHED, n))
        w0, w1, w2, w3 = hashes[0][block], hashes[1][block], hashes[2][block], hashes[3][block]
        for i in range(queries.shape[1]):
            a, b, c, d = queries[0, i], queries[1, i], queries[2, i], queries[3, i]
            count = 0
            for j in range(w0.size):
                bits = count_bits(a ^ w0[j]) + count_bits(b ^ w1[j])
                bits += count_bits(c ^ w2[j]) + count_bits(d ^ w3[j])
                count += 1 if bits <= distance else 0
            counts[i] += count


@compiled(NOTHING, WORDS_2D, WORDS_2D, INTEGER, INDICES, OUT_INDICES, OUT_INDICES)
def list_within(
    queries: Words, hashes: Words, distance: int, starts: Index, found: Index, distances: Index
) -> None:
    """Write which hashes those are, query i's from ``starts[i]`` on, in the order of their index."""
    for i in range(queries.shape[1]):
        at = starts[i]
        if starts[i + 1] == at:
            continue
        for j in range(hashes.shape[1]):
            bits = between(queries, i, hashes, j)
            if bits <= distance:
                found[at] = j
                distances[at] = bits
                at += 1


@compiled(NOTHING, WORDS_2D, WORDS_2D, INTEGER, OUT_INDICES, OUT_INDICES)
def find_nearest(queries: Words, hashes: Words, distance: int, found: Index, distances: Index) -> None:
    """Write each query's nearest hash within the distance, the first of equals, or -1 twice."""
    for i in range(queries.shape[1]):
        a, b, c, d = queries[0, i], queries[1, i], queries[2, i], queries[3, i]
        nearest = distance + 1
        for j in range(hashes.shape[1]):
            bits = count_bits(a ^ hashes[0, j]) + count_bits(b ^ hashes[1, j])
            bits += count_bits(c ^ hashes[2, j]) + count_bits(d ^ hashes[3, j])
            nearest = min(nearest, bits)
        found[i] = distances[i] = -1
        if nearest <= distance:
            j = 0
            while between(queries, i, hashes, j) != nearest:
                j += 1
            found[i], distances[i] = j, nearest


@compiled(NOTHING, WORDS_2D, INTEGER, INDICES, OUT_INDICES, OUT_INDICES, OUT_INDICES)
def gather_stars(
    words: Words, distance: int, order: Index, waiting: Index, centre_of: Index, distances: Index
) -> None:
    """Let each hash of ``order`` that is still free take all free ones within the distance.

    ``waiting`` holds the indices of the free ones and is used up. ``centre_of`` begins as -1 everywhere.
    """
    left = waiting.size
    for centre in order:
        if centre_of[centre] >= 0:
            continue
        kept = 0
        for k in range(left):
            item = waiting[k]
            bits = between(words, centre, words, item)
            if bits <= distance:
                centre_of[item], distances[item] = centre, bits
            else:
                waiting[kept] = item
                kept += 1
        left = kept
