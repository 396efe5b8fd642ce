"""What a summary and its page need of an audit, counted while the shards' results pass by, in flat memory."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from openhotline.datasets.audit.kinds import HARMLESS
from openhotline.datasets.audit.result import ShardResult

COUNTED = (
    "bytes",
    "seen",
    "hashed",
    "too_poor",
    "unreadable",
    "other",
    "labels",
    "unread",
    "stated",
    "addresses",
    "hit_members",
    "hits",
    "errors",
)
"""The columns of ``tables.SHARDS`` that are added up."""

MOST_BINS, MOST_NAMED = 120, 20
EXAMINED, CLAIMED = "examined", "ai"
"""Of the census: pictures that were asked what they claim, and those that claim a generator in any way."""


@dataclass
class Bins:
    """Numbers in order, added up in at most :data:`MOST_BINS` bins of ``width`` numbers each, however many come."""

    width: int = 1
    values: list[int] = field(default_factory=list)
    count: int = 0

    def add(self, number: int) -> None:
        """Take the next number."""
        if self.count == self.width * MOST_BINS:
            self.values = [sum(self.values[at : at + 2]) for at in range(0, len(self.values), 2)]
            self.width *= 2
        if self.count == self.width * len(self.values):
            self.values.append(0)
        self.values[-1] += number
        self.count += 1


@dataclass
class Tally:
    """Everything that was counted. ``most`` are the shards with the most hit members, the first the most."""

    counts: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    by: Counter[str] = field(default_factory=Counter)
    lists: Counter[tuple[str, str]] = field(default_factory=Counter)
    distances: Counter[int] = field(default_factory=Counter)
    hit_qualities: Counter[int] = field(default_factory=Counter)
    qualities: Counter[int] = field(default_factory=Counter)
    claims: Counter[str] = field(default_factory=Counter)
    unconfirmed: int = 0
    failed: int = 0
    along: Bins = field(default_factory=Bins)
    examined_along: Bins = field(default_factory=Bins)
    claimed_along: Bins = field(default_factory=Bins)
    digests: list[tuple[str, str]] = field(default_factory=list)
    _most: list[tuple[int, int, str]] = field(default_factory=list)

    def add(self, result: ShardResult) -> None:
        """Take one shard's result, in the order of the plan."""
        hit_members = result.counts.get("hit_members", 0)
        self.counts.update({name: result.counts.get(name, 0) for name in COUNTED})
        self.claims.update(result.claims)
        self.errors.update(_counted(result.errors["kind"]))
        self.failed += bool(result.failure)
        self.along.add(hit_members)
        self.examined_along.add(result.claims.get(EXAMINED, 0))
        self.claimed_along.add(result.claims.get(CLAIMED, 0))
        self.digests.append((result.shard, result.digest))
        if hit_members:
            heapq.heappush(self._most, (hit_members, -len(self.digests), result.shard))
            self._most = heapq.nlargest(MOST_NAMED, self._most)
            heapq.heapify(self._most)
        if result.hits.num_rows:
            self._add_hits(result.hits)
        if result.fingerprints is not None:
            self.qualities.update(_counted(result.fingerprints["pdq_quality"]))

    def _add_hits(self, hits: pa.Table) -> None:
        self.by.update(_counted(hits["matched"]))
        self.lists.update(zip(hits["list"].to_pylist(), hits["edition"].to_pylist(), strict=True))
        near = hits.filter(pc.equal(hits["matched"], "pdq"))
        self.distances.update(_counted(near["distance"]))
        self.hit_qualities.update(_counted(near["pdq_quality"]))
        self.unconfirmed += int(pc.sum(pc.invert(hits["confirmed"])).as_py() or 0)

    @property
    def shards(self) -> int:
        """Shards that gave a result, or failed."""
        return self.along.count

    @property
    def most(self) -> list[tuple[str, int]]:
        """The shards with the most hit members, with their number; the first in the plan where equal."""
        return [(shard, count) for count, _, shard in sorted(self._most, reverse=True)]

    @property
    def not_compared(self) -> int:
        """Rows in the table of errors that keep "nothing was found" from being said."""
        return sum(count for kind, count in self.errors.items() if kind not in HARMLESS)


def _counted(column: pa.ChunkedArray) -> dict[Any, int]:
    """Count the values of a column, without those that are not known."""
    counts: Iterable[dict[str, Any]] = pc.value_counts(column).to_pylist()
    return {row["values"]: row["counts"] for row in counts if row["values"] is not None}
