"""What two data sets have in common, by the fingerprints that their audits kept: the same files, and near ones.

The smaller one is laid out on the disk, sorted and indexed; the larger streams by. So memory does not grow with
either, but for one byte a member of the smaller.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from openhotline.datasets.again.side import Side, laid_out
from openhotline.datasets.again.stored import Stored, fingerprint_files, rows_in, stored_rows
from openhotline.datasets.again.tables import PAIRS
from openhotline.datasets.sealed.sealing import SUMMARY, verify_sealed
from openhotline.datasets.sealed.signing import AUDIT
from openhotline.datasets.sealed.table_files import TableFile
from openhotline.known import Rule

PAIRS_OF_ONE = 100
"""Pairs that are written of one member and the other data set, the nearest first; every one is counted."""

ASKED_AT_ONCE = 2048
"""Rows whose neighbours are searched in one call: many may have thousands."""

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Overlap:
    """Counts. ``same_a`` members of A have the very bytes of one in B; ``near_a`` do not, and lie near one.

    ``pairs`` were written, of ``pairs_found``.
    """

    members_a: int
    members_b: int
    same_a: int
    same_b: int
    near_a: int
    near_b: int
    pairs: int
    pairs_found: int

    @property
    def any(self) -> bool:
        """Whether anything is in both."""
        return bool(self.pairs_found)


def overlap(
    a: Path, b: Path, table: Path, rule: Rule, *, progress: Callable[[int], None] = lambda rows: None
) -> Overlap:
    """Compare two audits' fingerprints and write the pairs to ``table``; return the counts.

    Where a folder is signed, its signature and files are checked first. ``progress`` is told rows of the larger.
    """
    files = []
    for source in (a, b):
        if (source / SUMMARY).is_file():
            verify_sealed(source, what=AUDIT)
        files.append(fingerprint_files(source))
    counts = [rows_in(part) for part in files]
    turned = counts[0] < counts[1]  # A is the smaller one: B streams
    small, large = (files[0], files[1]) if turned else (files[1], files[0])
    with (
        tempfile.TemporaryDirectory(prefix=".overlap-", dir=table.resolve().parent) as folder,
        TableFile(table.parent, table.name, PAIRS) as pairs,
    ):
        side = laid_out(stored_rows(small), min(counts), Path(folder), rule)
        comparing = _Comparing(side, rule, pairs, turned=turned)
        for stored in stored_rows(large):
            comparing.add(stored)
            progress(len(stored))
    return comparing.told(counts[0], counts[1])


class _Comparing:
    """The rows of the larger side as they stream by."""

    def __init__(self, side: Side, rule: Rule, pairs: TableFile, *, turned: bool) -> None:
        self._side, self._rule, self._pairs, self._turned = side, rule, pairs, turned
        self._same = self._near = self._found = 0
        self._same_small = np.zeros(side.count, bool)
        self._near_small = np.zeros(side.count, bool)

    def add(self, stored: Stored) -> None:
        """Compare some rows."""
        same = np.zeros(len(stored), bool)
        known = np.flatnonzero(stored.exact["sha256"].known)
        places, rows = self._side.exact.find_many(stored.exact["sha256"].values[known])
        same[known[places]] = True
        self._same_small[rows] = True
        self._same += int(same.sum())
        self._write(stored, known[places], rows, np.zeros(len(rows), np.int64), "sha256")
        near = np.zeros(len(stored), bool)
        for asked in _in_parts(self._side.good(stored.pdq.known, stored.quality)):
            near[self._add_near(stored, asked)] = True
        self._near += int((near & ~same).sum())

    def _add_near(self, stored: Stored, asked: Numbers) -> Numbers:
        """Write the pairs that are near and not the same; return the rows that have one."""
        found = self._side.index.search(stored.pdq.values[asked], self._rule.distance)
        rows: Numbers = asked[found.query]
        values = stored.exact["sha256"]
        same = (values.values[rows] == self._side.sha256[found.key]).all(axis=1) & values.known[rows]
        rows, keys, distances = rows[~same], found.key[~same], found.distance[~same]
        self._near_small[keys] = True
        self._write(stored, rows, keys, distances, "pdq")
        return rows

    def _write(
        self, stored: Stored, rows: Numbers, others: Numbers, distances: Numbers, matched: str
    ) -> None:
        self._found += len(rows)
        kept = _nearest(rows, distances)
        rows, others, distances = rows[kept], others[kept], distances[kept]
        if not len(rows):
            return
        chosen = rows.tolist()
        streamed = ([stored.shards[row] for row in chosen], [stored.keys[row] for row in chosen])
        held = self._side.names(others)
        (a_shard, a_key), (b_shard, b_key) = (held, streamed) if self._turned else (streamed, held)
        digests = [
            stored.exact["sha256"].values[row].tobytes().hex() if matched == "sha256" else None
            for row in chosen
        ]
        columns = [a_shard, a_key, b_shard, b_key, [matched] * len(chosen), distances, digests]
        self._pairs.add(
            pa.Table.from_arrays(
                [pa.array(column, field.type) for column, field in zip(columns, PAIRS, strict=True)],
                schema=PAIRS,
            )
        )

    def told(self, members_a: int, members_b: int) -> Overlap:
        """Return the counts, whichever side was the smaller."""
        small = int(self._same_small.sum()), int((self._near_small & ~self._same_small).sum())
        large = self._same, self._near
        (same_a, near_a), (same_b, near_b) = (small, large) if self._turned else (large, small)
        return Overlap(members_a, members_b, same_a, same_b, near_a, near_b, self._pairs.rows, self._found)


def _in_parts(rows: Numbers) -> Iterator[Numbers]:
    for start in range(0, len(rows), ASKED_AT_ONCE):
        yield rows[start : start + ASKED_AT_ONCE]


def _nearest(rows: Numbers, distances: Numbers) -> Numbers:
    """Return the places of at most :data:`PAIRS_OF_ONE` pairs of each row, the nearest."""
    order = np.lexsort((distances, rows))
    ordered = rows[order]
    first = np.searchsorted(ordered, ordered, "left")
    kept: Numbers = order[np.arange(len(order)) - first < PAIRS_OF_ONE]
    return kept
