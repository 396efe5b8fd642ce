"""What ``openhotline match`` writes: lines for people, CSV, a JSON array. A row at a time, none kept."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from openhotline.cli.hash_output import csv_stream, harmless, json_array

if TYPE_CHECKING:
    from openhotline.datasets.hashes import FileHashes
    from openhotline.known import ListAnswer, Match

MOST_SHOWN = 5

COLUMNS = (
    *("path", "answer", "list", "edition", "matches", "algorithm", "distance", "threshold", "quality"),
    *("entry", "line", "reference", "reason"),
)
"""Of the CSV. The columns from ``algorithm`` to ``reference`` are of the nearest match."""


@dataclass(frozen=True, slots=True)
class Row:
    """One file and what the list answers."""

    file: FileHashes
    answer: ListAnswer

    @property
    def nearest(self) -> list[Match]:
        """Matches, the nearest first."""
        return sorted(self.answer.matches, key=lambda match: (match.distance, match.entry.key))


@dataclass
class Counts:
    """What the exit code follows from."""

    files: int = 0
    matches: int = 0
    unreadable: int = 0

    def add(self, row: Row) -> None:
        """Count one file."""
        self.files += 1
        self.matches += row.answer.verdict == "match"
        self.unreadable += row.answer.verdict == "unreadable"


@contextmanager
def writing(csv_file: str | None, *, as_json: bool) -> Iterator[Callable[[Row], None]]:
    """Give what takes the rows, one after the other."""
    with ExitStack() as stack:
        writers: list[Callable[[Row], None]] = []
        if csv_file is not None:
            table = csv.writer(stack.enter_context(csv_stream(csv_file)), lineterminator="\n")
            table.writerow(COLUMNS)
            writers.append(lambda row: table.writerow(_cells(row)))
        if as_json:
            array = stack.enter_context(json_array())
            writers.append(lambda row: array(_document(row)))
        yield _to_all(writers or [_show])


def _to_all(writers: list[Callable[[Row], None]]) -> Callable[[Row], None]:
    def write(row: Row) -> None:
        for writer in writers:
            writer(row)

    return write


def _cells(row: Row) -> list[Any]:
    answer = row.answer
    head = [row.file.path, answer.verdict.value, answer.list, answer.edition, len(answer.matches)]
    if not answer.matches:
        return [*head, *[""] * 7, answer.reason]
    match = row.nearest[0]
    entry = match.entry
    quality = "" if match.quality is None else match.quality
    found = [
        match.algorithm,
        match.distance,
        match.threshold,
        quality,
        entry.key,
        entry.line or "",
        entry.reference,
    ]
    return [*head, *found, ""]


def _document(row: Row) -> dict[str, Any]:
    file, answer = row.file, row.answer
    return {
        "path": file.path,
        "answer": answer.verdict.value,
        "list": answer.list,
        "edition": answer.edition,
        "matches": [_match(match) for match in row.nearest],
        "reason": answer.reason,
        "sha256": file.sha256,
        "pdq": file.pdq,
        "pdq_quality": file.pdq_quality,
    }


def _match(match: Match) -> dict[str, Any]:
    entry = match.entry
    return {
        "algorithm": match.algorithm,
        "distance": match.distance,
        "threshold": match.threshold,
        "quality": match.quality,
        "entry": entry.key,
        "line": entry.line or None,
        "reference": entry.reference,
        "entry_quality": entry.quality,
        "ai": entry.ai,
        "tags": list(entry.tags),
        "grades": dict(entry.grades),
    }


def _show(row: Row) -> None:
    words = row.answer.verdict.value.replace("_", " ")
    click.echo(f"{words:10}  {harmless(row.file.path)}")
    for match in row.nearest[:MOST_SHOWN]:
        click.echo(f"            {_told(match)}")
    if len(row.answer.matches) > MOST_SHOWN:
        click.echo(f"            and {len(row.answer.matches) - MOST_SHOWN} more")
    if row.answer.reason:
        click.echo(f"            {row.answer.reason}")


def _told(match: Match) -> str:
    how = "exact" if match.algorithm != "pdq" else f"{match.distance} of at most {match.threshold} bits"
    doubt = "" if match.quality is None else f", quality {match.quality}"
    place = f"line {match.entry.line}" if match.entry.line else f"entry {match.entry.key}"
    reference = f" ({harmless(match.entry.reference)})" if match.entry.reference else ""
    return f"{match.algorithm} {how}{doubt}: {place}{reference}"
