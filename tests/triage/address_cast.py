"""Reports that name addresses, taken in and in the queue."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from tests.conftest import NOON

from openhotline_server.accounts.models import User
from openhotline_server.intake.given import Given, GivenAddress
from openhotline_server.intake.models import Mention, Report
from openhotline_server.intake.reports import take_report
from openhotline_server.triage.address_cases import Joined, open_or_join
from openhotline_server.triage.address_queries import in_turn
from openhotline_server.triage.models import AddressCase

HOUR = timedelta(hours=1)
_numbers = count()


def mentioned(
    *texts: str,
    kind: Report.Kind = Report.Kind.FORM,
    standing: Report.Standing = Report.Standing.TAKEN,
    stated: dict[str, Any] | None = None,
    at: datetime = NOON,
    **said: Any,
) -> list[Mention]:
    """One report of these addresses."""
    taken = take_report(
        kind=kind,
        source="Somebody",
        given=Given([GivenAddress(text, stated=stated or {}) for text in texts], **said),
        received_on=at.date(),
        origin=f"cast:{next(_numbers)}",
        actor="system",
        at=at,
        standing=standing,
    )
    return list(taken.mentions)


def joined(*texts: str, at: datetime = NOON, **said: Any) -> Joined:
    """One report of these addresses, with what it does to the queue."""
    return open_or_join(mentions=mentioned(*texts, at=at, **said), at=at)


def opened(text: str = "https://example.org/", at: datetime = NOON, **said: Any) -> AddressCase:
    """The case of an address that was reported once."""
    (case,) = joined(text, at=at, **said).opened
    return case


def codes(case: AddressCase) -> set[str]:
    """The codes of a case's reasons, as stored."""
    return {one["code"] for one in AddressCase.objects.get(pk=case.pk).reasons}


def next_for(person: User, *, at: datetime) -> AddressCase | None:
    """What this person is offered first."""
    return next(in_turn(person, at=at), None)
