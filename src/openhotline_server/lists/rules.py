"""When a loading stops for a person, and when a list matches far more than usual. Plain values in and out."""

from __future__ import annotations

from dataclasses import dataclass

ROWS_FOR_A_JUDGEMENT = 1000
"""Fewer rows of a list that is still being read say nothing about the rest of it."""

ENTRIES_FOR_A_JUDGEMENT = 100
"""A list shorter than this may lose any share of its entries at once."""

ACCEPTED_MARGIN = 1.5
"""A share that a person found to be in order may grow by half before it is a flood again."""


def too_many_bad(*, rows: int, bad: int, percent: float, ended: bool) -> bool:
    """Whether so many bad rows among all ``rows`` stop a loading; before its end only once there are enough."""
    enough = ended or rows >= ROWS_FOR_A_JUDGEMENT
    return bad > 0 and enough and 100 * bad > percent * rows


def loses_too_much(*, before: int, after: int, percent: int) -> bool:
    """Whether a list that had ``before`` entries loses so many that a cut-off file is likelier than the truth."""
    return before >= ENTRIES_FOR_A_JUDGEMENT and 100 * (before - after) > percent * before


@dataclass(frozen=True)
class Share:
    """Items that were found on a list, of those that were looked for."""

    matched: int
    looked: int

    @property
    def percent(self) -> float:
        return 100 * self.matched / self.looked if self.looked else 0.0


@dataclass(frozen=True)
class FloodRule:
    """What is far beyond a list's usual. ``accepted_percent`` is the share a person found to be in order."""

    least_items: int
    times_usual: int
    least_percent: int
    accepted_percent: float = 0.0

    def limit(self, usual: Share) -> float:
        """The share in per cent above which the list is set aside."""
        return max(
            self.least_percent, self.times_usual * usual.percent, ACCEPTED_MARGIN * self.accepted_percent
        )

    def is_flood(self, recent: Share, *, usual: Share) -> bool:
        """Whether a list matches far more than usual. Too few items are never a flood."""
        return recent.looked >= self.least_items and recent.percent > self.limit(usual)
