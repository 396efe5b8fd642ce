"""How long it takes until an address is gone, with those that are not gone counted honestly.

1. A clock that ended with a removal tells a time.
2. One that still runs tells only that the time is longer than what has passed: it is censored on the right.
3. Kaplan and Meier's estimate (1958) uses both. The median is where it falls to one half; its interval holds the
   times at which the estimate's 95 % band, of the kind log-log, contains one half (Brookmeyer and Crowley, 1982).

The estimate is SciPy's (``scipy.stats.ecdf``).
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CONFIDENCE = 0.95
WITHIN = (60, 120)  # minutes; the two limits of the published removal tables

_NOTHING = 1e-12  # what arithmetic leaves of a zero


@dataclass(frozen=True)
class Spell:
    """``clocks`` clocks that ran so many whole minutes; ``gone`` says whether they ended with a removal."""

    minutes: int
    gone: bool
    clocks: int


@dataclass(frozen=True)
class Times:
    """What the clocks of one place say, in minutes. None: not reached, or nothing ran.

    ``within`` are the estimated shares that are gone after 60 and 120 minutes, from 0 to 1; None where the clocks
    do not reach so far.
    """

    clocks: int
    gone: int
    fastest: int | None
    median: int | None
    low: int | None
    high: int | None
    within: tuple[float | None, ...]


def times_of(spells: Sequence[Spell]) -> Times:
    """Estimate from grouped clocks; grouped or one by one gives the same."""
    clocks, gone = sum(s.clocks for s in spells), sum(s.clocks for s in spells if s.gone)
    if not gone:
        return Times(clocks, 0, None, None, None, None, _none_gone(spells))
    survival, low, high = _estimate(spells)
    return Times(
        clocks,
        gone,
        min(s.minutes for s in spells if s.gone),
        _falls_to_half(survival.quantiles, survival.probabilities),
        _falls_to_half(survival.quantiles, low),
        _falls_to_half(survival.quantiles, high),
        tuple(_gone_by(minutes, survival, spells) for minutes in WITHIN),
    )


def _estimate(spells: Sequence[Spell]) -> tuple[Any, NDArray[np.float64], NDArray[np.float64]]:
    """The survival function and the two edges of its band."""
    import numpy as np
    from scipy.stats import CensoredData, ecdf

    def minutes(*, gone: bool) -> NDArray[np.int64]:
        chosen = [s for s in spells if s.gone is gone]
        repeats = np.array([s.clocks for s in chosen], np.int64)
        return np.repeat(np.array([s.minutes for s in chosen], np.int64), repeats)

    survival = ecdf(CensoredData(uncensored=minutes(gone=True), right=minutes(gone=False))).sf
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        # Where nothing or everything is gone the band has no width by this formula, and SciPy says so.
        warnings.simplefilter("ignore", RuntimeWarning)
        band = survival.confidence_interval(confidence_level=CONFIDENCE, method="log-log")
    # Where all are gone the lower edge, which is never above the estimate, is zero; the upper one stays undefined.
    low = np.where(survival.probabilities < _NOTHING, 0.0, band.low.probabilities)
    return survival, low, band.high.probabilities


def _falls_to_half(minutes: NDArray[np.float64], shares: NDArray[np.float64]) -> int | None:
    """The first time at which the function is one half or less; an undefined value is not."""
    for minute, share in zip(minutes, shares, strict=True):
        if share <= 0.5 + _NOTHING:
            return int(minute)
    return None


def _gone_by(minutes: int, survival: Any, spells: Sequence[Spell]) -> float | None:
    known = survival.probabilities[-1] < _NOTHING or any(s.minutes >= minutes for s in spells)
    return 1.0 - float(survival.evaluate(minutes)) if known else None


def _none_gone(spells: Sequence[Spell]) -> tuple[float | None, ...]:
    longest = max((s.minutes for s in spells), default=-1)
    return tuple(0.0 if longest >= minutes else None for minutes in WITHIN)
