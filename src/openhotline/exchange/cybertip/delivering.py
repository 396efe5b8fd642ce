"""Handing one report over, whole, from our own record. The peer's draft is never relied on: it is made anew.

Rules of when to try again: plain values in and out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from openhotline.errors import NotFound, OpenHotlineError, Refused
from openhotline.exchange.cybertip.client import CybertipClient
from openhotline.exchange.cybertip.files import FileDetails
from openhotline.exchange.cybertip.report import Report

MOST_TRIES = 10
LONGEST = timedelta(days=30)
"""After so many tries or so long a person decides; as a public moderation system does it (ROOST Coop's documents)."""

FIRST_WAIT = timedelta(minutes=5)

DRAFT_LIVES = timedelta(hours=24)
DRAFT_IDLES = timedelta(hours=1)
"""A draft ends so long after it was opened or last changed, whichever is later."""


@dataclass(frozen=True)
class OutgoingFile:
    """A file that somebody decided to hand over. The report's and the file's number are filled in on the way."""

    read: Callable[[], bytes]
    details: FileDetails


@dataclass(frozen=True)
class Submission:
    """What our own record says of one report. Without ``files`` nothing but the document leaves."""

    report: Report
    files: tuple[OutgoingFile, ...] = ()


@dataclass(frozen=True)
class Delivered:
    """A finished report: its number there, the names of its files, and what the peer called the last call."""

    report_id: int
    file_ids: tuple[str, ...]
    request_id: str


def draft_ends(*, opened_at: datetime, changed_at: datetime) -> datetime:
    """Return when a server forgets a draft."""
    return max(opened_at + DRAFT_LIVES, changed_at + DRAFT_IDLES)


def next_try(*, tries: int, first_at: datetime, at: datetime) -> datetime | None:
    """Return when a report is tried again after so many tries that failed, or None: a person decides."""
    again = at + FIRST_WAIT * 2 ** min(tries, MOST_TRIES)
    return again if tries < MOST_TRIES and again - first_at <= LONGEST else None


def deliver(client: CybertipClient, submission: Submission) -> Delivered:
    """Submit, hand over the files, describe and finish. A draft that the peer has lost is submitted once more.

    Raises Busy where another try may do, and a Refused where it may not; the draft is then taken back.
    """
    try:
        return _deliver(client, submission)
    except NotFound:
        return _deliver(client, submission)


def _deliver(client: CybertipClient, submission: Submission) -> Delivered:
    number = client.submit(submission.report)
    try:
        for file in submission.files:
            name = client.upload(number, file.read())
            client.describe(replace(file.details, report_id=number, file_id=name))
        names = client.finish(number)
    except NotFound:
        raise
    except Refused:
        _take_back(client, number)
        raise
    return Delivered(number, names, client.request_id)


def _take_back(client: CybertipClient, number: int) -> None:
    try:
        client.retract(number)
    except OpenHotlineError:
        return  # the peer forgets the draft by itself
