"""One data set's fingerprints laid out on the disk to be asked: sorted digests, an index of PDQ hashes, the names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from openhotline.datasets.again.stored import Mask, Stored, Values
from openhotline.known import Rule
from openhotline.known.digest_table import DigestTable, heads_of
from openhotline.matching import ListIndex

ROWS_IN_A_BUCKET = 1_000_000
"""Digests that are sorted in memory at a time; 40 MB."""

HASHES_AT_ONCE = 1_000_000
"""PDQ hashes that are indexed at a time; 40 MB."""

NAMES = pa.schema([("shard", pa.string()), ("key", pa.string())])
DIGEST = np.dtype([("value", "u1", 32), ("row", "<i8")])

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Side:
    """``count`` rows; ``sha256`` is uint8[count, 32] by row, zeros where it is not known. Everything is mapped."""

    count: int
    exact: DigestTable
    index: ListIndex
    sha256: Values
    rule: Rule
    _names: pa.Table

    def names(self, rows: Numbers) -> tuple[list[str], list[str]]:
        """Return shards and keys of some rows."""
        taken = self._names.take(pa.array(rows))
        return taken["shard"].to_pylist(), taken["key"].to_pylist()

    def good(self, known: Mask, quality: npt.NDArray[np.int16]) -> Numbers:
        """Return the places of hashes that say enough to be compared; nobody said what quality a stated one has."""
        return good_rows(known, quality, self.rule)


def good_rows(known: Mask, quality: npt.NDArray[np.int16], rule: Rule) -> Numbers:
    """Return the places of hashes of at least the rule's quality, or of none that is known."""
    return np.flatnonzero(known & ((quality < 0) | (quality >= max(rule.min_quality, 1))))


def laid_out(batches: Iterator[Stored], count: int, folder: Path, rule: Rule) -> Side:
    """Write ``count`` rows below ``folder``, which is for this alone, in flat memory."""
    buckets = _Buckets(folder / "buckets", count)
    index = _Indexing(ListIndex.create(folder / "pdq"))
    rows = 0
    with (
        (folder / "sha256").open("wb") as digests,
        pa.OSFile(str(folder / "names"), "wb") as sink,
        pa.ipc.new_file(sink, NAMES) as names,
    ):
        for stored in batches:
            numbers = np.arange(rows, rows + len(stored), dtype=np.int64)
            column = stored.exact["sha256"]
            digests.write(np.ascontiguousarray(column.values).tobytes())
            buckets.add(column.values[column.known], numbers[column.known])
            good = good_rows(stored.pdq.known, stored.quality, rule)
            index.add(numbers[good], stored.pdq.values[good])
            names.write_batch(pa.record_batch([list(stored.shards), list(stored.keys)], schema=NAMES))
            rows += len(stored)
    return Side(
        count=rows,
        exact=buckets.sorted(folder),
        index=index.finished(),
        sha256=_mapped(folder / "sha256", "u1").reshape(-1, 32),
        rule=rule,
        _names=pa.ipc.open_file(pa.memory_map(str(folder / "names"))).read_all(),
    )


class _Buckets:
    """Digests parted by their first bits, so that each part is sorted alone and all parts together are sorted."""

    def __init__(self, folder: Path, count: int) -> None:
        folder.mkdir()
        self._folder = folder
        self._bits = min(max((count // ROWS_IN_A_BUCKET).bit_length(), 0), 8)

    def add(self, values: Values, rows: Numbers) -> None:
        """Take digests, uint8[n, 32], and the rows they are of."""
        parts = values[:, 0].astype(np.int64) >> (8 - self._bits)
        for part in np.unique(parts).tolist():
            chosen = parts == part
            made = np.empty(int(chosen.sum()), DIGEST)
            made["value"], made["row"] = values[chosen], rows[chosen]
            with self._place(part).open("ab") as stream:
                stream.write(made.tobytes())

    def sorted(self, folder: Path) -> DigestTable:
        """Return the table of all digests, mapped."""
        names = ("values", "rows", "heads")
        for name in names:
            (folder / name).touch()
        for part in range(1 << self._bits):
            if self._place(part).is_file():
                self._sort(part, folder)
        values = _mapped(folder / "values", "u1").reshape(-1, 32)
        return DigestTable(values, _mapped(folder / "rows", "<i8"), _mapped(folder / "heads", "u8"))

    def _sort(self, part: int, folder: Path) -> None:
        held = np.fromfile(self._place(part), DIGEST)
        words = np.ascontiguousarray(held["value"]).view(">u8").astype(np.uint64)
        held = held[np.lexsort(words.T[::-1])]
        values = np.ascontiguousarray(held["value"])
        for name, array in (("values", values), ("rows", held["row"]), ("heads", heads_of(values))):
            with (folder / name).open("ab") as stream:
                stream.write(np.ascontiguousarray(array).tobytes())
        self._place(part).unlink()

    def _place(self, part: int) -> Path:
        return self._folder / f"{part:03d}"


class _Indexing:
    """PDQ hashes on their way into an index, a million at a time."""

    def __init__(self, index: ListIndex) -> None:
        self._index, self._held = index, 0
        self._keys: list[Numbers] = []
        self._hashes: list[Values] = []

    def add(self, keys: Numbers, hashes: Values) -> None:
        """Take hashes, uint8[n, 32], and what each is called."""
        self._keys.append(keys)
        self._hashes.append(hashes)
        self._held += len(keys)
        if self._held >= HASHES_AT_ONCE:
            self._apply()

    def finished(self) -> ListIndex:
        """Return the index of all."""
        if self._held:
            self._apply()
        while self._index.merge():
            pass
        return self._index

    def _apply(self) -> None:
        self._index.apply(np.concatenate(self._keys), np.concatenate(self._hashes), np.empty(0, np.int64))
        self._keys, self._hashes, self._held = [], [], 0


def _mapped(path: Path, kind: str) -> npt.NDArray[Any]:
    """Map a file of numbers; an empty file cannot be mapped, and is no numbers."""
    return np.memmap(path, kind, "r") if path.stat().st_size else np.empty(0, kind)
