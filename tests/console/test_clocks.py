"""Deadlines in words: what is left, what is over, and when it is soon."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.conftest import NOON

from openhotline_server.console.clocks import clock, span


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=59), "0 min"),
        (timedelta(minutes=59), "59 min"),
        (timedelta(hours=1), "1 h"),
        (timedelta(hours=5, minutes=1), "5 h 1 min"),
        (timedelta(hours=6, minutes=30), "6 h"),
        (timedelta(days=2, hours=3), "2 d 3 h"),
        (timedelta(days=3, hours=5), "3 d"),
    ],
)
def test_a_length_of_time_in_its_largest_units(length: timedelta, words: str) -> None:
    assert span(length) == words


@pytest.mark.parametrize(
    ("left", "words", "tone"),
    [
        (timedelta(hours=5), "in 5 h", ""),
        (timedelta(hours=4), "in 4 h", "warn"),
        (timedelta(0), "in 0 min", "warn"),
        (timedelta(minutes=-90), "1 h 30 min over", "bad"),
    ],
)
def test_what_is_due_soon_or_over_is_marked_and_said(left: timedelta, words: str, tone: str) -> None:
    found = clock(NOON + left, now=NOON)
    assert (found.words, found.tone) == (words, tone)
