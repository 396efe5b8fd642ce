"""An audit from its plan to its signed summary, or on from where it was stopped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from openhotline.datasets.audit.asked import Asked, open_lists
from openhotline.datasets.audit.engine.crew import run_shards
from openhotline.datasets.audit.finishing import finish
from openhotline.datasets.audit.keeping import Keeping, kept
from openhotline.datasets.audit.parcel import header_in
from openhotline.datasets.audit.summary import Summary
from openhotline.datasets.inputs.planning import plan
from openhotline.datasets.inputs.shard import Shard
from openhotline.datasets.sealed.keys import PUBLIC_KEY, read_public
from openhotline.datasets.sealed.sealing import read_sealed
from openhotline.datasets.sealed.signing import AUDIT

AGAIN = "Shards that failed before, or whose result was damaged on the disk, and are looked at again: {}."


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an audit is. ``members`` counts those of this run; ``done`` of ``size`` bytes, and shards, of all."""

    members: int
    done: int
    size: int
    finished: int
    shards: int
    hits: int

    def further(self, counts: Mapping[str, int], size: int) -> Progress:
        """Return how far it is with one shard more, of ``size`` bytes."""
        return Progress(
            self.members + counts.get("seen", 0),
            self.done + size,
            self.size,
            self.finished + 1,
            self.shards,
            self.hits + counts.get("hits", 0),
        )


def run_audit(
    asked: Asked,
    out: Path,
    *,
    key: Ed25519PrivateKey,
    now: Callable[[], datetime],
    progress: Callable[[Progress], None] = lambda far: None,
    doubt: Callable[[str], None] = lambda words: None,
) -> Summary:
    """Look at every shard that has no result below ``out`` yet, then write the tables, the page and the summary.

    Safe to stop at any moment, also by ``kill -9``: run it again with the same ``asked`` and it goes on. An audit that
    is finished is read back, unless shards of it had failed: those are run again. ``doubt`` is told what of a list
    cannot be compared. Raises Conflict where the folder holds another audit, Busy while one is at work in it.
    """
    asked.require_apart(out)
    with kept(out) as keeping:
        opened = open_lists(asked.lists, keeping.lists)
        for one in opened:
            for words in one.known.doubts:
                doubt(f"{one.known.name}: {words}")
        told = keeping.begin(asked.told(opened, now()), lambda: plan(asked.place, asked.reading))
        if keeping.is_finished:
            return _finished(out)
        if again := keeping.forget_damaged():
            doubt(AGAIN.format(again))
        _look(asked, keeping, asked.conf(opened), progress)
        summary = finish(out, keeping.results(), told, key=key, at=now())
        if not summary.counts["failed_shards"]:
            keeping.forget_results()
        return summary


def _look(
    asked: Asked, keeping: Keeping, conf: Mapping[str, Any], progress: Callable[[Progress], None]
) -> None:
    planned = keeping.planned()
    under_way: dict[str, tuple[int, int]] = {}

    def left() -> Iterator[Shard]:
        for number, shard in keeping.left():
            under_way[shard.name] = number, shard.size
            yield shard

    far = Progress(0, planned.done, planned.size, planned.finished, planned.shards, 0)
    progress(far)
    running = run_shards(left(), conf, engine=asked.engine, workers=asked.workers, address=asked.address)
    with closing(running) as results:
        for data in results:
            header = header_in(data)
            number, size = under_way.pop(header["shard"])
            keeping.keep(number, data)
            far = far.further(header["counts"], size)
            progress(far)


def _finished(out: Path) -> Summary:
    """Read back what was signed, which the folder's own key must fit."""
    sealed = read_sealed(out, (read_public(out / PUBLIC_KEY),), what=AUDIT)
    return Summary(sealed.summary, sealed.digest, sealed.signature.key_id)
