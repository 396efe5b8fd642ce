"""Writing a document from its dataclass, and never one that the strict description refuses."""

from __future__ import annotations

from dataclasses import is_dataclass
from datetime import UTC, date, datetime
from typing import Any

from lxml import etree

from openhotline.errors import BadInput
from openhotline.exchange.cybertip.schema import check, strict
from openhotline.exchange.cybertip.shapes import Part, parts_of

CONTENT_TYPE = "text/xml; charset=utf-8"


def write(document: Any) -> bytes:
    """Return a document as XML in UTF-8. Raises BadInput where it would not be as described, and says where."""
    name = type(document).__name__
    root = etree.Element(name[0].lower() + name[1:])
    try:
        _fill(root, document)
    except ValueError:
        raise BadInput("A text holds a control character, which XML cannot carry. Remove it.") from None
    check(root, form=strict())
    written: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _fill(element: Any, document: Any) -> None:
    for part in parts_of(type(document)):
        value = getattr(document, part.field)
        if part.place.read_only or value is None or (value is False and part.place.flag):
            continue
        for one in value if part.many else (value,):
            _place(element, part, one)


def _place(element: Any, part: Part, value: Any) -> None:
    if part.place.kind == "attribute":
        element.set(part.name, _text(value))
    elif part.place.kind == "text":
        element.text = _text(value)
    else:
        child = etree.SubElement(element, part.name)
        if is_dataclass(value):
            _fill(child, value)
        elif not part.place.flag:
            child.text = _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        if value.utcoffset() is None:
            raise BadInput("A moment has no time zone. Give each moment with its zone.")
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, date) else str(value)
