"""Reports that name no address. No queue leads to them, so each waits until a person has read it.

She adds the addresses that she found in the words, and the report goes on like any other; or she closes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Case, Exists, OuterRef, QuerySet, Value, When

from openhotline.errors import BadInput, Conflict, NotAllowed
from openhotline_server.accounts.models import User
from openhotline_server.accounts.permissions import Permission
from openhotline_server.intake import mentioning
from openhotline_server.intake.given import Given, GivenAddress, read
from openhotline_server.intake.models import Mention, Particulars, Report, WithoutAddress
from openhotline_server.ledger.events import Event
from openhotline_server.ledger.operations import record

_WAITING = WithoutAddress.Outcome.WAITING


def list_without_address() -> QuerySet[Report]:
    """Reports that wait for a person because they name no address: those of a child in danger first, then the oldest.

    A provider's files come to the readers of pictures, so a report that brought some does not wait here.
    """
    in_danger = Exists(Particulars.objects.filter(report=OuterRef("pk"), at_risk_now=True))
    waiting = WithoutAddress.objects.filter(outcome=_WAITING).values("report")
    rows = Report.objects.filter(pk__in=waiting, standing=Report.Standing.TAKEN)
    return rows.order_by(Case(When(in_danger, then=Value(0)), default=Value(1)), "created_at", "id")


def count_in_danger() -> int:
    """How many of them say that a child may be in danger now."""
    waiting = list_without_address().order_by().values("pk")
    return Particulars.objects.filter(report__in=waiting, at_risk_now=True).count()


def find_without_address(report: Report) -> WithoutAddress | None:
    """What became of a report that came without an address; None for another one."""
    return WithoutAddress.objects.filter(report=report).select_related("read_by").first()


def closed_among(reports: Iterable[Report]) -> set[int]:
    """Which of these reports were closed without an address, by key."""
    keys = [report.pk for report in reports]
    closed = WithoutAddress.objects.filter(report__in=keys, outcome__in=WithoutAddress.CLOSING)
    return set(closed.values_list("report", flat=True))


@transaction.atomic
def name_addresses(
    *, report: Report, texts: Sequence[str], found_in: str, person: User, at: datetime
) -> list[Mention]:
    """Add addresses that a person found in a report's words; what the report names already is left as it is.

    Raises BadInput with the number of a line that is no address, and Conflict where the report was not taken in or
    names all of them.
    """
    _check(report, person)
    given = [GivenAddress(text, found_in) for text in texts if text.strip()]
    if not given:
        raise BadInput("There is no address. Write one on each line.")
    said = read(Given(addresses=given))
    if said.unreadable:
        wrong = [one.text for one in said.unreadable]
        line = next(number for number, text in enumerate(texts, start=1) if text in wrong)
        raise BadInput(f"Line {line} is no address. {said.unreadable[0].why}")
    named = set(Mention.objects.filter(report=report).values_list("address__digest", flat=True))
    places = [place for place in said.places if place.normal.digest not in named]
    if not places:
        raise Conflict("The report names that already.")
    (mentions,) = mentioning.mention([mentioning.Naming(report, places)], at=at)
    _decided(report, WithoutAddress.Outcome.LED_ON, person, at)
    details = {"addresses": len(mentions), "known": sum(mention.known for mention in mentions)}
    record(
        actor=str(person.code), at=at, event=Event.ADDRESSES_ADDED, subject=report.subject, details=details
    )
    return mentions


@transaction.atomic
def close_report(*, report: Report, outcome: WithoutAddress.Outcome, person: User, at: datetime) -> None:
    """Say that nothing is left to do about a report that names no address. Raises Conflict where it does not wait."""
    if outcome not in WithoutAddress.CLOSING:
        raise BadInput("A report is closed as handed on, not for this hotline, or unusable. Choose one.")
    _check(report, person)
    if not _decided(report, outcome, person, at):
        raise Conflict("This report does not wait any more: it was closed, or an address was added.")
    details = {"outcome": str(outcome)}
    record(actor=str(person.code), at=at, event=Event.REPORT_CLOSED, subject=report.subject, details=details)


def _decided(report: Report, outcome: WithoutAddress.Outcome, person: User, at: datetime) -> bool:
    waiting = WithoutAddress.objects.filter(report=report, outcome=_WAITING)
    return bool(waiting.update(outcome=outcome, read_by=person, read_at=at))


def _check(report: Report, person: User) -> None:
    """Hold the report's row, so that two do not decide at once."""
    if not person.may(Permission.REPORT_CLOSE):
        raise NotAllowed("Working on a report needs the permission for it. Ask the manager.")
    if Report.objects.select_for_update().get(pk=report.pk).standing != Report.Standing.TAKEN:
        raise Conflict("This report was not taken in. It is admitted first, in the inbox.")
