"""One segment of a list's index as it stands: its index file, and which of its rows are no longer in force."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from openhotline.matching import sections
from openhotline.matching.building import build_index
from openhotline.matching.index import Index, open_index
from openhotline.matching.manifest import Segment
from openhotline.matching.packed import Hashes
from openhotline.matching.searching import Integers
from openhotline.matching.sections import damaged

SEGMENT, DEAD = ".segment", ".dead"
DEAD_FORMAT = "openhotline-dead-rows-1"

Halves = npt.NDArray[np.uint32]


@dataclass(frozen=True)
class Part:
    """``dead`` is uint32[k], ascending: rows of ``index`` that a later change took back."""

    segment: Segment
    index: Index
    dead: Halves

    @property
    def live(self) -> int:
        """Return how many of its entries are in force."""
        return self.index.count - len(self.dead)

    def search(self, queries: Hashes, distance: int) -> tuple[Integers, Integers, Integers]:
        """Return query, key and distance of everything in force within the distance; in no order."""
        query, row, bits = self.index.search_rows(queries, distance)
        if len(self.dead):
            in_force = ~contains(self.dead, row)
            query, row, bits = query[in_force], row[in_force], bits[in_force]
        return query, self.index.keys.of(row), bits

    def live_rows(self) -> Integers:
        """Return the rows in force."""
        marks = np.ones(self.index.count, np.bool_)
        marks[self.dead] = False
        return np.flatnonzero(marks)

    def without(self, keys: Integers) -> Part:
        """Return the part once these keys are taken back; itself if it holds none of them."""
        rows = self.index.keys.rows_of(keys)
        rows = rows[rows >= 0].astype(np.uint32)
        rows = rows[~contains(self.dead, rows)]
        return replace(self, dead=np.union1d(self.dead, rows)) if len(rows) else self

    def verify(self) -> None:
        """Read every byte; raises Damaged naming the file that was altered. Dead rows were read when opened."""
        self.index.verify()


def contains(ascending: Halves, rows: npt.NDArray[np.integer]) -> npt.NDArray[np.bool_]:
    """Say of each row whether it is among the ascending ones."""
    if not len(ascending):
        return np.zeros(len(rows), np.bool_)
    at = np.searchsorted(ascending, rows)
    return np.asarray(ascending[np.minimum(at, len(ascending) - 1)] == rows)


def open_part(directory: Path, segment: Segment, held: Part | None = None) -> Part:
    """Open a segment; ``held`` is the same one with other dead rows, whose mapping is taken over."""
    index = held.index if held else open_index(directory / segment.name)
    if index.count != segment.count:
        raise damaged(index.path, "not the file that the manifest speaks of")
    return Part(segment, index, _read_dead(directory / segment.dead, segment) if segment.dead else _none())


def write_part(directory: Path, keys: Integers, hashes: Hashes, *, consume: bool = False) -> Segment:
    """Write a new segment; ``consume`` as of ``build_index``."""
    name = new_name(SEGMENT)
    build_index(keys, hashes, directory / name, consume=consume)
    return Segment(name, len(keys))


def write_dead(directory: Path, part: Part) -> Segment:
    """Write which rows of a part are dead; return its segment as the manifest is to know it."""
    name, segment = new_name(DEAD), part.segment
    sections.write(directory / name, {"format": DEAD_FORMAT, "segment": segment.name}, [("rows", part.dead)])
    return replace(segment, dead=name, dead_count=len(part.dead))


def new_name(suffix: str) -> str:
    """Return a name that no file of the folder ever had."""
    return secrets.token_hex(8) + suffix


def _none() -> Halves:
    return np.empty(0, np.uint32)


def _read_dead(path: Path, segment: Segment) -> Halves:
    """Read and check all of it: it is small, and a wrong row would hide an entry."""
    contents = sections.read(path)
    if contents.about.get("format") != DEAD_FORMAT or contents.about.get("segment") != segment.name:
        raise damaged(path, "not the dead rows of this segment")
    rows = contents.get("rows", ("<u4",), segment.dead_count)
    contents.verify()
    if len(rows) and (int(rows[-1]) >= segment.count or not (rows[1:] > rows[:-1]).all()):
        raise damaged(path, "rows")
    return np.array(rows)
