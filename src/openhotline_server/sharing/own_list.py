"""Our own list as a file: every entry in force, and a tombstone for every one that went."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TextIO

from openhotline import hashlists
from openhotline_server.lists.models import Edition, Entry, HashList
from openhotline_server.lists.queries import entries_ever


def write_csv(stream: TextIO, own: HashList, edition: Edition) -> None:
    """The list as CSV; its columns stand in ``docs/reference/hash-list-format.md``."""
    hashlists.write_csv(stream, _entries(own))


def write_json(stream: TextIO, own: HashList, edition: Edition) -> None:
    """The list as JSON, one line an entry, with its edition and time."""
    hashlists.write_json(
        stream, name=own.name, edition=edition.number, published_at=edition.loaded_at, entries=_entries(own)
    )


def _entries(own: HashList) -> Iterator[hashlists.Entry]:
    """One entry for each hash: as it is in force, else the tombstone of its last standing."""
    last: tuple[str, str] | None = None
    for entry in entries_ever(own):
        name = (entry.algorithm, entry.value)
        if name != last:
            yield _shared(entry)
        last = name


def _shared(entry: Entry) -> hashlists.Entry:
    if entry.withdrawn_in is not None:
        return hashlists.Entry(
            entry.algorithm, entry.value, entry.withdrawn_in.number, status=hashlists.Status.WITHDRAWN
        )
    grades = {
        code: hashlists.Grade(outcome=g["outcome"], grade=g["grade"], edition=g["edition"])
        for code, g in entry.grades.items()
        if g["outcome"]  # where a jurisdiction's rule is silent, nothing is exported
    }
    return hashlists.Entry(
        entry.algorithm, entry.value, entry.added_in.number, quality=entry.quality, grades=grades, ai=entry.ai
    )


Writer = Callable[[TextIO, HashList, Edition], None]
FORMS: dict[str, Writer] = {"csv": write_csv, "json": write_json}
CONTENT_TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
