"""What has to be told now, to whom, and what cannot be told and why. It reads, and writes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Exists, Max, OuterRef, Q, Subquery

from openhotline_server.findings.models import Trace
from openhotline_server.notices import police, recipients
from openhotline_server.notices.deadlines import deadlines
from openhotline_server.notices.gathering import Gathered, gather
from openhotline_server.notices.kinds import ContactKind, NoticeKind
from openhotline_server.notices.models import NoticeAddress, Removal
from openhotline_server.notices.recipients import Recipient
from openhotline_server.triage.models import AddressCase

State = AddressCase.State
DUE = (State.REFERRED, State.TO_TELL)
CLOCKED = (NoticeKind.TAKEDOWN, NoticeKind.HOTLINE_FORWARD, NoticeKind.NATIONAL_AGENCY)
"""Kinds that ask for removal: an address waits for one of them to leave."""

NOT_SETTLED = "Its sources do not agree where it lies. Trace it again, or let a manager settle it."
NO_POLICE = "The contact book has no police for our own country. Add them."
NOT_AUTHORISED = "The police have not said yet that the notice may go."
NO_HOST = (
    "Nobody is known who could take it down. Add a host with its domain or its network to the contact book."
)
NO_AGENCY = "The contact book has neither a hotline nor an agency for the hosting country. Add one."


@dataclass(frozen=True)
class Planned:
    """One notice that is due: its kind, its recipient, and the addresses whose law reads alike."""

    kind: NoticeKind
    recipient: Recipient
    told: tuple[Gathered, ...]


@dataclass(frozen=True)
class Left:
    """An address of which nobody can be told now, with a sentence why and what to do."""

    case: AddressCase
    why: str


@dataclass(frozen=True)
class Plan:
    """Everything that is due."""

    planned: tuple[Planned, ...]
    left: tuple[Left, ...]


def list_due(*, limit: int) -> list[AddressCase]:
    """Address cases for which something has to be drafted, the most urgent first."""
    live = NoticeAddress.objects.filter(case=OuterRef("pk"), notice__dropped_at=None)
    told = Exists(live.filter(notice__kind__in=CLOCKED, notice__delivered_at=None))
    referred = Exists(live.filter(notice__kind=NoticeKind.POLICE_REFERRAL))
    due = Q(state=State.TO_TELL) & ~told | Q(state=State.REFERRED) & ~referred
    found = AddressCase.objects.filter(due).select_related("address")
    return list(found.order_by("-urgency", "turn_at", "pk")[:limit])


def list_traced_since(*, limit: int) -> list[AddressCase]:
    """Cases without a host to tell whose newest trace has found one."""
    newest = Trace.objects.filter(address=OuterRef("address")).order_by("-id")
    cases = AddressCase.objects.filter(state=State.UNTRACEABLE).annotate(
        country=Subquery(newest.values("country")[:1]),
        agreed=Subquery(newest.values("agreed")[:1]),
        overridden=Subquery(newest.values("overridden_by")[:1]),
    )
    settled = cases.exclude(country="").filter(Q(agreed=True) | Q(overridden__isnull=False))
    return list(settled.select_related("address").order_by("pk")[:limit])


def plan(cases: Iterable[AddressCase]) -> Plan:
    """What is due for these cases. One notice a kind, mailbox, country and wording; too many become several."""
    groups: dict[tuple[object, ...], list[tuple[Recipient, Gathered]]] = {}
    left: list[Left] = []
    for one in gather(case for case in cases if case.state in DUE):
        wanted = _wanted(one)
        if isinstance(wanted, str):
            left.append(Left(one.case, wanted))
            continue
        for kind, recipient in wanted:
            if not is_told(one.case, kind, recipient):
                key = (kind, recipient.key, one.law.country, one.law.illegal)
                groups.setdefault(key, []).append((recipient, one))
    size = deadlines().addresses_in_a_notice
    planned = [
        Planned(NoticeKind(str(key[0])), pairs[0][0], tuple(one for _, one in pairs[start : start + size]))
        for key, pairs in groups.items()
        for start in range(0, len(pairs), size)
    ]
    return Plan(tuple(planned), tuple(left))


def is_told(case: AddressCase, kind: NoticeKind, recipient: Recipient) -> bool:
    """Whether this mailbox has such a notice about the address already, drafted or sent, for where it lies now.

    What was sent before the last clock ended (it was gone, or it moved) was told about another place or time.
    """
    ended_at = Removal.objects.filter(case=case).aggregate(last=Max("ended_at"))["last"]
    told = NoticeAddress.objects.filter(
        case=case, notice__kind=kind, notice__email__iexact=recipient.email, notice__dropped_at=None
    )
    if ended_at is not None:
        told = told.filter(Q(notice__delivered_at=None) | Q(notice__drafted_at__gte=ended_at))
    return told.exists()


def has_left_for_removal(case: AddressCase) -> bool:
    """Whether anybody who could have it removed was told, or is being told."""
    told = NoticeAddress.objects.filter(case=case, notice__kind__in=CLOCKED, notice__dropped_at=None)
    return told.filter(Q(notice__approved_at__isnull=False) | Q(notice__delivered_at__isnull=False)).exists()


def _wanted(one: Gathered) -> list[tuple[NoticeKind, Recipient]] | str:
    """Kinds and recipients, or why there is none."""
    if one.settled is None:
        return NOT_SETTLED
    if one.case.state == State.REFERRED:
        found = recipients.find_by_country(ContactKind.POLICE, settings.COUNTRY)
        return [(NoticeKind.POLICE_REFERRAL, found)] if found else NO_POLICE
    return _at_home(one) if one.is_at_home else _abroad(one)


def _at_home(one: Gathered) -> list[tuple[NoticeKind, Recipient]] | str:
    if not police.is_authorised(one.case):
        return NOT_AUTHORISED
    assert one.settled is not None
    host = recipients.find_host(one.address, one.settled)
    return [(NoticeKind.TAKEDOWN, host)] if host else NO_HOST


def _abroad(one: Gathered) -> list[tuple[NoticeKind, Recipient]] | str:
    """A partner hotline where there is one, else the national agency; members are alerted at the same time."""
    country = one.law.country
    hotline = recipients.find_by_country(ContactKind.HOTLINE, country)
    if hotline:
        return [(NoticeKind.HOTLINE_FORWARD, hotline), *_alerts(one)]
    agency = recipients.find_by_country(ContactKind.AGENCY, country)
    return [(NoticeKind.NATIONAL_AGENCY, agency), *_alerts(one)] if agency else NO_AGENCY


def _alerts(one: Gathered) -> list[tuple[NoticeKind, Recipient]]:
    assert one.settled is not None
    return [(NoticeKind.ALERT, member) for member in recipients.list_members(one.address, one.settled)]
