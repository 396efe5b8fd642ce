"""Reports of a partner's own program: many at once, each under the partner's key, so that twice is once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from openhotline.errors import BadInput
from openhotline_server.accounts.models import User
from openhotline_server.intake import deliveries
from openhotline_server.intake.deliveries import Counts
from openhotline_server.intake.given import Given, read
from openhotline_server.intake.models import Delivery, Report
from openhotline_server.intake.reports import ToTake
from openhotline_server.pipeline.reporting import take_in_many

NO_ADDRESS = Counts(0, 0)
AT_ONCE = 250
"""Reports in one transaction: while it runs everybody else who writes waits, analysts too."""


@dataclass(frozen=True)
class Sent:
    """One report as it was sent. ``document`` is all of it as text in one fixed form."""

    key: str
    document: str
    given: Given


@dataclass(frozen=True)
class Received:
    """What became of it. No ``report``: the key stands for another report already."""

    report: Report | None
    counts: Counts = NO_ADDRESS


def check(given: Given) -> None:
    """Raise BadInput or TooLarge for a report that cannot be taken in whole, and name the place in it."""
    unreadable = read(given).unreadable
    if unreadable:
        texts = [one.text for one in given.addresses]
        first = texts.index(unreadable[0].text)
        raise BadInput(f"addresses.{first}.address: {unreadable[0].why}")


def receive(*, person: User, sent: Sequence[Sent], at: datetime) -> list[Received]:
    """Take in reports that were checked; the answers stand in their order.

    Cut off in the middle, some parts are taken in and the others not; sent again whole, each report is once.
    """
    parts = (sent[first : first + AT_ONCE] for first in range(0, len(sent), AT_ONCE))
    return [one for part in parts for one in _receive(person, part, at)]


@transaction.atomic
def _receive(person: User, sent: Sequence[Sent], at: datetime) -> list[Received]:
    digests = [deliveries.body_digest(one.document) for one in sent]
    standing = deliveries.find_deliveries(person, {one.key for one in sent})
    first: dict[str, int] = {}
    for place, one in enumerate(sent):
        if one.key not in standing:
            first.setdefault(one.key, place)
    to_take = [_to_take(person, sent[place], at) for place in first.values()]
    taken = take_in_many(deliveries=to_take, actor=str(person.code), at=at) if to_take else []
    made = [(key, digests[place], one.report) for (key, place), one in zip(first.items(), taken, strict=True)]
    standing |= deliveries.note_deliveries(person=person, made=made, at=at) if made else {}
    counts = deliveries.count_addresses(row.report for row in standing.values())
    return [_received(standing[one.key], digest, counts) for one, digest in zip(sent, digests, strict=True)]


def _to_take(person: User, one: Sent, at: datetime) -> ToTake:
    origin = f"partner:{person.code}:{one.key}"
    return ToTake(Report.Kind.PARTNER, person.display_name, one.given, at.date(), origin)


def _received(standing: Delivery, digest: str, counts: dict[int, Counts]) -> Received:
    if standing.body_digest != digest:
        return Received(None)
    return Received(standing.report, counts.get(standing.report_id, NO_ADDRESS))
