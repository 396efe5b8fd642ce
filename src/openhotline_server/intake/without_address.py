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
from openhotline_server.intake.models import Closing, DraftFile, Mention, Particulars, Report
from openhotline_server.ledger.events import Event
from openhotline_server.ledger.operations import record

# Not lists: those of hashes alone are compared with what is held, and no person has written anything in them.
_SENDERS = (Report.Kind.FORM, Report.Kind.PARTNER, Report.Kind.CYBERTIP, Report.Kind.MAIL)


def list_without_address() -> QuerySet[Report]:
    """Reports that wait for a person because they name no address: those of a child in danger first, then the oldest.

    A provider's files come to the readers of pictures, so a report that brought some does not wait here.
    """
    here = OuterRef("pk")
    read_or_led_to = (
        Exists(Mention.objects.filter(report=here))
        | Exists(Closing.objects.filter(report=here))
        | Exists(DraftFile.objects.filter(draft__report=here))
    )
    in_danger = Exists(Particulars.objects.filter(report=here, at_risk_now=True))
    rows = Report.objects.filter(~read_or_led_to, kind__in=_SENDERS, standing=Report.Standing.TAKEN)
    return rows.order_by(Case(When(in_danger, then=Value(0)), default=Value(1)), "created_at", "id")


def count_in_danger() -> int:
    """How many of them say that a child may be in danger now."""
    waiting = list_without_address().order_by().values("pk")
    return Particulars.objects.filter(report__in=waiting, at_risk_now=True).count()


def find_closing(report: Report) -> Closing | None:
    """Who closed a report without an address, and why."""
    return Closing.objects.filter(report=report).select_related("closed_by").first()


def closed_among(reports: Iterable[Report]) -> set[int]:
    """Which of these reports were closed without an address, by key."""
    keys = [report.pk for report in reports]
    return set(Closing.objects.filter(report__in=keys).values_list("report", flat=True))


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
        line = next(number for number, one in enumerate(given, start=1) if one.text in wrong)
        raise BadInput(f"Line {line} is no address. {said.unreadable[0].why}")
    named = set(Mention.objects.filter(report=report).values_list("address__digest", flat=True))
    places = [place for place in said.places if place.normal.digest not in named]
    if not places:
        raise Conflict("The report names that already.")
    (mentions,) = mentioning.mention([mentioning.Naming(report, places)], at=at)
    details = {"addresses": len(mentions), "known": sum(mention.known for mention in mentions)}
    record(
        actor=str(person.code), at=at, event=Event.ADDRESSES_ADDED, subject=report.subject, details=details
    )
    return mentions


@transaction.atomic
def close_report(*, report: Report, outcome: Closing.Outcome, person: User, at: datetime) -> Closing:
    """Say that nothing is left to do about a report that names no address. Raises Conflict where it does not wait."""
    _check(report, person)
    if not list_without_address().filter(pk=report.pk).exists():
        raise Conflict("This report does not wait any more: it was closed, or an address was added.")
    closing = Closing.objects.create(report=report, outcome=outcome, closed_by=person, closed_at=at)
    details = {"outcome": str(outcome)}
    record(actor=str(person.code), at=at, event=Event.REPORT_CLOSED, subject=report.subject, details=details)
    return closing


def _check(report: Report, person: User) -> None:
    """Hold the report's row, so that two do not decide at once."""
    if not person.may(Permission.REPORT_CLOSE):
        raise NotAllowed("Working on a report needs the permission for it. Ask the manager.")
    if Report.objects.select_for_update().get(pk=report.pk).standing != Report.Standing.TAKEN:
        raise Conflict("This report was not taken in. It is admitted first, in the inbox.")
