"""Limits against floods. They cost a person nothing: what is beyond them goes to quarantine, and is never lost.

Counted in this process's memory only. Several web processes count each for itself, so that with N of them a network
may send up to N times as much before anything is set aside.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field

from openhotline_server.public.networks import SHARED

HOUR = 3600.0


@dataclass(frozen=True)
class Allowance:
    """So many at once, and so many more in an hour."""

    at_once: float
    an_hour: float


# Ours, and cautious: a school or an office behind one address must not meet them.
WORKED = Allowance(30, 60)
UNWORKED = Allowance(6, 12)  # without scripts, or with a program that does not do the work
UNWORKED_EVERYWHERE = Allowance(60, 120)  # many networks together, as a botnet has them
GUESSES = Allowance(10, 30)
MANY_PEOPLE = 20  # how many times as much where people cannot be told apart
LEAST_SECONDS = 4.0
"""Nobody reads and fills the form in less. Only counted where no work was done."""


@dataclass
class Buckets:
    """Token buckets by name, the most recently used; ``now`` is monotonic, in seconds."""

    allowance: Allowance
    most: int = 50_000
    _levels: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def left(self, name: str, *, now: float) -> float:
        """How many are left, without taking one."""
        scale = MANY_PEOPLE if name == SHARED else 1
        full = self.allowance.at_once * scale
        level, since = self._levels.get(name, (full, now))
        return min(full, level + max(0.0, now - since) * self.allowance.an_hour * scale / HOUR)

    def take(self, name: str, *, now: float) -> bool:
        """Take one; False if none was left."""
        with self._lock:
            left = self.left(name, now=now)
            self._levels[name] = (max(0.0, left - 1), now)
            self._levels.move_to_end(name)
            while len(self._levels) > self.most:
                self._levels.popitem(last=False)
        return left >= 1


@dataclass
class Flood:
    """What this process remembers: how much came from which network, and which tickets were used."""

    worked: Buckets = field(default_factory=lambda: Buckets(WORKED))
    unworked: Buckets = field(default_factory=lambda: Buckets(UNWORKED))
    everywhere: Buckets = field(default_factory=lambda: Buckets(UNWORKED_EVERYWHERE))
    guesses: Buckets = field(default_factory=lambda: Buckets(GUESSES))
    used: OrderedDict[str, None] = field(default_factory=OrderedDict)

    def is_flood(self, *, network: str, nonce: str, worked: bool, age: float, now: float) -> bool:
        """Whether a report belongs into quarantine. Work counts once: a ticket used again has none."""
        if worked and self._first_use(nonce):
            return not self.worked.take(network, now=now)
        in_limits = self.unworked.take(network, now=now) and self.everywhere.take("all", now=now)
        return not in_limits or age < LEAST_SECONDS

    def _first_use(self, nonce: str) -> bool:
        with self.worked._lock:
            fresh = nonce not in self.used
            self.used[nonce] = None
            while len(self.used) > self.worked.most:
                self.used.popitem(last=False)
        return fresh


FLOOD = Flood()
