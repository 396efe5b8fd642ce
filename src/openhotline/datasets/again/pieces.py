"""What stored fingerprints answer, shard by shard in their order, a batch at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from openhotline.datasets.again.asking import Near, ask_stored
from openhotline.datasets.again.stored import Stored
from openhotline.datasets.bulk.record import State
from openhotline.known import Known, Rule

Row = dict[str, Any]


@dataclass
class Piece:
    """Some rows of one shard, one after the other: rows of ``HITS`` and ``NEAR``, members with a hit, too poor ones."""

    shard: str
    hits: list[dict[str, Any]] = field(default_factory=list)
    near: list[dict[str, Any]] = field(default_factory=list)
    members: int = 0
    too_poor: int = 0

    def add(self, other: Piece) -> None:
        """Take what follows of the same shard."""
        self.hits += other.hits
        self.near += other.near
        self.members += other.members
        self.too_poor += other.too_poor


def pieces(
    batches: Iterator[Stored], lists: Sequence[Known], rule: Rule, progress: Callable[[int], None]
) -> Iterator[Piece]:
    """Yield the runs of rows of one shard in each batch; the batch is asked about at once."""
    for stored in batches:
        answer = ask_stored(stored, lists, rule)
        poor = (stored.state == State.HASHED) & (stored.quality < max(rule.min_quality, 1))
        names = np.array(stored.shards, object)
        ends = [*(np.flatnonzero(names[1:] != names[:-1]) + 1).tolist(), len(names)]
        hits, near = answer.hits, [(one.row, _near_row(one, stored, rule)) for one in answer.near]
        start = 0
        for end in ends:
            if end > start:
                yield Piece(
                    stored.shards[start],
                    [row for at, row in hits if start <= at < end] if hits else [],
                    [row for at, row in near if start <= at < end] if near else [],
                    len({at for at, _ in hits if start <= at < end}),
                    int(np.count_nonzero(poor[start:end])),
                )
            start = end
        progress(len(stored))


def _near_row(one: Near, stored: Stored, rule: Rule) -> Row:
    sha256 = stored.exact["sha256"]
    quality = int(stored.quality[one.row])
    return {
        "shard": stored.shards[one.row],
        "key": stored.keys[one.row],
        "sha256": sha256.values[one.row].tobytes().hex() if sha256.known[one.row] else None,
        "pdq": stored.pdq.values[one.row].tobytes().hex(),
        "pdq_quality": quality if quality >= 0 else None,
        "list": one.list,
        "edition": one.edition,
        "distance": one.distance,
        "threshold": rule.distance,
    }


def whole(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Yield each shard once: a shard may go on in the next batch."""
    current: Piece | None = None
    for piece in pieces:
        if current is not None and current.shard == piece.shard:
            current.add(piece)
            continue
        if current is not None:
            yield current
        current = piece
    if current is not None:
        yield current
