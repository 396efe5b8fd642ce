"""How much each caller asked, by the minute and by the day (UTC). One process counts, so a lock is enough."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from openhotline.exchange.gate.keys import Caller


@dataclass(frozen=True, slots=True)
class TooMuch:
    """Which limit stands in the way, and in how many seconds it no longer does."""

    limit: str
    seconds: int


class Use:
    """What was asked lately. ``start`` gives what a day's log holds already, so that a restart forgets nothing."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._minutes: dict[str, tuple[datetime, int]] = {}
        self._days: dict[str, tuple[date, int]] = {}
        self._refused: dict[str, tuple[datetime, int]] = {}

    def start(self, name: str, day: date, asked: int) -> None:
        """Note what a caller asked before this process began."""
        self._days[name] = (day, asked)

    def take(self, caller: Caller, questions: int, at: datetime) -> TooMuch | None:
        """Count questions, or none of them where a limit would be passed."""
        minute, day = at.replace(second=0, microsecond=0), at.date()
        with self._lock:
            this_minute = _count(self._minutes.get(caller.name), minute) + questions
            today = _count(self._days.get(caller.name), day) + questions
            if today > caller.per_day:
                midnight = datetime.combine(day + timedelta(days=1), datetime.min.time(), at.tzinfo)
                return TooMuch(f"{caller.per_day:,} a day", int((midnight - at).total_seconds()) + 1)
            if this_minute > caller.per_minute:
                return TooMuch(f"{caller.per_minute:,} a minute", 60 - at.second)
            self._minutes[caller.name] = (minute, this_minute)
            self._days[caller.name] = (day, today)
        return None

    def refuse(self, name: str, at: datetime) -> int:
        """Count a refused question; return how many to write down: 0, or with the first of a minute all untold ones."""
        minute = at.replace(second=0, microsecond=0)
        with self._lock:
            since, untold = self._refused.get(name, (None, 0))
            self._refused[name] = (minute, untold + 1 if since == minute else 0)
            return 0 if since == minute else untold + 1

    def untold(self) -> dict[str, int]:
        """Return the refused questions of each caller that were not written down, and forget them."""
        with self._lock:
            found = {name: count for name, (_, count) in self._refused.items() if count}
            self._refused.clear()
        return found


def _count(held: tuple[date, int] | None, now: date) -> int:
    return held[1] if held and held[0] == now else 0
