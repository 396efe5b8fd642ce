"""From a delivery to the queue: a report is taken in, its addresses get cases or join them, and are traced afterwards.

One way for every door. What a report of a known address does is a sighting; see ``triage.address_cases``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from openhotline_server.accounts.models import User
from openhotline_server.intake import reports as intake
from openhotline_server.intake.given import Given, read
from openhotline_server.intake.models import Mention, Report, WithoutAddress
from openhotline_server.intake.queries import list_mentions
from openhotline_server.intake.reports import Taken, ToTake
from openhotline_server.intake.without_address import find_without_address, name_addresses
from openhotline_server.ledger import operations as ledger
from openhotline_server.pipeline.background import after_commit
from openhotline_server.pipeline.tracing import trace_address
from openhotline_server.pipeline.tracing_many import trace_addresses
from openhotline_server.triage.address_cases import Joined, open_or_join
from openhotline_server.triage.address_lists import cases_by_address
from openhotline_server.triage.models import AddressCase

ONE_BY_ONE = 5
"""So many new addresses are traced by a task each; more of them share tasks."""
TOGETHER = 100

_State = AddressCase.State
_CODES = {
    _State.NEW: "received",
    _State.REFERRED: "in_work",
    _State.ON_HOLD: "in_work",
    _State.TO_TELL: "in_work",
    _State.WATCHED: "acted",
    _State.UNTRACEABLE: "acted",
    _State.REMOVED: "removed",
    _State.GONE_BEFORE: "removed",
    _State.NOT_ILLEGAL: "not_illegal",
    _State.OFF_REMIT: "off_remit",
}
_CLOSED: dict[str, str] = {
    WithoutAddress.Outcome.HANDED_ON: "in_work",
    WithoutAddress.Outcome.OFF_REMIT: "off_remit",
    WithoutAddress.Outcome.UNUSABLE: "set_aside",
}
ORDER = ("received", "known", "in_work", "acted", "removed", "not_illegal", "off_remit", "set_aside")
"""What a reporter can be told, from the one where most is still to do."""


@dataclass(frozen=True)
class ReporterState:
    """Where a report stands, in the words' code that its reporter may know: never that the police have it.

    ``code`` is that of the address where most is still to do; ``each`` counts addresses by code.
    """

    code: str
    each: dict[str, int]


def take_in(
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
    """Take in one report and let everything follow. The same ``origin`` twice is once."""
    delivery = ToTake(kind, source, given, received_on, origin, standing)
    return take_in_many(deliveries=[delivery], actor=actor, at=at)[0]


def take_in_many(*, deliveries: Sequence[ToTake], actor: str, at: datetime) -> list[Taken]:
    """Take in many reports at once, all or none, in few statements; the answers stand in their order.

    Some hundreds at once are fast; more hold the ledger for long, so that analysts wait.
    """
    reads = [read(one.given) for one in deliveries]
    with transaction.atomic(), ledger.gathered():
        taken = intake.store_reports(deliveries=deliveries, reads=reads, actor=actor, at=at)
        fresh = [mention for one in taken if one.fresh for mention in one.mentions]
        _trace_later(open_or_join(mentions=fresh, at=at))
    return taken


@transaction.atomic
def admit(*, report: Report, person: User, at: datetime) -> Joined:
    """Let a report in that was set aside as part of a flood: its addresses come into the queue now."""
    with ledger.gathered():
        mentions = intake.admit(report=report, person=person, at=at)
        for mention in mentions:
            mention.report = report
        joined = open_or_join(mentions=mentions, at=at)
    _trace_later(joined)
    return joined


@transaction.atomic
def refuse(*, report: Report, person: User, at: datetime) -> None:
    """Refuse a report that was set aside; nothing follows from it."""
    intake.refuse(report=report, person=person, at=at)


@transaction.atomic
def add_addresses(
    *, report: Report, texts: Sequence[str], found_in: str, person: User, at: datetime
) -> Joined:
    """Add addresses that a person found in a report's words: they come into the queue as if she had been told them."""
    with ledger.gathered():
        mentions = name_addresses(report=report, texts=texts, found_in=found_in, person=person, at=at)
        joined = open_or_join(mentions=mentions, at=at)
    _trace_later(joined)
    return joined


def state_for_reporter(report: Report) -> ReporterState:
    """What a reporter may know of her report: nothing of police, hosts, or who works on it."""
    if report.standing == Report.Standing.REFUSED:
        return ReporterState("set_aside", {})
    if report.standing == Report.Standing.QUARANTINED:
        return ReporterState("received", {})
    mentions = list(list_mentions(report))
    if not mentions:
        came = find_without_address(report)
        return ReporterState(_CLOSED.get(came.outcome if came else "", "received"), {})
    cases = cases_by_address(mention.address_id for mention in mentions)
    codes = [_code(mention, cases.get(mention.address_id)) for mention in mentions]
    each = {code: codes.count(code) for code in ORDER if code in codes}
    return ReporterState(next(iter(each), "received"), each)


def _code(mention: Mention, case: AddressCase | None) -> str:
    code = _CODES[_State(case.state)] if case else "received"
    return "known" if code == "received" and mention.known else code


def _trace_later(joined: Joined) -> None:
    """New addresses are traced, and those that came back, which may lie elsewhere now."""
    keys = [case.address_id for case in (*joined.opened, *joined.came_back)]
    if len(keys) <= ONE_BY_ONE:
        for key in keys:
            after_commit(trace_address, key)
        return
    for part in _parts(keys):
        after_commit(trace_addresses, part)


def _parts(keys: Sequence[int]) -> Iterable[list[int]]:
    return (list(keys[first : first + TOGETHER]) for first in range(0, len(keys), TOGETHER))
