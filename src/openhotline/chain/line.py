"""One line of the ledger: who did what to which thing, when, and what came before."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from openhotline.chain.canonical import JSON, LARGEST_INTEGER, encode, in_utc, moment, plain
from openhotline.errors import BadInput, TooLarge

GENESIS = "0" * 64
"""What the first line names as its predecessor."""

FIRST = 1
"""The sequence number of the first line."""

LONGEST_BODY = 1 << 20
"""Bytes in one body: keeps a reader's memory flat whatever a file claims."""

_digest = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Line:
    """``digest`` is the SHA-256, in hexadecimal, of :func:`body`; ``previous`` is that of the line before."""

    sequence: int
    at: datetime
    actor: str
    event: str
    subject: str
    details: Mapping[str, JSON]
    previous: str
    digest: str


def link(
    *,
    previous: str,
    sequence: int,
    at: datetime,
    actor: str,
    event: str,
    subject: str,
    details: Mapping[str, JSON],
) -> Line:
    """Make the line that follows ``previous``. ``sequence`` counts from :data:`FIRST` without a gap.

    ``details`` is copied, so a later change to the caller's mapping cannot change the line.
    """
    _check_place(previous, sequence)
    _check_words(actor, event, subject)
    own = cast("Mapping[str, JSON]", plain(details))
    at = in_utc(at)
    content = _body(sequence, at, actor, event, subject, own, previous)
    if len(content) > LONGEST_BODY:
        raise TooLarge(
            f"A ledger line is at most {LONGEST_BODY:,} bytes. Record a reference, not the thing itself."
        )
    digest = hashlib.sha256(content).hexdigest()
    return Line(sequence, at, actor, event, subject, own, previous, digest)


def body(line: Line) -> bytes:
    """Return the canonical bytes that ``digest`` is the SHA-256 of: every field but the digest itself."""
    return _body(line.sequence, line.at, line.actor, line.event, line.subject, line.details, line.previous)


def is_digest(text: object) -> bool:
    """True for 64 lower-case hexadecimal digits."""
    return isinstance(text, str) and _digest.fullmatch(text) is not None


def _body(
    sequence: int,
    at: datetime,
    actor: str,
    event: str,
    subject: str,
    details: Mapping[str, JSON],
    previous: str,
) -> bytes:
    return encode(
        {
            "actor": actor,
            "at": moment(at),
            "details": details,
            "event": event,
            "previous": previous,
            "sequence": sequence,
            "subject": subject,
        }
    )


def _check_place(previous: str, sequence: int) -> None:
    if not is_digest(previous):
        raise BadInput(
            "The digest of the line before is not 64 hexadecimal digits. The first line takes GENESIS."
        )
    if not FIRST <= sequence <= LARGEST_INTEGER:
        raise BadInput(f"A ledger line's number counts from {FIRST}. Pass the last line's number plus one.")


def _check_words(actor: str, event: str, subject: str) -> None:
    if not (isinstance(actor, str) and isinstance(event, str) and isinstance(subject, str)):
        raise BadInput("Actor, event and subject of a ledger line are texts. Pass codes, not objects.")
    if not actor or not event:
        raise BadInput(
            "A ledger line names who did what. Pass an actor and an event; the subject may be empty."
        )
