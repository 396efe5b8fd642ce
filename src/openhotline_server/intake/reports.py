"""Taking in reports that name addresses: each delivery once, each place one row, all of it in few statements.

Nothing here knows who or where a reporter is. ``origin`` names a delivery so that the same one twice is once (a partner's
key, a mail's id, a form's own nonce); only its keyed digest is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from django.db import transaction

from openhotline.errors import Conflict, NotAllowed
from openhotline_server.accounts.models import User
from openhotline_server.accounts.permissions import Permission
from openhotline_server.intake import mentioning
from openhotline_server.intake.given import Given, GivenAddress, Read, Unreadable, read
from openhotline_server.intake.models import Mention, Particulars, Report, WithoutAddress
from openhotline_server.intake.operations import origin_digest
from openhotline_server.ledger.events import Event
from openhotline_server.ledger.inserting import insert_new, insert_rows
from openhotline_server.ledger.operations import Entry, record, record_many

__all__ = ["Given", "GivenAddress", "Taken", "ToTake", "Unreadable", "take_report", "take_reports"]

_REPORT = ("code", "kind", "source", "origin_digest", "standing", "received_on", "created_at", "finished_at")
IN_PART = 5000
READ_BY_A_PERSON = (Report.Kind.FORM, Report.Kind.PARTNER, Report.Kind.CYBERTIP, Report.Kind.MAIL)
Key = TypeVar("Key", int, str)


@dataclass(frozen=True)
class ToTake:
    """One delivery. ``source`` says in words whose it is; never a reporter's own name or place."""

    kind: Report.Kind
    source: str
    given: Given
    received_on: date
    origin: str
    standing: Report.Standing = Report.Standing.TAKEN


@dataclass(frozen=True)
class Taken:
    """What became of a delivery. ``fresh``: it had not come before; else these are the mentions of the first time.

    ``new`` and ``known`` count its addresses. What was ``unreadable`` stands in the report's words.
    """

    report: Report
    fresh: bool
    mentions: tuple[Mention, ...]
    new: int
    known: int
    unreadable: tuple[Unreadable, ...] = ()


def take_report(
    *,
    kind: Report.Kind,
    source: str,
    given: Given,
    received_on: date,
    origin: str,
    actor: str,
    at: datetime,
    standing: Report.Standing = Report.Standing.TAKEN,
) -> Taken:
    """Take in one report. Raises BadInput where it says nothing at all, or more than fits."""
    (taken,) = take_reports(
        deliveries=[ToTake(kind, source, given, received_on, origin, standing)], actor=actor, at=at
    )
    return taken


def take_reports(*, deliveries: Sequence[ToTake], actor: str, at: datetime) -> list[Taken]:
    """Take in many reports; the answers stand in the order of ``deliveries``. All or none of them are taken in."""
    return store_reports(
        deliveries=deliveries, reads=[read(one.given) for one in deliveries], actor=actor, at=at
    )


@transaction.atomic
def store_reports(
    *, deliveries: Sequence[ToTake], reads: Sequence[Read], actor: str, at: datetime
) -> list[Taken]:
    """Take in many reports that were read before, outside of any transaction: nobody waits while they are read."""
    digests = [origin_digest(one.origin) for one in deliveries]
    reports, made = _reports(deliveries, digests, at=at)
    fresh = [place for place, digest in enumerate(digests) if made.get(digest) == place]
    named = mentioning.mention(
        [mentioning.Naming(reports[digests[place]], reads[place].places) for place in fresh], at=at
    )
    _keep_particulars([(reports[digests[place]], deliveries[place].given, reads[place]) for place in fresh])
    _keep_for_a_reader(
        reports[digests[place]]
        for place, mentions in zip(fresh, named, strict=True)
        if not mentions and not deliveries[place].given.with_files
    )
    taken = {
        place: _taken(reports[digests[place]], mentions, reads[place])
        for place, mentions in zip(fresh, named, strict=True)
    }
    record_many(actor=actor, at=at, entries=[_received(taken[place]) for place in fresh])
    again = _again([reports[digest] for place, digest in enumerate(digests) if place not in taken])
    return [taken.get(place) or again[reports[digest].pk] for place, digest in enumerate(digests)]


@transaction.atomic
def admit(*, report: Report, person: User, at: datetime) -> list[Mention]:
    """Let a report in that was set aside, by a person's decision; return its mentions, counted anew."""
    _decide(report, Report.Standing.TAKEN, Event.REPORT_ADMITTED, person, at)
    return mentioning.count_anew(report)


