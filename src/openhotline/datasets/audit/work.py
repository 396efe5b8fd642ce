"""One shard, from its first member to its last: read, looked at in batches, compared with every list, counted.

Made once in each process and then run shard after shard: lists are mapped into memory and not copied, and the
confined process that decodes stays.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pyarrow as pa

from openhotline.datasets.audit.digest import ShardDigest, stated_value
from openhotline.datasets.audit.parcel import decode_result, encode_result
from openhotline.datasets.audit.result import ShardResult
from openhotline.datasets.audit.rows import error_rows, fingerprint_rows, hit_rows, table_of
from openhotline.datasets.audit.tables import ERRORS, FINGERPRINTS, HITS
from openhotline.datasets.bulk.asking import Asker
from openhotline.datasets.bulk.looking import Looker
from openhotline.datasets.bulk.record import REMARKS, Hit, Looked, State
from openhotline.datasets.census import count_claims
from openhotline.datasets.inputs.forms import ARROW, PARQUET
from openhotline.datasets.inputs.reading import read_shard
from openhotline.datasets.inputs.shard import Item, Reading, Shard
from openhotline.known import Rule
from openhotline.known.opening import open_list

__all__ = ["ShardWork", "decode_result", "encode_result"]

_COLUMNS: Mapping[State, str] = {
    State.HASHED: "hashed",
    State.UNREADABLE: "unreadable",
    State.OTHER: "other",
    State.LABEL: "labels",
    State.UNREAD: "unread",
    State.STATED: "stated",
    State.ADDRESS: "addresses",
}


class ShardWork:
    """``conf`` holds ``lists`` (``name`` and ``folder`` of each, verified before), ``rule``, ``reading``,
    ``fingerprints``, ``census`` and ``fetch``, as JSON can hold them. Close it, or use it in a ``with`` block."""

    def __init__(self, conf: Mapping[str, Any]) -> None:
        self._rule = Rule(**conf["rule"])
        self._reading = Reading(**conf["reading"])
        self._fingerprints, self._census = bool(conf["fingerprints"]), bool(conf["census"])
        self._with_pictures: Callable[[Iterator[Item]], Iterator[Item]] | None = None
        if conf.get("fetch"):  # the client is loaded by whoever needs it
            from openhotline.datasets.inputs.fetching import guarded_fetch, with_fetched

            self._with_pictures = partial(with_fetched, fetch=guarded_fetch(), digest=stated_value)
        lists = [open_list(Path(one["folder"]), name=one["name"], verify=False) for one in conf["lists"]]
        self._asker = Asker(lists, self._rule)
        self._stack = ExitStack()
        self._looker = self._stack.enter_context(Looker(census=self._census))

    def run(self, shard: Shard) -> ShardResult:
        """Return what a shard gave. Memory grows with its hits and errors, and by some 150 bytes a member where
        fingerprints are wanted."""
        begun = time.monotonic()
        gathered = Gathered(shard.name, self._rule, fingerprints=self._fingerprints, census=self._census)
        pictures = shard.form in (PARQUET, ARROW)  # a column of pictures holds nothing else
        items = read_shard(shard, self._reading)
        if self._with_pictures is not None:
            items = self._with_pictures(items)
        for looked in self._looker.look(items, expects_pictures=pictures):
            gathered.add(looked, self._asker.hits(looked, self._looker.strict))
        return gathered.result(size=shard.size, seconds=time.monotonic() - begun)

    def close(self) -> None:
        """End the confined process."""
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Gathered:
    """What the batches of one shard gave so far."""

    def __init__(self, shard: str, rule: Rule, *, fingerprints: bool, census: bool) -> None:
        self._shard, self._least = shard, max(rule.min_quality, 1)
        self._want_fingerprints, self._want_census = fingerprints, census
        self._counts: Counter[str] = Counter()
        self._claims: Counter[str] = Counter()
        self._digest = ShardDigest()
        self._hits: list[pa.RecordBatch] = []
        self._errors: list[pa.RecordBatch] = []
        self._fingerprints: list[pa.RecordBatch] = []

    def add(self, looked: Looked, hits: list[Hit]) -> None:
        """Take a batch."""
        told = [at for at, problem in looked.problems.items() if problem in REMARKS]
        members = np.delete(np.arange(len(looked.keys)), told)
        self._count(looked, members)
        self._digest.add_looked(looked, members.tolist())
        if hits:
            self._counts["hits"] += len(hits)
            self._counts["hit_members"] += len({hit.position for hit in hits})
            self._hits.append(hit_rows(self._shard, looked, hits))
        if (errors := error_rows(self._shard, looked)) is not None:
            self._counts["errors"] += errors.num_rows
            self._errors.append(errors)
        if self._want_fingerprints:
            pictures = members[looked.looks["state"][members] != State.LABEL]
            self._fingerprints.append(fingerprint_rows(self._shard, looked, pictures))

    def _count(self, looked: Looked, members: Any) -> None:
        looks = looked.looks[members]
        found = np.bincount(looks["state"], minlength=max(State) + 1).tolist()
        self._counts["seen"] += len(looks)
        self._counts.update({column: found[state] for state, column in _COLUMNS.items()})
        poor = (looks["state"] == State.HASHED) & (looks["quality"] < self._least)
        self._counts["too_poor"] += int(np.count_nonzero(poor))
        if self._want_census:
            self._claims.update(count_claims(looks["claims"]))

    def result(self, *, size: int, seconds: float) -> ShardResult:
        """Return everything together. ``size`` is in bytes."""
        fingerprints = table_of(self._fingerprints, FINGERPRINTS) if self._want_fingerprints else None
        return ShardResult(
            shard=self._shard,
            counts={"bytes": size, **self._counts},
            digest=self._digest.hex,
            seconds=seconds,
            hits=table_of(self._hits, HITS),
            errors=table_of(self._errors, ERRORS),
            fingerprints=fingerprints,
            claims=dict(self._claims),
        )
