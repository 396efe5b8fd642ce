"""Reading untrusted documents into their dataclasses: parsed defused, checked by the liberal description, then read."""

from __future__ import annotations

from dataclasses import is_dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from openhotline.errors import BadInput
from openhotline.exchange.cybertip.answers import ReportDoneResponse, ReportResponse
from openhotline.exchange.cybertip.files import FileDetails
from openhotline.exchange.cybertip.report import Report
from openhotline.exchange.cybertip.schema import check, liberal, parse
from openhotline.exchange.cybertip.shapes import Part, parts_of

T = TypeVar("T")


def read_report(data: bytes) -> Report:
    """Return what opens a submission. Raises BadInput or TooLarge."""
    return checked(parse(data), Report)


def read_file_details(data: bytes) -> FileDetails:
    """Return what is said of a file. Raises BadInput or TooLarge."""
    return checked(parse(data), FileDetails)


def read_response(data: bytes) -> ReportResponse:
    """Return a server's answer to any call but ``finish``."""
    return checked(parse(data), ReportResponse)


def read_done(data: bytes) -> ReportDoneResponse:
    """Return a server's answer to ``finish``."""
    return checked(parse(data), ReportDoneResponse)


def checked(root: Any, kind: type[T]) -> T:
    """Return a parsed document as ``kind``, or raise BadInput where it is not as described."""
    name = kind.__name__[0].lower() + kind.__name__[1:]
    if root.tag != name:
        raise BadInput(f"The document is no {name}. Send one.")
    check(root, form=liberal())
    return _read(root, kind)


def _read(element: Any, kind: type[T]) -> T:
    found = {part.field: _found(element, part) for part in parts_of(kind)}
    given = {field: value for field, value in found.items() if value is not None}
    try:
        return kind(**given)
    except TypeError:
        raise BadInput(f"A part of the document is missing in {element.tag}. Add it.") from None


def _found(element: Any, part: Part) -> Any:
    place = part.place
    if place.kind == "text":
        return _value(element.text or "", part.type)
    if place.kind == "attribute":
        said = element.get(part.name, element.get(place.also) if place.also else None)
        return None if said is None else _value(said, part.type)
    children = element.findall(part.name)
    if place.flag:
        return bool(children)
    values = [
        _read(c, part.type) if is_dataclass(part.type) else _value(c.text or "", part.type) for c in children
    ]
    return tuple(values) if part.many else next(iter(values), None)


def _value(said: str, kind: type[Any]) -> Any:
    """Read a text whose form the description has checked."""
    if kind is str:
        return said
    said = said.strip()
    if issubclass(kind, StrEnum):
        return kind(said)
    if kind is bool:
        return said in ("true", "1")
    try:
        if kind is datetime:
            moment = datetime.fromisoformat(said)
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return date.fromisoformat(said[:10]) if kind is date else kind(said)
    except ValueError:
        # XML's calendar is wider than ours: years before 1 and after 9999, and the hour 24.
        raise BadInput("A date or a number lies outside what can be read. Correct it.") from None
