"""Any document of the protocol, with every optional part now there and now not."""

from __future__ import annotations

import string
from dataclasses import is_dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from random import Random
from typing import Any

from openhotline.exchange.cybertip.files import FileDetails
from openhotline.exchange.cybertip.incidents import InternetDetails
from openhotline.exchange.cybertip.shapes import Part, parts_of
from openhotline.exchange.cybertip.terms import FileRelevance

LETTERS = string.ascii_letters + string.digits + "<>&\"'ÄßЖ中👋-_/.:"
PATTERNS = {
    r"\+[0-9]{1,3}": ("+1", "+49", "+999"),
    r"[0-9]+": ("0", "1234567890"),
    r"[A-Z]{2}": ("TX", "CA"),
    r"[A-Z][A-Z0-9]": ("NL", "US", "A1"),
    r"\S{1,64}": ("a", "b0754af766b426f2928a02c651ed4b99", "x" * 64),
    r"\S{1,128}": ("a", "cab08b36195edb1a1231d2d09fa450e0", "x" * 128),
}


def a_document(kind: type[Any], by: Random) -> Any:
    """A document of a kind that its rules allow. A third of its optional parts are there, or all, or none."""
    return _made(kind, by, by.choice((0.0, 0.3, 1.0)))


def _made(kind: type[Any], by: Random, share: float) -> Any:
    parts = [part for part in parts_of(kind) if not part.place.read_only]
    if kind is InternetDetails:
        parts = [by.choice(parts)]
        return kind(**{parts[0].field: _made(parts[0].type, by, share)})
    given = {p.field: _field(p, by, share) for p in parts if p.needed or by.random() < share}
    if kind is FileDetails:
        _allow(given)
    if kind.__name__ == "Details" and not given.get("name_value_pair"):
        given["name_value_pair"] = (_made(parts[0].type, by, share),)
    return kind(**given)


def _allow(given: dict[str, Any]) -> None:
    if "file_annotations" in given:
        given.pop("potential_meme", None)
    if given.get("file_relevance") == FileRelevance.SUPPLEMENTAL:
        for name in ("industry_classification", "file_annotations", "potential_meme"):
            given.pop(name, None)


def _field(part: Part, by: Random, share: float) -> Any:
    def one() -> Any:
        return _made(part.type, by, share) if is_dataclass(part.type) else _scalar(part, by)

    if part.place.flag:
        return by.random() < 0.5
    return tuple(one() for _ in range(by.randint(0, 2))) if part.many else one()


def _scalar(part: Part, by: Random) -> Any:
    place, kind = part.place, part.type
    if issubclass(kind, StrEnum):
        return by.choice(list(kind))
    if place.pattern:
        return by.choice(PATTERNS[place.pattern])
    if kind is bool:
        return by.random() < 0.5
    if kind is str:
        size = by.choice((0, 1, 8, place.most or 40))  # as long as it may be, too
        return "".join(by.choices(LETTERS, k=min(size, place.most or size)))
    if kind is int:
        return by.choice((place.least, place.largest, by.randint(place.least or 0, place.largest or 9)))
    if kind is float:
        return by.uniform(place.least or 0, place.largest or 0)
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=by.randint(0, 4 * 10**15))
    return date(moment.year, moment.month, moment.day) if kind is date else moment
