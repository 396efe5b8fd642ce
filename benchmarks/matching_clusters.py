"""Clusters of a batch: ours whole, against the time that the peer takes for the pairs alone."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np

from benchmarks.matching_worker import peer
from benchmarks.picture_hashes import Hashes, cached
from openhotline import matching

TARGETS = {100_000: 1.5, 1_000_000: 90.0}
"""Seconds, on two cores."""

ASKED = 10_000
"""Queries that the peer is asked of a batch of 100,000; what it takes for all is ten times that."""


def report(pictures: Path, count: int) -> None:
    """Print how long clusters of so many hashes of pictures take, and of some kinds that are harder."""
    hashes = cached(pictures, max(count, 1_000_000), processes=len(os.sched_getaffinity(0)))[:count]
    matching.cluster(hashes[:60_000])  # loads the kernels
    print(f"\nClusters of {count:,} hashes, {len(os.sched_getaffinity(0))} threads", flush=True)
    taken, used = timed(hashes, "of pictures")
    target = TARGETS[count]
    print(f"  target <= {target:g} s: {'held' if taken <= target else 'MISSED'}")
    if count == 100_000:
        for name, harder in harder_sets(hashes).items():
            timed(harder, name)
        against_the_peer(hashes, used)


def timed(hashes: Hashes, name: str) -> tuple[float, float]:
    """Cluster, print, and return the seconds it took and the processor time."""
    begin, used = time.perf_counter(), time.process_time()
    found = matching.cluster(hashes)
    taken, used = time.perf_counter() - begin, time.process_time() - used
    sizes = np.bincount(found.representative)
    groups, largest = np.count_nonzero(sizes > 1), sizes.max()
    print(
        f"  {name:24} {taken:6.2f} s ({used:.2f} s of processor time), {groups:,} groups, the largest {largest:,}",
        flush=True,
    )
    return taken, used


def harder_sets(hashes: Hashes) -> dict[str, Hashes]:
    """Return sets where one picture comes very often, or many come often."""
    chance, count = np.random.default_rng(1), len(hashes)
    common = np.concatenate([np.repeat(hashes[:1], count // 2, axis=0), hashes[: count - count // 2]])
    popularity = chance.zipf(1.5, count) % max(count // 20, 1)
    bits = np.unpackbits(hashes[popularity], axis=1)
    for row in bits:
        row[chance.choice(256, int(chance.integers(0, 13)), replace=False)] ^= 1
    return {"half of them equal": common, "popular by a power law": np.packbits(bits, axis=1)}


def against_the_peer(hashes: Hashes, ours: float) -> None:
    """Print what the peer takes to find all pairs, one thread, without grouping them."""
    search, _ = peer(hashes, Path())
    begin = time.process_time()
    search(hashes[:ASKED], matching.MATCH_DISTANCE)
    taken = (time.process_time() - begin) * len(hashes) / ASKED
    print(f"  the peer's pairs alone   {taken:6.1f} s of processor time: {taken / ours:.0f} times ours")
