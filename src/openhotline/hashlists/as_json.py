"""Our own list as JSON: a head that names the edition, then one line an entry, flat memory when writing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, TextIO

from openhotline.errors import BadInput
from openhotline.hashlists.as_csv import known_status
from openhotline.hashlists.entry import COLUMNS, Entry, Grade
from openhotline.hashlists.hash_list import HashList, Uniqueness, bad_line, checked, on_line
from openhotline.hashlists.json_walk import Found, Walk, members

FORMAT = "openhotline-hash-list"
VERSION = 1
HEAD = ("format", "version", "name", "edition", "published_at")
ENTRIES = "entries"


def write_json(
    stream: TextIO, *, name: str, edition: int, published_at: datetime, entries: Iterable[Entry]
) -> int:
    """Write a list and return how many entries it has; none may be of a later edition than the list."""
    if published_at.tzinfo is None:
        raise BadInput("The moment of publication has no time zone. Pass one that has.")
    moment = published_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    head = dict(zip(HEAD, (FORMAT, VERSION, name, edition, moment), strict=True))
    stream.write(json.dumps(head)[:-1] + ', "entries": [')
    count = 0
    for entry in checked(entries, after_each=lambda entry: _check_edition(entry, edition)):
        stream.write((",\n" if count else "\n") + json.dumps(_written(entry), sort_keys=True))
        count += 1
    stream.write("\n]}\n")
    return count


def read_json(stream: TextIO) -> HashList:
    """Read a whole list or nothing: BadInput names the first line that is not as described."""
    head: dict[str, Found] = {}
    found: list[Found] = []
    for key, value in members(Walk(stream.read), listed=ENTRIES):
        if key is None:
            found.append(value)
        elif key in head:
            raise bad_line(value.line, f"'{key}' stands there twice. Keep one.")
        else:
            head[key] = value
    name, edition, published_at = check_head(head)
    return HashList(name, edition, published_at, _entries(found, edition))


def _entries(found: list[Found], edition: int) -> tuple[Entry, ...]:
    unique, entries = Uniqueness(), []
    for value in found:
        with on_line(value.line):
            entry = entry_of(value.value)
            unique.check(entry)
            _check_edition(entry, edition)
        entries.append(entry)
    return tuple(entries)


def check_head(head: dict[str, Found]) -> tuple[str, int, datetime]:
    """Return name, edition and moment of publication, or raise."""
    if set(head) != {*HEAD, ENTRIES}:
        raise bad_line(1, f"The head has not exactly {', '.join(HEAD)} and entries. Correct it.")
    values = {key: found.value for key, found in head.items()}
    if (values["format"], values["version"]) != (FORMAT, VERSION):
        raise bad_line(
            head["format"].line, f"This is not {FORMAT}, version {VERSION}. Use the reader it is for."
        )
    if not isinstance(values["name"], str) or type(values["edition"]) is not int or values["edition"] < 1:
        raise bad_line(
            head["edition"].line, "'name' is not a text, or 'edition' not a number from 1 on. Correct it."
        )
    return values["name"], values["edition"], _moment(head["published_at"])


def _moment(found: Found) -> datetime:
    try:
        moment = datetime.fromisoformat(found.value)
    except (TypeError, ValueError):
        moment = None
    if moment is None or moment.tzinfo is None:
        raise bad_line(
            found.line, "'published_at' is not a moment with its time zone, as 2026-11-03T12:00:00Z."
        )
    return moment.astimezone(UTC)


def _check_edition(entry: Entry, edition: int) -> None:
    if entry.edition > edition:
        raise BadInput("An entry is of a later edition than the list. Correct 'edition'.")


def _written(entry: Entry) -> dict[str, Any]:
    grades = {
        code: {"outcome": grade.outcome, "grade": grade.grade, "edition": grade.edition}
        for code, grade in entry.grades.items()
    }
    values = (
        *(entry.algorithm, entry.value, entry.quality, grades),
        *(entry.ai, entry.edition, entry.status.value),
    )
    return dict(zip(COLUMNS, values, strict=True))


def entry_of(value: object) -> Entry:
    """Return the entry that an object of our own list describes."""
    if not isinstance(value, dict) or set(value) != set(COLUMNS):
        raise BadInput(f"An entry has not exactly {', '.join(COLUMNS)}. Correct it.")
    if not all(isinstance(value[key], str) for key in ("algorithm", "value", "ai", "status")):
        raise BadInput("'algorithm', 'value', 'ai' and 'status' are texts. Correct them.")
    if type(value["edition"]) is not int or type(value["quality"]) not in (int, type(None)):
        raise BadInput("'edition' is a whole number, and so is 'quality' unless it is null. Correct them.")
    grades = _grades(value["grades"])
    return Entry(**{**value, "grades": grades, "status": known_status(value["status"])})


def _grades(value: object) -> dict[str, Grade]:
    if not isinstance(value, dict):
        raise BadInput("'grades' is not an object by jurisdiction. Correct it.")
    for grade in value.values():
        if not isinstance(grade, dict) or set(grade) != {"outcome", "grade", "edition"}:
            raise BadInput("A grade has not exactly outcome, grade and edition. Correct 'grades'.")
        if not all(isinstance(part, str) for part in grade.values()):
            raise BadInput("A grade's outcome, grade and edition are texts. Correct 'grades'.")
    return {code: Grade(**grade) for code, grade in value.items()}
