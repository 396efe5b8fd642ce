"""A feed of addresses as a file, with the columns of a hash list: ``algorithm`` is ``url`` or ``domain``."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any, TextIO

from openhotline import hashlists
from openhotline_server.sharing.models import Feed, FeedLine, Publication
from openhotline_server.sharing.queries import newest_lines
from openhotline_server.sharing.streams import iterated


def write_csv(stream: TextIO, feed: Feed, *, now: datetime) -> None:
    """Write every address that the feed shows or ever showed, sorted, one line each."""
    writer = csv.DictWriter(stream, hashlists.COLUMNS, lineterminator="\n")
    writer.writeheader()
    for entry in _entries(feed, now=now):
        writer.writerow({**entry, "quality": "", "grades": _joined(entry["grades"])})


def write_json(stream: TextIO, feed: Feed, edition: int, published_at: datetime, *, now: datetime) -> None:
    """Write the same as JSON, one line an entry, with the list's edition and time."""
    head = {
        "format": hashlists.FORMAT,
        "version": hashlists.VERSION,
        "name": feed.name,
        "edition": edition,
        "published_at": published_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
    }
    stream.write(json.dumps(head)[:-1] + ', "entries": [')
    for number, entry in enumerate(_entries(feed, now=now)):
        stream.write((",\n" if number else "\n") + json.dumps({**entry, "quality": None}, sort_keys=True))
    stream.write("\n]}\n")


def _entries(feed: Feed, *, now: datetime) -> Iterator[dict[str, Any]]:
    """Sorted here and not by the database, whose order of letters is that of a language."""
    with closing(iterated(newest_lines(feed, now=now))) as rows:
        entries = [_entry(line) for line in rows]
    yield from sorted(entries, key=lambda entry: (entry["algorithm"], entry["value"]))


def _entry(line: FeedLine) -> dict[str, Any]:
    document = line.publication.document
    gone = line.act == Publication.Act.WITHDRAWN
    status = hashlists.Status.WITHDRAWN if gone else hashlists.Status.LISTED
    return {
        "algorithm": document["address"]["kind"],
        "value": document["address"]["value"],
        "grades": {} if gone else {code: g for code, g in document["grades"].items() if g["outcome"]},
        "ai": "" if gone else document["ai"],
        "edition": max(1, line.publication.edition),
        "status": status.value,
    }


def _joined(grades: dict[str, dict[str, str]]) -> str:
    said = ((code, g["outcome"], g["grade"], g["edition"]) for code, g in sorted(grades.items()))
    return ";".join(
        f"{code}={outcome}{'/' + grade if grade else ''}@{edition}" for code, outcome, grade, edition in said
    )
