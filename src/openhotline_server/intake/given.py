"""What somebody gave: addresses as they wrote them, and words. Read here, before anything is stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from openhotline.addresses import Normal, described, normalise
from openhotline.errors import BadInput, TooLarge
from openhotline_server.intake.models import Mention

MOST_ADDRESSES = 5000
"""In one report. A list of more is divided by whoever sends it."""

LONGEST_WORDS = 5000
LONGEST_CONTACT = 300
DESCRIBED = (Mention.FoundIn.APP, Mention.FoundIn.CHAT, Mention.FoundIn.OTHER)
"""Where a place often has no address: there words stand for it."""


@dataclass(frozen=True)
class GivenAddress:
    """One address as it was written. ``stated`` is what its sender says of it, kept as a source value.

    Keys of ``stated`` that the queue's rules know (:mod:`openhotline_server.triage.address_rules`), all optional:
    ``severity`` with ``scheme`` (texts in the sender's own scheme), ``list`` (a list's title), ``known_series`` and
    ``commercial`` (true or false), ``ai`` (a text: what the sender says of generation). Others are kept and not read.
    """

    text: str
    found_in: str = "web"
    stated: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Given:
    """One report's content. ``at_risk_now`` and ``about_self`` are the reporter's own words.

    ``with_files``: a provider sent files with it, and the readers of pictures have those.
    """

    addresses: Sequence[GivenAddress] = ()
    words: str = ""
    contact: str = ""
    language: str = ""
    at_risk_now: bool = False
    about_self: bool = False
    with_files: bool = False


@dataclass(frozen=True)
class Unreadable:
    """A text that is no address, and the sentence for whoever wrote it."""

    text: str
    why: str


@dataclass(frozen=True)
class Place:
    """One address of a report, read. ``given`` is as it was written where that differs from the normal form."""

    normal: Normal
    given: str
    found_in: str
    stated: Mapping[str, Any]


@dataclass(frozen=True)
class Read:
    """A report's places, each once; its words with what could not be read; and that by itself."""

    places: tuple[Place, ...]
    words: str
    unreadable: tuple[Unreadable, ...]


def read(given: Given) -> Read:
    """Read what was given. Raises BadInput where it says nothing, TooLarge where it says more than fits.

    What cannot be read as an address is not lost: it stays in the report's words.
    """
    _check_size(given)
    places: dict[str, Place] = {}
    unreadable = []
    for one in given.addresses:
        if not one.text.strip():
            continue
        try:
            place = _place(one)
        except BadInput as error:
            unreadable.append(Unreadable(one.text, error.message))
            continue
        places.setdefault(place.normal.digest, place)
    words = "\n".join([given.words.strip(), *(one.text.strip() for one in unreadable)]).strip()
    if not (places or words or given.at_risk_now or given.about_self):
        raise BadInput(
            "This report names no address and says nothing. Give an address, or say in words what you saw."
        )
    return Read(tuple(places.values()), words, tuple(unreadable))


def _check_size(given: Given) -> None:
    if len(given.addresses) > MOST_ADDRESSES:
        raise TooLarge(f"A report names at most {MOST_ADDRESSES:,} addresses. Divide it and send the parts.")
    if len(given.words) > LONGEST_WORDS:
        raise TooLarge(f"A report has at most {LONGEST_WORDS:,} characters of words. Shorten them.")
    if len(given.contact) > LONGEST_CONTACT or len(given.language) > 10:
        raise TooLarge(
            f"A contact has at most {LONGEST_CONTACT} characters, a language at most 10. Shorten it."
        )


def _place(one: GivenAddress) -> Place:
    text = one.text.replace("\x00", "")
    found_in = one.found_in if one.found_in in Mention.FoundIn.values else Mention.FoundIn.OTHER.value
    try:
        normal = normalise(text)
    except BadInput:
        if found_in not in DESCRIBED:
            raise
        normal = described(text)
    given = text.strip()
    return Place(normal, "" if given == normal.normal else given[:2083], found_in, one.stated)
