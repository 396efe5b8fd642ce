"""Waits grow to an hour; a day without the mail server gives nothing up; a person's word begins a new round."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from openhotline_server.notices.outbox_rules import (
    LEASE,
    LONGEST_WAIT,
    TRIES_A_ROUND,
    is_given_up,
    next_round,
    wait_after,
)
from openhotline_server.notices.smtp import Limits


def test_a_round_takes_three_days_at_least() -> None:
    assert sum((wait_after(t) for t in range(1, TRIES_A_ROUND)), timedelta(0)) >= timedelta(days=3)
    assert [t for t in range(1, 200) if is_given_up(t)] == [TRIES_A_ROUND, 2 * TRIES_A_ROUND]


@given(st.integers(1, TRIES_A_ROUND - 2))
def test_waits_never_shrink_within_a_round_and_end_at_an_hour(tries: int) -> None:
    assert wait_after(tries) <= wait_after(tries + 1) <= LONGEST_WAIT


@given(st.integers(0, 30_000))
def test_a_new_round_begins_at_its_beginning_and_never_with_an_old_number(tries: int) -> None:
    begins = next_round(tries + 1)
    assert begins > tries
    assert wait_after(begins + 1) == wait_after(1)
    assert not is_given_up(begins + 1)


def test_nobody_else_takes_a_letter_while_a_dialogue_may_still_run() -> None:
    assert timedelta(seconds=2 * Limits().whole_s) < LEASE
