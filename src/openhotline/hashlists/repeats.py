"""Values and references that stand in a list more than once, found in bounded memory.

Rows are reduced to numbers, written to a temporary file in sorted runs, and compared part by part: 10 million rows
take half a gigabyte of disk and 100 MB of memory. Two different values share a number once in 10^13 pairs; who
needs certainty compares the lines named.
"""

from __future__ import annotations

import tempfile
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import IO

import numpy as np
import numpy.typing as npt

from openhotline.hashlists.kinds import MANY_OF_ONE
from openhotline.hashlists.rows import Row

RUN = 1 << 20
"""Rows that are sorted at once."""

PARTS = 64
_bounds = np.linspace(-(2.0**63), 2.0**63, PARTS + 1)[1:-1].astype(np.int64)

Numbers = npt.NDArray[np.int64]


class Sort(StrEnum):
    """What is repeated."""

    SAME = "same"
    CONTRADICTION = "contradiction"
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True)
class Repeat:
    """The entry on ``line`` repeats the one on ``first_line``.

    The same value said in the same way is harmless; said in another way it contradicts. One reference with two values
    of one algorithm names two things, unless it is a model and its tensors.
    """

    sort: Sort
    line: int
    first_line: int


class Repeats:
    """Takes rows and says afterwards which repeat others. Use it as a context manager: it holds temporary files."""

    def __init__(self) -> None:
        self._values, self._references = _Spool(), _Spool()

    def __enter__(self) -> Repeats:
        return self

    def __exit__(self, *_: object) -> None:
        self._values.close()
        self._references.close()

    def add(self, row: Row) -> None:
        """Note a row."""
        if not row.value:
            return
        said = (row.quality, row.media, row.ai, row.tags, row.withdrawn, tuple(row.grades.items()))
        self._values.add(hash((row.algorithm, row.value)), hash(said), row.line)
        if row.reference and row.algorithm not in MANY_OF_ONE:
            self._references.add(hash((row.algorithm, row.reference)), hash(row.value), row.line)

    def found(self) -> Iterator[Repeat]:
        """Yield the repeats, values before references, in no order of lines."""
        for line, first, same in self._values.repeats():
            yield Repeat(Sort.SAME if same else Sort.CONTRADICTION, line, first)
        for line, first, same in self._references.repeats():
            if not same:
                yield Repeat(Sort.REFERENCE, line, first)


class _Spool:
    """Triples of numbers (key, content, line), kept in sorted runs on disk."""

    def __init__(self) -> None:
        self._rows = array("q")
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
        self._runs: list[tuple[int, list[int]]] = []

    def add(self, key: int, content: int, line: int) -> None:
        self._rows.extend((key, content, line))
        if len(self._rows) >= 3 * RUN:
            self._write_run()

    def close(self) -> None:
        self._file.close()

    def _write_run(self) -> None:
        rows: Numbers = np.frombuffer(self._rows, dtype=np.int64).reshape(-1, 3)
        rows = rows[np.argsort(rows[:, 0], kind="stable")]
        edges = [0, *np.searchsorted(rows[:, 0], _bounds).tolist(), len(rows)]
        self._runs.append((self._file.tell(), edges))
        self._file.write(rows.tobytes())
        self._rows = array("q")

    def repeats(self) -> Iterator[tuple[int, int, bool]]:
        """Yield line, first line, and whether both say the same."""
        if self._rows:
            self._write_run()
        for part in range(PARTS):
            rows = np.concatenate(
                [self._slice(run, part) for run in self._runs] or [np.empty((0, 3), np.int64)]
            )
            yield from _repeats(rows[np.argsort(rows[:, 0], kind="stable")])
        self._file.seek(0, 2)

    def _slice(self, run: tuple[int, list[int]], part: int) -> Numbers:
        start, edges = run
        self._file.seek(start + 24 * edges[part])
        count = edges[part + 1] - edges[part]
        return np.frombuffer(self._file.read(24 * count), dtype=np.int64).reshape(-1, 3)


def _repeats(rows: Numbers) -> Iterator[tuple[int, int, bool]]:
    """Compare rows with the first of their key; within a key they stand in the order of the list."""
    new = np.ones(len(rows), dtype=bool)
    new[1:] = rows[1:, 0] != rows[:-1, 0]
    firsts = np.maximum.accumulate(np.where(new, np.arange(len(rows)), 0))
    for place in np.flatnonzero(~new):
        first = firsts[place]
        yield int(rows[place, 2]), int(rows[first, 2]), bool(rows[place, 1] == rows[first, 1])