@transaction.atomic
def refuse(*, report: Report, person: User, at: datetime) -> None:
    """Refuse a report that was set aside. It is kept and counted apart; its addresses get no case from it."""
    _decide(report, Report.Standing.REFUSED, Event.REPORT_REFUSED, person, at)


def _decide(report: Report, to: Report.Standing, event: Event, person: User, at: datetime) -> None:
    if not person.may(Permission.REPORT_ADMIT):
        raise NotAllowed(
            "Deciding on reports that were set aside needs the permission for it. Ask the manager."
        )
    waiting = Report.objects.filter(pk=report.pk, standing=Report.Standing.QUARANTINED)
    if not waiting.update(standing=to):
        raise Conflict("This report is not set aside any more: somebody decided on it.")
    report.standing = to
    record(actor=str(person.code), at=at, event=event, subject=report.subject, details={})


def _reports(
    deliveries: Sequence[ToTake], digests: Sequence[str], *, at: datetime
) -> tuple[dict[str, Report], dict[str, int]]:
    """Reports by their origin, and of those that are new, which delivery made them."""
    first: dict[str, int] = {}
    for place, digest in enumerate(digests):
        first.setdefault(digest, place)
    reports = {
        r.origin_digest: r for part in _parts(first) for r in Report.objects.filter(origin_digest__in=part)
    }
    made = {digest: place for digest, place in first.items() if digest not in reports}
    rows = {digest: _report(deliveries[place], digest, at) for digest, place in made.items()}
    # Another process may bring the same delivery at this moment: then the database keeps one, and its code tells whose.
    # In one order, so that two never wait for each other.
    values = [[getattr(rows[digest], name) for name in _REPORT] for digest in sorted(rows)]
    insert_rows(Report, _REPORT, values, twice_is_once=True)
    for part in _parts(rows):
        reports |= {r.origin_digest: r for r in Report.objects.filter(origin_digest__in=part)}
    ours = {digest for digest, row in rows.items() if reports[digest].code == row.code}
    return reports, {digest: place for digest, place in made.items() if digest in ours}


def _report(one: ToTake, digest: str, at: datetime) -> Report:
    return Report(
        kind=one.kind,
        source=one.source[:300],
        origin_digest=digest,
        standing=one.standing,
        received_on=one.received_on,
        created_at=at,
        finished_at=at,
    )


def _keep_particulars(rows: Iterable[tuple[Report, Given, Read]]) -> None:
    particulars = [
        Particulars(
            report=report,
            words=said.words,
            contact=given.contact.strip(),
            language=given.language,
            at_risk_now=given.at_risk_now,
            about_self=given.about_self,
        )
        for report, given, said in rows
        if said.words or given.contact.strip() or given.at_risk_now or given.about_self or given.language
    ]
    insert_new(particulars)


def _keep_for_a_reader(reports: Iterable[Report]) -> None:
    """No queue leads to what names no address. Not lists: those of hashes alone say nothing else, and are compared."""
    insert_new([WithoutAddress(report=report) for report in reports if report.kind in READ_BY_A_PERSON])


def _taken(report: Report, mentions: Sequence[Mention], said: Read) -> Taken:
    known = sum(mention.known for mention in mentions)
    return Taken(report, True, tuple(mentions), len(mentions) - known, known, said.unreadable)


def _received(taken: Taken) -> Entry:
    report = taken.report
    event = Event.REPORT_RECEIVED
    if report.standing == Report.Standing.QUARANTINED:
        event = Event.REPORT_SET_ASIDE
    details = {
        "kind": str(report.kind),
        "received_on": report.received_on.isoformat(),
        "addresses": len(taken.mentions),
        "known": taken.known,
    }
    return Entry(event, report.subject, details)


def _again(reports: Sequence[Report]) -> dict[int, Taken]:
    """The answers for deliveries that came before: what the first time made of them."""
    by_report: dict[int, list[Mention]] = {report.pk: [] for report in reports}
    for part in _parts(list(by_report)):
        rows = Mention.objects.filter(report__in=part).select_related("address").order_by("pk")
        for mention in rows:
            by_report[mention.report_id].append(mention)
    return {
        report.pk: Taken(
            report,
            False,
            tuple(by_report[report.pk]),
            sum(not m.known for m in by_report[report.pk]),
            sum(m.known for m in by_report[report.pk]),
        )
        for report in reports
    }


def _parts(keys: Iterable[Key]) -> Iterable[list[Key]]:
    """Keys in lists that every database takes as parameters of one query (SQLite: 32,766)."""
    waiting = list(keys)
    return (waiting[first : first + IN_PART] for first in range(0, len(waiting), IN_PART))
