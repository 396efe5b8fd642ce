"""Which members go, and why: what an audit's tables say, as rows of :data:`tables.REMOVED` by shard.

Memory grows with what goes, some 200 bytes each, and not with the data set.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from openhotline.datasets.audit.finishing import ERRORS_FILE, HITS_FILE
from openhotline.datasets.bulk.record import REASONS
from openhotline.datasets.cleaning.tables import HIT, REMOVED, UNREADABLE
from openhotline.datasets.inputs.shard import PROBLEMS

ENDS_EARLY = frozenset({"unreadable_shard", "expands_too_far"})
"""Problems after which nothing of a file was read. They name the last member before."""

_COMPARED = frozenset({"duplicate_key", "empty", "bad_value"})
"""Problems that tell of a table's values or keys. What there was to look at was looked at."""

UNREADABLE_KINDS = (frozenset(REASONS) | frozenset(PROBLEMS)) - _COMPARED - ENDS_EARLY - {""}
"""Kinds of errors that name a member whose looks could not be compared with anything."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One row. ``sha256`` is None where the audit knew none, then the key alone tells."""

    key: str
    sha256: str | None
    why: str
    list: str | None
    edition: str | None


class Reasons:
    """Rows to be found by their shard. Rows of a shard may stand in several places of ``table``."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table.combine_chunks()
        self._runs: dict[str, list[tuple[int, int]]] = {}
        for shard, first, count in _runs(self._table["shard"]):
            self._runs.setdefault(shard, []).append((first, count))

    @property
    def shards(self) -> Iterable[str]:
        """The shards of which something goes."""
        return self._runs.keys()

    def of(self, shard: str) -> list[Reason]:
        """Return the rows of one shard, each once."""
        found = (
            Reason(row["key"], row["sha256"], row["why"], row["list"], row["edition"])
            for first, count in self._runs.get(shard, ())
            for row in self._table.slice(first, count).to_pylist()
        )
        return list(dict.fromkeys(found))

    def __len__(self) -> int:
        return int(self._table.num_rows)


def hit_reasons(audit: Path) -> pa.Table:
    """Return a row for each member that an audit hit and each list edition that it is on."""
    names = ["shard", "key", "sha256", "list", "edition"]
    parts = [REMOVED.empty_table()]
    with pq.ParquetFile(audit / HITS_FILE) as file:
        for number in range(file.num_row_groups):
            group = file.read_row_group(number, columns=names)
            parts.append(_told(group.group_by(names, use_threads=False).aggregate([]), HIT))
    return pa.concat_tables(parts)


def unreadable_reasons(audit: Path) -> pa.Table:
    """Return a row for each member that could not be read or decoded."""
    parts = [REMOVED.empty_table()]
    with pq.ParquetFile(audit / ERRORS_FILE) as file:
        for number in range(file.num_row_groups):
            group = file.read_row_group(number, columns=["shard", "key", "kind"])
            found = group.filter(pc.is_in(group["kind"], pa.array(sorted(UNREADABLE_KINDS))))
            parts.append(_told(found, UNREADABLE))
    return pa.concat_tables(parts)


def _told(found: pa.Table, why: str) -> pa.Table:
    """Return rows of REMOVED; what ``found`` has no column for is null."""
    columns: Mapping[str, Any] = {"why": pa.array([why] * found.num_rows, pa.string())}
    nothing = pa.nulls(found.num_rows, pa.string())
    return pa.table(
        [columns.get(name, found[name] if name in found.column_names else nothing) for name in REMOVED.names],
        schema=REMOVED,
    )


def _runs(column: pa.ChunkedArray) -> Iterator[tuple[str, int, int]]:
    """Yield value, first row and number of rows wherever equal values stand one behind the other."""
    if not len(column):
        return
    ends = pc.run_end_encode(column.combine_chunks())
    if isinstance(ends, pa.ChunkedArray):
        ends = ends.combine_chunks()
    stops: Sequence[int] = ends.run_ends.to_pylist()
    firsts = np.concatenate([[0], stops[:-1]]).astype(int).tolist()
    for shard, first, stop in zip(ends.values.to_pylist(), firsts, stops, strict=True):
        yield shard, first, stop - first
