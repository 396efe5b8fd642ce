"""When a loading stops, and what is a flood."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhotline_server.lists.rules import FloodRule, Share, loses_too_much, too_many_bad

RULE = FloodRule(least_items=100, times_usual=5, least_percent=10)
counts = st.integers(0, 100_000)


@pytest.mark.parametrize(
    ("rows", "bad", "ended", "stops"),
    [
        (50, 1, True, True),
        (50, 1, False, False),
        (1000, 11, False, True),
        (1000, 10, False, False),
        (100, 1, True, False),
        (0, 0, True, False),
    ],
)
def test_one_per_cent_of_bad_rows_stops_a_loading(rows: int, bad: int, ended: bool, stops: bool) -> None:
    assert too_many_bad(rows=rows, bad=bad, percent=1.0, ended=ended) is stops


@given(counts)
def test_a_list_without_bad_rows_never_stops(rows: int) -> None:
    assert not too_many_bad(rows=rows, bad=0, percent=0.0, ended=True)


@pytest.mark.parametrize(
    ("before", "after", "stops"), [(200, 99, True), (200, 100, False), (99, 0, False), (100, 200, False)]
)
def test_half_of_a_list_may_go_at_once(before: int, after: int, stops: bool) -> None:
    assert loses_too_much(before=before, after=after, percent=50) is stops


@pytest.mark.parametrize(
    ("recent", "usual", "flood"),
    [
        (Share(11, 100), Share(0, 0), True),
        (Share(10, 100), Share(0, 0), False),
        (Share(99, 99), Share(0, 0), False),
        (Share(20, 100), Share(4, 100), False),
        (Share(21, 100), Share(4, 100), True),
        (Share(0, 0), Share(0, 0), False),
    ],
)
def test_a_flood_is_far_beyond_the_usual(recent: Share, usual: Share, flood: bool) -> None:
    assert RULE.is_flood(recent, usual=usual) is flood


def test_an_accepted_share_may_grow_by_half() -> None:
    accepted = FloodRule(100, 5, 10, accepted_percent=40.0)
    assert not accepted.is_flood(Share(60, 100), usual=Share(0, 0))
    assert accepted.is_flood(Share(61, 100), usual=Share(0, 0))


@given(counts, counts, counts, counts)
def test_the_usual_itself_is_never_a_flood(matched: int, more: int, other: int, rest: int) -> None:
    usual = Share(matched, matched + more + 1)
    assert not RULE.is_flood(usual, usual=usual)
    assert RULE.limit(usual) >= RULE.limit(Share(0, other + rest + 1))
