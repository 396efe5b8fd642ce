"""Address cases: one for each address, opened or joined by reports, held by one person at a time, moved later on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from openhotline.errors import BadInput, Conflict, NotAllowed
from openhotline_server.accounts.models import User
from openhotline_server.accounts.permissions import Permission
from openhotline_server.evidence.queries import in_parts
from openhotline_server.intake.models import Address, Mention, Report
from openhotline_server.ledger.events import SYSTEM, Event
from openhotline_server.ledger.inserting import insert_new
from openhotline_server.ledger.operations import Entry, record, record_many
from openhotline_server.ledger.updating import update_rows
from openhotline_server.triage import address_rules as rules
from openhotline_server.triage.address_placing import place, placed
from openhotline_server.triage.address_rules import AddressSignals
from openhotline_server.triage.address_signals import gather
from openhotline_server.triage.models import AddressCase, AddressClaim

CLAIM_LASTS = timedelta(minutes=20)
CLOSED = (
    AddressCase.State.REMOVED,
    AddressCase.State.GONE_BEFORE,
    AddressCase.State.NOT_ILLEGAL,
    AddressCase.State.OFF_REMIT,
    AddressCase.State.UNTRACEABLE,
)
GONE = (AddressCase.State.REMOVED, AddressCase.State.GONE_BEFORE)
"""A report of what was gone is a sign that it came back: a person looks again."""


@dataclass(frozen=True)
class Joined:
    """What reports did to the queue: cases ``opened``, ``joined`` by one more sighting, and ``came_back`` of those."""

    opened: tuple[AddressCase, ...] = ()
    joined: tuple[AddressCase, ...] = ()
    came_back: tuple[AddressCase, ...] = ()


@transaction.atomic
def open_or_join(*, mentions: Sequence[Mention], at: datetime) -> Joined:
    """Open a case for each address that has none; a report of a known one joins its case as a sighting.

    A sighting re-opens nothing, except a case whose address was gone. Mentions of reports that were not taken in are
    left out. Give each mention once: it is counted.
    """
    counting = [one for one in mentions if one.report.standing == Report.Standing.TAKEN]
    times = Counter(one.address_id for one in counting)
    addresses = {one.address_id: one.address for one in sorted(counting, key=lambda m: m.address_id)}
    cases = _cases_of(addresses)
    signals = gather(list(addresses.values()), at=at)
    opened = _open({address: signals[key] for key, address in addresses.items() if key not in cases}, at=at)
    came_back = [case for case in cases.values() if case.state in GONE]
    _take_up_again(came_back, at=at)
    for key, case in cases.items():
        case.reported_times += times[key]
    update_rows(list(cases.values()), ("reported_times",))
    joined = list(cases.values())
    returned = {case.pk for case in came_back}
    found = {c: replace(signals[c.address_id], came_back=c.pk in returned) for c in joined}
    place(cases=found, at=at, told=lambda case: {"reported": case.reported_times})
    return Joined(tuple(opened), tuple(joined), tuple(came_back))


@transaction.atomic
def place_again(*, case: AddressCase, at: datetime) -> None:
    """Give a case its place anew after something about its address became known, a trace for one. It never falls."""
    # As it stands now, and locked: an analyst may have taken it further since the caller read it.
    row = AddressCase.objects.select_for_update(of=("self",)).select_related("address").get(pk=case.pk)
    place(cases={row: gather([row.address], at=at)[row.address_id]}, at=at)
    for name in ("state", "urgency", "reasons", "rules_edition", "due_at"):
        setattr(case, name, getattr(row, name))


@transaction.atomic
def claim(*, case: AddressCase, person: User, at: datetime) -> AddressCase:
    """Take a case into one person's hands, or hold it for longer.

    ``case`` is as she saw it: raises Conflict where somebody else has it, or took it further since.
    """
    until = at + CLAIM_LASTS
    # The row's uniqueness decides between two who reach for a case at once; the update takes over what has lapsed.
    AddressClaim.objects.bulk_create(
        [AddressClaim(case=case, person=person, expires_at=until)], ignore_conflicts=True
    )
    free = Q(person=person) | Q(expires_at__lte=at)
    if not AddressClaim.objects.filter(free, case=case).update(person=person, expires_at=until):
        raise Conflict("Somebody else has this address in hand. Take the next one.")
    handed_to, state = AddressCase.objects.values_list("handed_to", "state").get(pk=case.pk)
    if handed_to not in (None, person.pk):
        raise Conflict("This address was handed to somebody else. Take the next one.")
    if state != case.state:
        raise Conflict("Somebody took this address further meanwhile. Take the next one.")
    return case


@transaction.atomic
def release(*, person: User, at: datetime, case: AddressCase | None = None) -> None:
    """Give back one case, or everything, that a person holds."""
    held = AddressClaim.objects.filter(person=person)
    (held.filter(case=case) if case else held).delete()


@transaction.atomic
def skip(*, case: AddressCase, person: User, reason: str, at: datetime) -> None:
    """Put a case behind the others of its urgency, with a reason, and let somebody else take it."""
    said = _reason(reason, "Say why this address is put aside for now.")
    _require_hold(case, person)
    release(person=person, case=case, at=at)
    AddressCase.objects.filter(pk=case.pk).update(turn_at=at)
    case.turn_at = at
    record(
        actor=str(person.code),
        at=at,
        event=Event.ADDRESS_CASE_PLACED,
        subject=case.subject,
        details={"skipped": said},
    )


@transaction.atomic
def hand_over(*, case: AddressCase, person: User, to: User | None, reason: str, at: datetime) -> None:
    """Hand a case to a named analyst, or with None to everybody. By whoever holds it, or who manages the queue."""
    said = _reason(reason, "Say why this address is handed over.")
    if to is not None and not (to.is_active and to.may(Permission.ADDRESS_ASSESS)):
        raise BadInput("Only somebody who assesses addresses can take this one. Choose an analyst.")
    if not person.may(Permission.QUEUE_MANAGE):
        _require_hold(case, person)
    AddressClaim.objects.filter(case=case).delete()
    AddressCase.objects.filter(pk=case.pk).update(handed_to=to)
    case.handed_to = to
    record(
        actor=str(person.code),
        at=at,
        event=Event.ADDRESS_CASE_HANDED_OVER,
        subject=case.subject,
        details={"to": str(to.code) if to else "", "reason": said},
    )


@transaction.atomic
def move(
    *, case: AddressCase, to: AddressCase.State, actor: str, at: datetime, due_at: datetime | None = None
) -> None:
    """Put a case where it stands next. Nobody holds it then; without ``due_at`` the rules say when the step is due."""
    row = AddressCase.objects.select_for_update(of=("self",)).get(pk=case.pk)
    before = row.state
    due = due_at or rules.due_at(to, placed(row.reasons), at=at)
    closed = at if to in CLOSED else None
    turn = at if to == AddressCase.State.NEW and before != to else row.turn_at
    AddressClaim.objects.filter(case=case).delete()
    AddressCase.objects.filter(pk=case.pk).update(
        state=to, due_at=due, closed_at=closed, handed_to=None, turn_at=turn
    )
    case.state, case.due_at, case.closed_at, case.handed_to, case.turn_at = to, due, closed, None, turn
    details = {"from": str(before), "to": str(to)}
    record(actor=actor, at=at, event=Event.ADDRESS_CASE_MOVED, subject=case.subject, details=details)


def _open(signals: Mapping[Address, AddressSignals], *, at: datetime) -> list[AddressCase]:
    rows = []
    for address, one in signals.items():
        reasons = rules.place_address(one)
        rows.append(
            AddressCase(
                address=address,
                urgency=rules.urgency(reasons),
                reasons=[{"code": r.code, "points": r.points, "words": r.words} for r in reasons],
                rules_edition=rules.EDITION,
                reported_times=one.sightings,
                opened_at=at,
                turn_at=at,
                due_at=rules.due_at(AddressCase.State.NEW, reasons, at=at),
            )
        )
    cases = insert_new(rows)
    entries = [
        Entry(Event.ADDRESS_CASE_OPENED, c.subject, {"urgency": c.urgency, "address": str(c.address.code)})
        for c in cases
    ]
    record_many(actor=SYSTEM, at=at, entries=entries)
    return cases


def _take_up_again(cases: Sequence[AddressCase], *, at: datetime) -> None:
    for case in cases:
        before, to = case.state, AddressCase.State.NEW
        due = rules.due_at(to, (), at=at)
        case.state, case.closed_at, case.turn_at, case.due_at, case.handed_to = to, None, at, due, None
        case.save(update_fields=["state", "closed_at", "turn_at", "due_at", "handed_to"])
        details = {"from": str(before), "to": to.value, "why": "reported again"}
        record(actor=SYSTEM, at=at, event=Event.ADDRESS_CASE_MOVED, subject=case.subject, details=details)


def _cases_of(keys: Iterable[int]) -> dict[int, AddressCase]:
    found: dict[int, AddressCase] = {}
    for part in in_parts(keys):
        rows = AddressCase.objects.select_for_update(of=("self",)).filter(address__in=part)
        found |= {case.address_id: case for case in rows.select_related("address").order_by("address_id")}
    return found


def _require_hold(case: AddressCase, person: User) -> None:
    # A claim that has lapsed is still hers while nobody else has taken the case.
    if not AddressClaim.objects.filter(case=case, person=person).exists():
        raise NotAllowed("You do not have this address in hand. Take it first.")


def _reason(text: str, sentence: str) -> str:
    said = " ".join(text.split())[:300]
    if not said:
        raise BadInput(sentence)
    return said
