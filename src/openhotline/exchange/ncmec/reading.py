"""Small documents of the interface, read: feedback as a server gets it, status and reasons as a client does.

Pages of entries are read by :func:`openhotline.hashlists.rows_of_ncmec`. Namespaces are ignored, as the peers do.
"""

from __future__ import annotations

import uuid
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml import ElementTree as Defused

from openhotline.errors import BadInput
from openhotline.exchange.ncmec.documents import Member, Submission

LONGEST_DOCUMENT = 1 << 16
"""Bytes; feedback has a few hundred."""

MOST_REASONS = 20


def read_submission(data: bytes) -> Submission:
    """Return what a ``feedbackSubmission`` says; raises BadInput for anything else."""
    root = _root(data, "feedbackSubmission")
    said = [_name(child) for child in root]
    if said == ["affirmative"]:
        return Submission(affirmative=True)
    if said != ["negative"]:
        raise BadInput("Feedback is one 'affirmative' or one 'negative'. Send one of them.")
    guids = [(e.text or "").strip() for e in root.iter() if _name(e) == "guid"]
    if len(guids) > MOST_REASONS or not all(_is_guid(guid) for guid in guids):
        raise BadInput("A negative feedback names its reasons by guid. Take them from the list of reasons.")
    return Submission(affirmative=False, reasons=tuple(guid.lower() for guid in guids))


def read_status(data: bytes) -> Member:
    """Return who the server says we are."""
    for element in _root(data, "status"):
        if _name(element) == "member":
            return _member(element)
    raise BadInput("The peer's status names no member. Check the base address.")


def read_members(data: bytes) -> tuple[Member, ...]:
    """Return the organisations that the server names."""
    return tuple(_member(element) for element in _root(data, "members"))


def read_reasons(data: bytes) -> dict[str, str]:
    """Return the reasons for negative feedback, by guid. The list may be the root or stand inside one."""
    found = {}
    for element in _root(data, "").iter():
        if _name(element) == "reason":
            found[element.get("guid", "")] = element.get("name", "")
    return found


def _root(data: bytes, name: str) -> Element:
    if len(data) > LONGEST_DOCUMENT:
        raise BadInput("The document is longer than any of its kind. Send less.")
    try:
        root: Element = Defused.fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, LookupError, ValueError):
        raise BadInput("The document is no XML, or declares a document type. Send plain XML.") from None
    if name and _name(root) != name:
        raise BadInput(f"The document is no {name}. Send one.")
    return root


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _member(element: Element) -> Member:
    number = element.get("id", "")
    if not (number.isascii() and number.isdigit() and len(number) <= 12):
        raise BadInput("A member has no number. The document is not of this interface.")
    return Member(int(number), (element.text or "").strip())


def _is_guid(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True
