"""Giving address cases their place: one way for a sighting, a trace, a day that passed. No place falls while it waits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from openhotline_server.intake.models import Address
from openhotline_server.ledger.events import SYSTEM, Event
from openhotline_server.ledger.operations import Entry, record_many
from openhotline_server.ledger.updating import update_rows
from openhotline_server.triage import address_rules as rules
from openhotline_server.triage.address_rules import AddressSignals, Reason
from openhotline_server.triage.address_signals import gather
from openhotline_server.triage.models import AddressCase

Told = Callable[[AddressCase], dict[str, Any]]


def place(*, cases: Mapping[AddressCase, AddressSignals], at: datetime, told: Told | None = None) -> None:
    """Write reasons, urgency and deadline where they changed. ``told``: more for the ledger's line, which then is always
    written. Call it inside a transaction.
    """
    changed, entries = [], []
    for case, signals in cases.items():
        differs = _placed_anew(case, signals, at)
        changed += [case] if differs else []
        if differs or told:
            details = {"urgency": case.urgency, **(told(case) if told else {})}
            entries.append(Entry(Event.ADDRESS_CASE_PLACED, case.subject, details))
    update_rows(changed, ("urgency", "reasons", "rules_edition", "due_at"))
    record_many(actor=SYSTEM, at=at, entries=entries)


@transaction.atomic
def grow_older(*, at: datetime, most: int = 2000) -> int:
    """Let the age of waiting addresses count, at most ``most`` of them at once; return how many were placed anew.

    For the worker, by the clock. Safe to run twice.
    """
    waiting = AddressCase.objects.filter(state__in=AddressCase.WAITING)
    older = waiting.filter(opened_at__lte=at - rules.steps_of_age()[0]).order_by("opened_at", "pk")
    rows = older.values_list("pk", "opened_at", "reasons")
    keys = [key for key, opened_at, stored in rows if _is_older(opened_at, stored, at)][:most]
    # Locked in one order, and only what still waits.
    locked = waiting.select_for_update(of=("self",)).filter(pk__in=keys).select_related("address")
    due = list(locked.order_by("address_id"))
    place(cases=signals_of(due, at=at), at=at)
    return len(due)


def signals_of(cases: Sequence[AddressCase], *, at: datetime) -> dict[AddressCase, AddressSignals]:
    """What triage looks at, of these cases."""
    addresses: list[Address] = [case.address for case in cases]
    found = gather(addresses, at=at)
    return {case: found[case.address_id] for case in cases}


def placed(stored: Iterable[Mapping[str, Any]]) -> tuple[Reason, ...]:
    """Stored reasons, read again."""
    return tuple(Reason(str(one["code"]), int(one["points"]), str(one["words"])) for one in stored)


def _placed_anew(case: AddressCase, signals: AddressSignals, at: datetime) -> bool:
    """Change a case in memory; say whether anything changed."""
    before = placed(case.reasons)
    returned = signals.came_back or any(r.code == "came_back" for r in before)
    reasons = rules.place_address(replace(signals, came_back=returned))
    reasons = _kept(reasons, case.urgency)
    stored = [{"code": r.code, "points": r.points, "words": r.words} for r in reasons]
    if stored == case.reasons:
        return False
    case.reasons, case.urgency, case.rules_edition = stored, rules.urgency(reasons), rules.EDITION
    if case.state == AddressCase.State.NEW:
        case.due_at = min(case.due_at, rules.due_at(case.state, reasons, at=at))
    return True


def _kept(reasons: tuple[Reason, ...], before: int) -> tuple[Reason, ...]:
    """Whatever spoke for a place and is no more, the place does not fall."""
    missing = before - rules.urgency(reasons)
    if missing <= 0:
        return reasons
    words = "Something that spoke for it before does so no more. No place falls before an analyst looked."
    return tuple(sorted([*reasons, Reason("kept", missing, words)], key=lambda r: (-r.points, r.code)))


def _is_older(opened_at: datetime, stored: Iterable[Mapping[str, Any]], at: datetime) -> bool:
    step = next((points for days, points in rules.AGES if (at - opened_at).days >= days), 0)
    counted = next((reason.points for reason in placed(stored) if reason.code == "age"), 0)
    return step > counted
