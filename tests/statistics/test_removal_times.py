"""Times to removal: Kaplan and Meier's estimate, with what still runs counted as longer than it ran."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openhotline_server.statistics.removal_times import Spell, times_of

# A worked example of every textbook on the estimate: Freireich et al., Blood 21 (1963), 699. R's
# survfit(conf.type = "log-log") gives the medians and intervals below.
TREATED_GONE = (6, 6, 6, 7, 10, 13, 16, 22, 23)
TREATED_RUNNING = (6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35)
OTHERS_GONE = (1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23)


def spells(gone: tuple[int, ...], running: tuple[int, ...] = ()) -> list[Spell]:
    return [Spell(m, True, 1) for m in gone] + [Spell(m, False, 1) for m in running]


def slow_survival(found: list[Spell], minute: int) -> Fraction:
    """The product-limit estimate, word for word."""
    left = Fraction(1)
    for time in sorted({s.minutes for s in found if s.gone and s.minutes <= minute}):
        at_risk = sum(s.clocks for s in found if s.minutes >= time)
        left *= 1 - Fraction(sum(s.clocks for s in found if s.gone and s.minutes == time), at_risk)
    return left


def test_the_textbook_example_comes_out() -> None:
    times = times_of(spells(TREATED_GONE, TREATED_RUNNING))
    assert (times.median, times.low, times.high) == (23, 13, None)
    assert (times.clocks, times.gone, times.fastest) == (21, 9, 6)


def test_where_all_are_gone_the_interval_has_two_ends() -> None:
    times = times_of(spells(OTHERS_GONE))
    assert (times.median, times.low, times.high) == (8, 4, 11)
    assert times.within == (1.0, 1.0)


def test_a_median_that_is_not_reached_is_none() -> None:
    times = times_of(spells((10,), (1000, 1000, 1000)))
    assert (times.median, times.high, times.fastest) == (None, None, 10)


def test_what_still_runs_makes_the_median_later() -> None:
    assert times_of(spells((10, 20, 30))).median == 20
    assert times_of(spells((10, 20, 30), (40, 40, 40))).median == 30


def test_leaving_out_what_still_runs_would_flatter() -> None:
    honest = times_of(spells((10, 20, 30), (5000,) * 7))
    assert honest.median is None
    assert honest.within == (pytest.approx(0.3), pytest.approx(0.3))


def test_nothing_gone_has_no_fastest_and_no_median() -> None:
    times = times_of(spells((), (90, 30)))
    assert (times.fastest, times.median, times.within) == (None, None, (0.0, None))


def test_no_clock_at_all_says_nothing() -> None:
    assert times_of([]).within == (None, None)


def test_a_share_is_not_said_beyond_the_last_clock() -> None:
    assert times_of(spells((10,), (70, 70))).within == (pytest.approx(1 / 3), None)


_spell = st.builds(Spell, st.integers(0, 200), st.booleans(), st.integers(1, 5))


@settings(max_examples=60, deadline=None)
@given(st.lists(_spell, min_size=1, max_size=20))
def test_the_median_is_that_of_the_slow_way(found: list[Spell]) -> None:
    times = times_of(found)
    halves = [s.minutes for s in found if s.gone and slow_survival(found, s.minutes) <= Fraction(1, 2)]
    assert times.median == min(halves, default=None)
    for minute, share in zip((60, 120), times.within, strict=True):
        if share is not None:
            assert share == pytest.approx(float(1 - slow_survival(found, minute)))


@settings(max_examples=30, deadline=None)
@given(st.lists(_spell, min_size=1, max_size=10))
def test_grouped_or_one_by_one_is_the_same(found: list[Spell]) -> None:
    single = [Spell(s.minutes, s.gone, 1) for s in found for _ in range(s.clocks)]
    assert times_of(found) == times_of(single)
