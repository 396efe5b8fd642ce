"""What a TAXII 2.1 client asks for: filters, the size of a page, and where the last one ended."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from openhotline.errors import BadInput
from openhotline.exchange.taxii.objects import SPEC_VERSION, stamp

LARGEST_PAGE = 1000
"""Objects. About 600 KB of JSON."""

_next = re.compile(r"([0-9]{1,19})\.([0-9]{1,4})", re.ASCII)


class Position(NamedTuple):
    """An object's place in a collection: its line, and its number among that line's objects."""

    sequence: int
    number: int


START = Position(-1, 0)


@dataclass(frozen=True, slots=True)
class Stored:
    """An object of a collection, with the moment it was added and whether newer or older versions exist."""

    position: Position
    added_at: datetime
    first: bool
    last: bool
    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Query:
    """Filters and page. An empty set filters nothing."""

    added_after: datetime | None = None
    limit: int = LARGEST_PAGE
    after: Position = START
    ids: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    versions: frozenset[str] = frozenset({"last"})
    spec_versions: frozenset[str] = frozenset()

    def takes(self, found: Stored) -> bool:
        """Say whether an object meets the filters."""
        return (
            (not self.ids or found.document["id"] in self.ids)
            and (not self.types or found.document["type"] in self.types)
            and (not self.spec_versions or SPEC_VERSION in self.spec_versions)
            and (self.added_after is None or found.added_at > self.added_after)
            and self._takes_version(found)
        )

    def _takes_version(self, found: Stored) -> bool:
        wanted = self.versions
        return (
            "all" in wanted
            or ("last" in wanted and found.last)
            or ("first" in wanted and found.first)
            or found.document["modified"] in wanted
        )


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a collection; ``next`` is where the following one begins, empty on the last."""

    found: tuple[Stored, ...]
    next: str


def read_query(asked: Mapping[str, str]) -> Query:
    """Read the parameters of a request; raises BadInput for a value that is none. Unknown ones are left aside."""
    return Query(
        added_after=_moment(asked["added_after"]) if "added_after" in asked else None,
        limit=_limit(asked.get("limit", str(LARGEST_PAGE))),
        after=_position(asked["next"]) if "next" in asked else START,
        ids=_words(asked, "id"),
        types=_words(asked, "type"),
        versions=frozenset(_version(word) for word in _words(asked, "version")) or frozenset({"last"}),
        spec_versions=_words(asked, "spec_version"),
    )


def page(stored: Iterable[Stored], query: Query) -> Page:
    """Take one page of what follows ``query.after``; reads no further than the first object behind it."""
    taken: list[Stored] = []
    for found in stored:
        if found.position > query.after and query.takes(found):
            if len(taken) == query.limit:
                last = taken[-1].position
                return Page(tuple(taken), f"{last.sequence}.{last.number}")
            taken.append(found)
    return Page(tuple(taken), "")


def _words(asked: Mapping[str, str], name: str) -> frozenset[str]:
    return frozenset(word for word in asked.get(f"match[{name}]", "").split(",") if word)


def _limit(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text, re.ASCII) or int(text) == 0:
        raise BadInput("'limit' is no number from 1 on. Correct it or leave it out.")
    return min(int(text), LARGEST_PAGE)


def _position(text: str) -> Position:
    found = _next.fullmatch(text)
    if found is None:
        raise BadInput("'next' is not what this server gave. Begin the collection again without it.")
    return Position(int(found[1]), int(found[2]))


def _version(word: str) -> str:
    return word if word in ("all", "first", "last") else stamp(_moment(word))


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise BadInput("A moment is not written as 2026-11-03T12:00:00.000000Z. Correct it.")
    return moment
