"""Pure decisions of the desk: who must read again, who agreed, how much a person has seen."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

IDLE = timedelta(minutes=2)  # a picture left standing longer counts this much, not the whole absence

Facts = Mapping[str, str]


def sampled(case_code: str, *, percent: int, key: bytes, purpose: str) -> bool:
    """Say whether a case is in a random sample of ``percent``.

    Keyed by the site's secret, so that no reader can tell beforehand which of her cases is read again.
    """
    digest = hmac.new(key, f"{purpose}:{case_code}".encode(), hashlib.sha256).digest()
    return int.from_bytes(digest[:4], "big") * 100 < percent * 2**32


@dataclass(frozen=True)
class Decision:
    """What a set of facts amounts to in the deciding jurisdiction; two readers agree when theirs are equal."""

    outcome: str
    grade: str
    discount_reason: str


def with_second_opinion(facts: Facts) -> dict[str, str]:
    """Facts after a second reader, too, was unsure of the age: this may end as "age in question"."""
    return {**facts, "second_opinion": "still_unsure"}


def both_unsure(one: Facts, other: Facts) -> bool:
    """Whether two readers independently could not tell if a child is shown."""
    return one.get("child") == "unsure" and other.get("child") == "unsure"


@dataclass(frozen=True)
class Exposure:
    """How long a person has been looking: today, and since her last break."""

    today: timedelta
    since_break: timedelta
    break_until: datetime | None

    @property
    def minutes_today(self) -> int:
        return int(self.today.total_seconds() // 60)


def exposure(
    events: Sequence[datetime], *, now: datetime, break_after: timedelta, break_length: timedelta
) -> Exposure:
    """Add up the time between a person's displays and answers of one day, oldest first.

    A gap counts at most :data:`IDLE`. A gap of ``break_length`` is a break and starts the count anew; once
    ``break_after`` is reached, the next display waits until such a gap has passed.
    """
    today = since_break = timedelta()
    for earlier, later in zip(events, [*events, now][1:], strict=True):
        gap = later - earlier
        if gap >= break_length:
            today += min(gap, IDLE)
            since_break = timedelta()
            continue
        today += min(gap, IDLE)
        since_break += min(gap, IDLE)
    due = bool(events) and since_break >= break_after
    return Exposure(today, since_break, events[-1] + break_length if due else None)


def working_hours_over(local_now: datetime, *, last_hour: int) -> bool:
    """Whether the day's last hour of looking has passed; 24 means that there is none."""
    return last_hour < 24 and local_now.hour >= last_hour
