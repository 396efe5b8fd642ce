"""Which lines of a feed stand in which MISP event.

Every line that publishes something has objects of its own, for ever in the event of its day. A later line on the
same thing (another grade, a withdrawal) deletes them there: an instance of MISP takes a deletion from a feed when
the object and its attributes come with ``deleted`` and with newer timestamps, and it fetches an event again when the
manifest's timestamp of it has grown (MISP, ``Feed.php`` and ``MispObject.php``, version 2.4). Changing a tag instead
would leave the old one in place, so a line is never edited.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import NamedTuple
from uuid import UUID, uuid5

LARGEST_EVENT = 500
"""Things. About 3,500 attributes; MISP's pages and its import slow down above some ten thousand."""


class Step(NamedTuple):
    """A line of a feed, without what it says."""

    sequence: int
    reference: str
    withdrawn: bool
    at: datetime


@dataclass(slots=True)
class EventPlan:
    """One event: its first and last line, how many it has, and when it last changed (seconds since 1970)."""

    uuid: UUID
    day: date
    part: int
    first: int
    last: int
    things: int
    timestamp: int


def plan(feed: UUID, steps: Iterable[Step]) -> list[EventPlan]:
    """Sort a feed's lines, in their order, into events. Walks over all of them; holds one number for each thing."""
    events: list[EventPlan] = []
    standing: dict[str, int] = {}
    for step in steps:
        seconds = int(step.at.timestamp())
        if step.reference in standing:
            before = events[standing.pop(step.reference)]
            before.timestamp = max(before.timestamp + 1, seconds)
        if not step.withdrawn:
            _place(events, feed, step, seconds)
            standing[step.reference] = len(events) - 1
    return events


def _place(events: list[EventPlan], feed: UUID, step: Step, seconds: int) -> None:
    day = step.at.astimezone(UTC).date()
    last = events[-1] if events else None
    if last is None or last.day != day or last.things == LARGEST_EVENT:
        part = last.part + 1 if last and last.day == day else 1
        code = uuid5(feed, f"misp-event/{day.isoformat()}/{part}")
        events.append(EventPlan(code, day, part, step.sequence, step.sequence, 0, seconds))
        last = events[-1]
    last.last, last.things, last.timestamp = step.sequence, last.things + 1, max(last.timestamp, seconds)
