"""Tickets: what a public form carries instead of a cookie, and the work that a browser does for it meanwhile.

A page of this door knows nobody, so a foreign page that sends our form gains nothing that it could not send by itself:
there is no session to ride on. What is left is flooding through other people's browsers and by programs. Against that
each form carries a ticket: a random number and the time, signed. It says that our own page was opened, when, and it
names one sending, so that a form sent twice is one report. The browser searches a number whose SHA-256 with the ticket
begins with ``WORK_BITS`` zero bits. That costs a reader nothing, since it is done while she writes.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.core import signing

WORK_BITS = 20
"""A million hashes on average: about a second in Chromium on one core of a shared machine (1.05 million hashes a second,
2026-11-22). An old phone may take five to ten times as long (not measured); it is done while somebody writes."""

GOOD_FOR = 24 * 3600  # seconds; an older form is shown once more with what was written in it
SALT = "openhotline.public.ticket"


@dataclass(frozen=True)
class Ticket:
    """A genuine ticket: the random number that it is about, and its age in seconds."""

    nonce: str
    age: float


def issue(*, at: datetime) -> str:
    """A fresh ticket as text."""
    return signing.dumps([secrets.token_hex(16), int(at.timestamp())], salt=SALT)


def read(text: str, *, at: datetime) -> Ticket | None:
    """The ticket, or nothing if it is not ours or too old."""
    try:
        nonce, issued = signing.loads(text[:300], salt=SALT)
    except signing.BadSignature:
        return None
    age = at.timestamp() - issued
    return Ticket(nonce, age) if -60 <= age <= GOOD_FOR else None


def is_worked(text: str, work: str, *, bits: int) -> bool:
    """Whether ``work`` is a number that was searched for this ticket."""
    if not (work.isascii() and work.isdigit() and len(work) <= 15):
        return False
    start = hashlib.sha256(text.encode()).digest()
    drawn = hashlib.sha256(start + int(work).to_bytes(8, "big")).digest()
    return int.from_bytes(drawn, "big") >> (256 - bits) == 0
