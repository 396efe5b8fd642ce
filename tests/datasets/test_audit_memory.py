"""Memory of a shard's work does not grow with its members, but for what is kept of each when that is asked for."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pyarrow as pa

from openhotline.datasets.audit.work import Gathered
from openhotline.datasets.bulk.record import LOOK, Looked, Mode, State
from openhotline.known import Rule

MEMBERS, BATCHES = 1000, 60


def batch(number: int) -> Looked:
    looks = np.zeros(MEMBERS, LOOK)
    looks["state"], looks["mode"], looks["quality"] = State.HASHED, Mode.FAST, 80
    looks["sha256"] = np.random.default_rng(number).integers(0, 256, (MEMBERS, 32))
    return Looked([f"{number:06d}/{at:06d}.jpg" for at in range(MEMBERS)], looks, [None] * MEMBERS)


def grown(*, fingerprints: bool) -> float:
    """Return bytes a member, beyond what the first batches took; Arrow keeps its own account."""
    gathered = Gathered("a", Rule(), fingerprints=fingerprints, census=False)
    tracemalloc.start()
    for number in range(10):
        gathered.add(batch(number), [])
    before = tracemalloc.get_traced_memory()[0] + pa.total_allocated_bytes()
    for number in range(10, 10 + BATCHES):
        gathered.add(batch(number), [])
    after = tracemalloc.get_traced_memory()[0] + pa.total_allocated_bytes()
    tracemalloc.stop()
    return (after - before) / (BATCHES * MEMBERS)


def test_without_fingerprints_a_member_costs_nothing() -> None:
    assert grown(fingerprints=False) < 0.5


def test_with_fingerprints_a_member_costs_what_its_hashes_are_long() -> None:
    assert 112 < grown(fingerprints=True) < 200
