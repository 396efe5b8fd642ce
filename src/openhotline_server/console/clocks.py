"""How long until something is due, in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

SOON = timedelta(hours=4)


@dataclass(frozen=True)
class Clock:
    """When something is due, against now: its words stand beside its time, so that no colour carries it alone."""

    due_at: datetime
    words: str
    tone: str


def clock(due_at: datetime, *, now: datetime) -> Clock:
    """How long until something is due, or since when it is."""
    left = due_at - now
    if left < timedelta():
        return Clock(due_at, f"{span(-left)} over", "bad")
    return Clock(due_at, f"in {span(left)}", "warn" if left <= SOON else "")


def span(length: timedelta) -> str:
    """A length of time in its two largest units that matter."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} min" if minutes and hours < 6 else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours and days < 3 else f"{days} d"
