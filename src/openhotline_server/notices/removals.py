"""The clocks of removal: begun by a letter that left, moved on by looks, ended once, each with its ledger line.

Where an address is known to be elsewhere, or back, a clock without a notice begins: it says that a notice is due. The
notice that then leaves takes that clock over, and it counts from there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from openhotline_server.findings.models import Trace
from openhotline_server.ledger.events import SYSTEM, Event
from openhotline_server.ledger.operations import record
from openhotline_server.notices import following_rules as rules
from openhotline_server.notices.following_rules import Clock, Host, Seen
from openhotline_server.notices.models import Notice, Removal
from openhotline_server.triage.models import AddressCase

Ending = Removal.Ending


@transaction.atomic
def begin(*, case: AddressCase, notice: Notice | None, trace: Trace | None, at: datetime) -> Removal:
    """Begin the clock of an address when a notice left. Twice is once; another notice at the same host is a reminder."""
    AddressCase.objects.select_for_update(of=("self",)).get(pk=case.pk)  # one at a time for a case
    running = find_running(case)
    if running is None:
        return _begin(case, notice, trace, at=at)
    if notice is None or running.notice_id == notice.pk:
        return running
    if trace is not None and rules.has_moved(host_of(running.trace), host_of(trace)):
        _end(running, Ending.MOVED, at, at=at)
        return _begin(case, notice, trace, at=at)
    if running.notice_id is None:
        return _take_over(running, notice, trace, at=at)
    running.reminders += 1
    running.save(update_fields=["reminders"])
    return running


@transaction.atomic
def note_look(*, removal: Removal, seen: Seen, planned_at: datetime | None, at: datetime) -> Removal:
    """Move a running clock on by one look that was planned for ``planned_at``; it ends when "gone" is confirmed."""
    row = _locked(removal)
    if row.ended_at is not None:
        return row
    after = rules.look(_clock_of(row, planned_at), seen, at=at)
    row.misses, row.first_missed_at = after.misses, after.first_missed_at
    row.last_seen_at, row.next_check_at = after.last_seen_at, after.next_check_at
    row.save(update_fields=["misses", "first_missed_at", "last_seen_at", "next_check_at"])
    if after.ended_at is not None:
        _end(row, Ending.REMOVED, after.ended_at, at=at, watch_until=after.next_check_at)
    return row


@transaction.atomic
def note_look_back(
    *, removal: Removal, seen: Seen, planned_at: datetime | None, at: datetime, trace: Trace | None = None
) -> Removal | None:
    """One look at an address that was gone. Seen again, a clock without a notice begins, where ``trace`` says."""
    row = _locked(removal)
    if row.ended_at is None or row.next_check_at is None:
        return None
    if find_running(row.case) is not None or seen == Seen.THERE:
        row.next_check_at = None
    else:
        late = rules.is_late(_clock_of(row, planned_at), at=at)
        row.next_check_at = rules.next_look_after_removal(row.ended_at, at=at, late=late)
    row.save(update_fields=["next_check_at"])
    if seen != Seen.THERE or find_running(row.case) is not None:
        return None
    _note(row, Event.ADDRESS_CAME_BACK, {"gone_since": row.ended_at.isoformat()}, at=at)
    return _begin(row.case, None, trace or row.trace, at=at)


@transaction.atomic
def note_moved(*, removal: Removal, trace: Trace, at: datetime) -> Removal:
    """The address lies at another host by a new trace: this clock ends, and one without a notice begins there."""
    row = _locked(removal)
    if row.ended_at is None:
        _end(row, Ending.MOVED, at, at=at)
        return _begin(row.case, None, trace, at=at)
    return find_running(row.case) or row


@transaction.atomic
def stop(*, removal: Removal, why: str, at: datetime, actor: str = SYSTEM) -> Removal:
    """Watch an address no longer, because its case was closed in another way."""
    row = _locked(removal)
    if row.ended_at is None:
        _end(row, Ending.STOPPED, at, at=at, actor=actor, why=why[:200])
    elif row.next_check_at is not None:
        row.next_check_at = None
        row.save(update_fields=["next_check_at"])
    return row


def find_running(case: AddressCase) -> Removal | None:
    """The clock that runs for this address, if one does."""
    return Removal.objects.select_related("trace", "notice").filter(case=case, ended_at=None).first()


def host_of(trace: Trace | None) -> Host:
    """Where a trace says that an address lies, as far as that is settled."""
    if trace is None or not (trace.agreed or trace.overridden_by_id):
        return Host()
    return Host(trace.country, trace.asn)


def _begin(case: AddressCase, notice: Notice | None, trace: Trace | None, *, at: datetime) -> Removal:
    for watched in Removal.objects.filter(
        case=case, next_check_at__isnull=False
    ):  # the running clock looks now
        watched.next_check_at = None
        watched.save(update_fields=["next_check_at"])
    row = Removal(case=case, notice=notice, began_at=at)
    _place(row, trace)
    row.next_check_at = rules.next_look(_clock_of(row, None), at=at)
    row.save()
    _note(row, Event.REMOVAL_BEGAN, _told(row), at=at)
    return row


def _take_over(row: Removal, notice: Notice, trace: Trace | None, *, at: datetime) -> Removal:
    row.notice, row.began_at = notice, at
    if trace is not None:
        _place(row, trace)
    row.next_check_at = rules.next_look(_clock_of(row, None), at=at)
    row.save()
    _note(row, Event.REMOVAL_BEGAN, _told(row), at=at)
    return row


def _place(row: Removal, trace: Trace | None) -> None:
    row.trace = trace
    row.country = trace.country if trace else ""
    row.host = (trace.network or (f"AS{trace.asn}" if trace.asn else "")) if trace else ""


def _end(
    row: Removal,
    ending: Removal.Ending,
    ended_at: datetime,
    *,
    at: datetime,
    actor: str = SYSTEM,
    watch_until: datetime | None = None,
    **more: str,
) -> None:
    row.ended_at, row.ending, row.next_check_at = ended_at, ending, watch_until
    row.save(update_fields=["ended_at", "ending", "next_check_at"])
    details = {"ending": ending.value, "ended_at": ended_at.isoformat(), **more}
    _note(row, Event.REMOVAL_ENDED, details, at=at, actor=actor)


def _told(row: Removal) -> dict[str, str]:
    return {"notice": str(row.notice.code) if row.notice else "", "country": row.country}


def _locked(removal: Removal) -> Removal:
    rows = Removal.objects.select_for_update(of=("self",)).select_related("case__address", "trace", "notice")
    return rows.get(pk=removal.pk)


def _clock_of(row: Removal, planned_at: datetime | None) -> Clock:
    return Clock(row.began_at, planned_at, row.misses, row.first_missed_at, row.last_seen_at, row.ended_at)


def _note(
    row: Removal, event: Event, details: Mapping[str, Any], *, at: datetime, actor: str = SYSTEM
) -> None:
    record(actor=actor, at=at, event=event, subject=row.case.subject, details=details)
