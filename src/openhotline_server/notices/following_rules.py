"""When an address is looked at again, when it is gone, and when it has moved. Plain values in and out, no clock.

A host's fault of an hour looks like a removal, and so does a fault of our own line. So "gone" needs ``MISSES`` looks
in a row without the address, at least ``SPACED`` apart, with none between them that saw it; the first of them is when
it went. An answer that cannot be told, or a look that could not run, is neither.

Looks count, not the hours between them: a clock that jumps forward brings at most one look early, and a look that comes
much later than planned (a jump, or a worker that stood still) begins the count anew. The numbers are this product's
own choice; no source prescribes them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

MISSES = 3
SPACED = timedelta(hours=3)
"""Between looks while it is missed: three misses take six hours at least."""

PLAN = (  # until this long after the beginning: this far apart
    (timedelta(hours=1), timedelta(minutes=15)),
    (timedelta(days=1), timedelta(hours=1)),
    (timedelta(days=7), timedelta(hours=6)),
)
LATER = timedelta(days=1)
AFTER_REMOVAL = (
    (timedelta(days=7), timedelta(days=1)),
    (timedelta(days=30), timedelta(days=3)),
    (timedelta(days=90), timedelta(days=7)),
)
FARTHEST = timedelta(days=7)
"""No look is ever planned farther ahead than this: one that is was planned by a clock that has been put back."""
LATE = timedelta(hours=1)
"""A look that comes this much later than planned says nothing about the hours before it."""

REMINDERS = (timedelta(days=1), timedelta(days=3))
ESCALATION = timedelta(days=7)


class Seen(StrEnum):
    """What one look said."""

    THERE = "there"
    MISSED = "missed"
    NEITHER = "neither"


@dataclass(frozen=True)
class Clock:
    """What is known of one clock. ``ended_at``: when it was first missed, once that is confirmed."""

    began_at: datetime
    next_check_at: datetime | None
    misses: int = 0
    first_missed_at: datetime | None = None
    last_seen_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True)
class Host:
    """Where an address lay by an agreed or overridden trace; empty and None where that is not known."""

    country: str = ""
    asn: int | None = None


def look(clock: Clock, seen: Seen, *, at: datetime) -> Clock:
    """The running clock after one look."""
    if seen == Seen.THERE:
        after = replace(clock, misses=0, first_missed_at=None, last_seen_at=at)
    elif seen == Seen.MISSED:
        after = _missed(clock, at=at)
    else:
        after = clock
    if after.ended_at is not None:
        return replace(after, next_check_at=next_look_after_removal(after.ended_at, at=at, late=False))
    return replace(after, next_check_at=next_look(after, at=at))


def _missed(clock: Clock, *, at: datetime) -> Clock:
    first = clock.first_missed_at
    if first is None or at < first:  # the first one, or the clock has been put back since
        return replace(clock, misses=1, first_missed_at=at)
    if _is_early(clock, at=at):
        return clock
    counted = 1 if is_late(clock, at=at) else clock.misses + 1
    after = replace(clock, misses=counted)
    if counted < MISSES or at - first < SPACED * (MISSES - 1):
        return after
    return replace(after, ended_at=max(first, clock.began_at))


def _is_early(clock: Clock, *, at: datetime) -> bool:
    return clock.next_check_at is not None and at < clock.next_check_at <= at + FARTHEST


def is_late(clock: Clock, *, at: datetime) -> bool:
    """Whether this look comes much later than planned, or was planned by a clock that ran ahead."""
    planned = clock.next_check_at
    return planned is None or at - planned > LATE or planned - at > FARTHEST


def next_look(clock: Clock, *, at: datetime) -> datetime:
    """When to look again at a running clock's address: close together first, then spaced."""
    if clock.misses:
        return at + SPACED
    return at + _step(PLAN, at - clock.began_at, LATER)


def next_look_after_removal(ended_at: datetime, *, at: datetime, late: bool) -> datetime | None:
    """When to look whether a removed address is back; None when that has been done long enough.

    A ``late`` look never ends it: the clock may have jumped.
    """
    age = at - ended_at
    if age >= AFTER_REMOVAL[-1][0] and not late:
        return None
    return at + _step(AFTER_REMOVAL, age, AFTER_REMOVAL[-1][1])


def _step(plan: tuple[tuple[timedelta, timedelta], ...], age: timedelta, later: timedelta) -> timedelta:
    return next((apart for until, apart in plan if age < until), later)


def has_moved(before: Host, now: Host) -> bool:
    """Whether the address lies elsewhere: another network or another country, both of them known."""
    other_network = None not in (before.asn, now.asn) and before.asn != now.asn
    other_country = bool(before.country and now.country) and before.country != now.country
    return other_network or other_country


def reminder_due_at(began_at: datetime, reminders: int) -> datetime:
    """When the next word to the host is due, after so many reminders."""
    if reminders < len(REMINDERS):
        return began_at + REMINDERS[reminders]
    return began_at + REMINDERS[-1] + ESCALATION * (reminders - len(REMINDERS) + 1)


def is_escalation(reminders: int) -> bool:
    """Whether the next word goes beyond the host: to its network, its registrar or the police."""
    return reminders >= len(REMINDERS)
