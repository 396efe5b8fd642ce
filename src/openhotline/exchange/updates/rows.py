"""Rows of a list that is sorted by its first two columns: what changed between two, and one made of the other.

Everything here is one pass over sorted rows and holds one row of each side, however long the lists are.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO

from openhotline.errors import BadInput, Damaged

Cells = list[str]

KEY = ["algorithm", "value"]
CHANGE = "change"
SET, DROP = "set", "drop"

_DAMAGED = "A list file is damaged: it is not the compressed table that it should be."


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: rows, and bytes and SHA-256 of the text before it was compressed."""

    rows: int
    size: int
    sha256: str


@contextmanager
def opened(path: Path) -> Iterator[tuple[Cells, Iterator[Cells]]]:
    """Open a table, compressed or not; give its columns and its rows."""
    with _text(path) as text:
        rows = csv.reader(text, strict=True)
        try:
            columns = next(rows, [])
            yield columns, rows
        except (csv.Error, UnicodeDecodeError, EOFError, gzip.BadGzipFile, zlib.error) as problem:
            raise Damaged(_DAMAGED, details=str(problem)) from problem


def _text(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8", newline="")
    return path.open(encoding="utf-8", newline="")


def in_order(columns: Cells, rows: Iterator[Cells]) -> Iterator[Cells]:
    """Pass rows on; raises BadInput for one that is out of order, repeated or of another width."""
    if columns[:2] != KEY:
        raise BadInput("The list does not begin with the columns algorithm and value. Write it anew.")
    last = ["", ""]
    for row in rows:
        if len(row) != len(columns) or row[:2] <= last:
            raise BadInput(
                "The list is not sorted by algorithm and value, or names a value twice. Write it anew."
            )
        last = row[:2]
        yield row


def changes(old: Iterator[Cells], new: Iterator[Cells]) -> Iterator[Cells]:
    """Yield what makes the new list of the old one: whole rows to set, and keys to drop."""
    for before, after in _side_by_side(old, new):
        if after is None and before is not None:
            yield [DROP, *before[:2]]
        elif after is not None and before != after:
            yield [SET, *after]


def changed(old: Iterator[Cells], steps: Iterator[Cells]) -> Iterator[Cells]:
    """Yield the new list of the old one and its changes; raises Damaged where they do not fit."""
    named = ([*step[1:], step[0]] for step in steps)
    for before, step in _side_by_side(old, named):
        if step is None and before is not None:
            yield before
        elif step is not None and step[-1] == SET:
            yield step[:-1]
        elif step is not None and (step[-1] != DROP or before is None):
            raise Damaged("The changes do not fit the list that they are for. It is fetched whole instead.")


def write(target: BinaryIO, columns: Cells, rows: Iterator[Cells], *, compress: bool) -> Written:
    """Write a table; the same rows give the same bytes, compressed ones too."""
    counting = _Counting(gzip.GzipFile("", "wb", 6, target, mtime=0) if compress else target)
    table = csv.writer(counting, lineterminator="\n")
    table.writerow(columns)
    count = 0
    for row in rows:
        table.writerow(row)
        count += 1
    if compress:
        counting.stream.close()
    return Written(count, counting.size, counting.digest.hexdigest())


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes; empty where there is none."""
    if not path.is_file():
        return ""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


class _Counting:
    def __init__(self, stream: BinaryIO | gzip.GzipFile) -> None:
        self.stream, self.size, self.digest = stream, 0, hashlib.sha256()

    def write(self, text: str) -> int:
        data = text.encode()
        self.size += len(data)
        self.digest.update(data)
        return self.stream.write(data)


def _side_by_side(
    left: Iterator[Cells], right: Iterator[Cells]
) -> Iterator[tuple[Cells | None, Cells | None]]:
    """Walk two sorted tables together; a side that lacks a key gives None."""
    one, other = next(left, None), next(right, None)
    while one is not None or other is not None:
        key = min(row[:2] for row in (one, other) if row is not None)
        here = one if one is not None and one[:2] == key else None
        there = other if other is not None and other[:2] == key else None
        yield here, there
        one = next(left, None) if here is not None else one
        other = next(right, None) if there is not None else other
