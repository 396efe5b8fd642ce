"""Sets of hashes to match: by chance, of pictures, in clusters, and in clumps where everything is near everything."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from benchmarks.picture_hashes import of_picture

Hashes = npt.NDArray[np.uint8]


def by_chance(count: int, seed: int = 0) -> Hashes:
    return np.random.default_rng(seed).integers(0, 256, (count, 32), dtype=np.uint8)


def flipped(hashes: Hashes, most: int, seed: int = 0) -> Hashes:
    """Flip up to ``most`` bits of every hash."""
    chance = np.random.default_rng(seed)
    bits = np.unpackbits(hashes, axis=1)
    for row in bits:
        row[chance.choice(256, int(chance.integers(0, most + 1)), replace=False)] ^= 1
    return np.packbits(bits, axis=1)


def clustered(count: int, centres: int, most: int, seed: int = 0) -> Hashes:
    """A few centres of uneven popularity, and hashes up to ``most`` bits from them."""
    chance = np.random.default_rng(seed)
    return flipped(by_chance(centres, seed)[chance.zipf(1.6, count) % centres], most, seed + 1)


def chained(count: int, step: int, seed: int = 0) -> Hashes:
    """Each hash ``step`` bits from the one before: neighbours are near, the ends are not."""
    chance = np.random.default_rng(seed)
    bits = np.unpackbits(by_chance(1, seed), axis=1)[0]
    rows = []
    for _ in range(count):
        rows.append(np.packbits(bits))
        bits = bits.copy()
        bits[chance.choice(256, step, replace=False)] ^= 1
    return np.array(rows)


def in_few_groups(count: int, seed: int = 0) -> Hashes:
    """Hashes that differ in two bytes only: whatever the bands are, most see one group alone."""
    hashes = np.repeat(by_chance(1, seed), count, axis=0)
    hashes[:, [3, 17]] = by_chance(count, seed + 1)[:, :2]
    return hashes


@lru_cache(maxsize=1)
def of_pictures(count: int = 10_000) -> Hashes:
    hashes = np.concatenate([of_picture(seed, crops=500) for seed in range(6)])
    assert len(hashes) >= count
    return hashes[np.random.default_rng(0).permutation(len(hashes))[:count]]


SETS = {
    "by chance": by_chance(150, 1),
    "clustered": clustered(150, 12, 14, 2),
    "at the boundary": clustered(150, 4, 33, 3),
    "clumped": flipped(np.repeat(by_chance(2, 4), 75, axis=0), 5, 4),
    "equal": np.repeat(by_chance(1, 5), 40, axis=0),
    "all zero": np.zeros((40, 32), np.uint8),
    "in few groups": in_few_groups(100, 8),
    "chained": chained(60, 13, 6),
    "one": by_chance(1, 7),
    "none": by_chance(0),
}
