"""All hashes within a distance, the slow and obvious way. Everything faster is tested against it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from openhotline.matching.packed import Hashes


@dataclass(frozen=True, slots=True, order=True)
class Neighbour:
    """``index`` into what was searched; ``distance`` in bits that differ."""

    distance: int
    index: int


def hamming(one: bytes, other: bytes) -> int:
    """Return how many bits differ."""
    return (int.from_bytes(one) ^ int.from_bytes(other)).bit_count()


def within(query: bytes, hashes: Hashes, distance: int) -> tuple[Neighbour, ...]:
    """Return every row of uint8[n, 32] whose distance to ``query`` is at most ``distance``, nearest first."""
    found = (Neighbour(hamming(query, row.tobytes()), index) for index, row in enumerate(hashes))
    return tuple(sorted(near for near in found if near.distance <= distance))


def all_pairs(hashes: Hashes, distance: int) -> set[tuple[int, int]]:
    """Return every pair of rows, smaller index first, that is at most ``distance`` apart."""
    bits = np.unpackbits(hashes, axis=1)
    return {
        (i, int(j))
        for i in range(len(bits))
        for j in i + 1 + np.flatnonzero((bits[i + 1 :] != bits[i]).sum(axis=1) <= distance)
    }
