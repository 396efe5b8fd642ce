"""Gone is said after looks that repeat, spaced in time; and no jump of a clock says it for them."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import NOON

from openhotline_server.notices.following_rules import (
    FARTHEST,
    LATE,
    MISSES,
    REMINDERS,
    SPACED,
    Clock,
    Host,
    Seen,
    has_moved,
    is_escalation,
    look,
    next_look,
    next_look_after_removal,
    reminder_due_at,
)

HOUR = timedelta(hours=1)
LOOKS = st.lists(st.sampled_from(Seen), max_size=40)


def begun(at: datetime = NOON) -> Clock:
    clock = Clock(began_at=at, next_check_at=None)
    return Clock(began_at=at, next_check_at=next_look(clock, at=at))


def by_plan(looks: list[Seen], clock: Clock | None = None) -> list[tuple[datetime, Seen, Clock]]:
    """Every look made exactly when it is planned, until the clock ends."""
    clock, told = clock or begun(), []
    for seen in looks:
        at = clock.next_check_at
        assert at is not None
        clock = look(clock, seen, at=at)
        told.append((at, seen, clock))
        if clock.ended_at is not None:
            break
    return told


def slowly(looks: list[tuple[datetime, Seen]]) -> datetime | None:
    """The slow, obvious rule: the first of three misses in a row, over six hours, with nothing seen between them."""
    row: list[datetime] = []
    for at, seen in looks:
        if seen == Seen.THERE:
            row = []
        if seen == Seen.MISSED:
            row.append(at)
            if len(row) >= MISSES and at - row[0] >= SPACED * (MISSES - 1):
                return row[0]
    return None


def test_three_misses_over_six_hours_and_it_went_at_the_first() -> None:
    told = by_plan([Seen.THERE, Seen.MISSED, Seen.MISSED, Seen.MISSED])
    first, last = told[1][0], told[3]
    assert last[2].ended_at == first
    assert last[0] - first == timedelta(hours=6)
    assert all(step[2].ended_at is None for step in told[:3])


def test_seen_once_in_between_begins_anew() -> None:
    clock = by_plan([Seen.MISSED, Seen.MISSED, Seen.THERE, Seen.MISSED, Seen.MISSED])[-1][2]
    assert (clock.misses, clock.ended_at) == (2, None)


@given(LOOKS)
def test_by_plan_the_rule_is_the_slow_rule(looks: list[Seen]) -> None:
    told = by_plan(looks)
    ended = told[-1][2].ended_at if told else None
    assert ended == slowly([(at, seen) for at, seen, _ in told])


@given(st.lists(st.sampled_from([Seen.THERE, Seen.NEITHER]), max_size=40))
def test_looks_that_could_not_tell_never_end_a_clock(looks: list[Seen]) -> None:
    assert all(clock.ended_at is None and clock.misses == 0 for _, _, clock in by_plan(looks))


@given(LOOKS, st.lists(st.integers(-400, 400), max_size=40))
def test_whatever_the_clock_does_it_ends_only_after_enough_misses_with_nothing_seen_between(
    looks: list[Seen], jumps: list[int]
) -> None:
    clock, offset, misses = begun(), timedelta(0), 0
    for number, seen in enumerate(looks):
        offset += HOUR * (jumps[number] if number < len(jumps) else 0)
        at = (clock.next_check_at or NOON) + offset
        clock = look(clock, seen, at=at)
        misses = 0 if seen == Seen.THERE else misses + (seen == Seen.MISSED)
        assert clock.next_check_at is None or clock.next_check_at - at <= FARTHEST
        if clock.ended_at is not None:
            assert misses >= MISSES and clock.ended_at >= clock.began_at
            return


@given(st.integers(2, 10_000), st.integers(0, 2))
def test_one_jump_forward_leaves_six_real_hours_and_one_too_small_to_notice_three(
    hours: int, before: int
) -> None:
    """Real time runs beside the clock; the jump comes right after one of the misses."""
    clock, real, offset, missed = begun(), NOON, timedelta(0), []
    for number in range(12):
        planned = clock.next_check_at
        assert planned is not None
        real = max(real, planned - offset)  # the worker looks as soon as its clock says so
        clock = look(clock, Seen.MISSED, at=real + offset)
        missed.append(real)
        if clock.ended_at is not None:
            break
        if number == before:
            offset = HOUR * hours
    assert clock.ended_at is not None
    noticed = HOUR * hours > SPACED + LATE
    assert missed[-1] - missed[0] >= SPACED * (MISSES - 1 if noticed else MISSES - 2)


def test_a_clock_put_back_after_the_first_miss_begins_the_count_anew() -> None:
    ahead = look(begun(), Seen.MISSED, at=NOON + timedelta(days=300))
    back = look(ahead, Seen.MISSED, at=NOON + HOUR)
    assert (back.misses, back.first_missed_at, back.ended_at) == (1, NOON + HOUR, None)


def test_a_look_before_its_time_counts_nothing() -> None:
    once = look(begun(), Seen.MISSED, at=NOON + HOUR)
    again = look(once, Seen.MISSED, at=NOON + HOUR + timedelta(minutes=1))
    assert again.misses == 1


def test_looks_are_close_together_first_and_spaced_later() -> None:
    steps = [
        next_look(begun(), at=NOON + age) - (NOON + age)
        for age in (timedelta(0), 2 * HOUR, timedelta(days=2), timedelta(days=30))
    ]
    assert steps == sorted(steps) and steps[0] == timedelta(minutes=15) and steps[-1] == timedelta(days=1)


def test_a_removed_address_is_looked_at_for_three_months() -> None:
    at, count = NOON, 0
    while (following := next_look_after_removal(NOON, at=at, late=False)) is not None:
        at, count = following, count + 1
    assert timedelta(days=90) <= at - NOON <= timedelta(days=97)
    assert count > 15


def test_a_jump_does_not_end_the_looking_for_what_may_come_back() -> None:
    assert next_look_after_removal(NOON, at=NOON + timedelta(days=900), late=True) is not None


def test_another_network_or_country_is_another_host_and_what_is_unknown_is_none() -> None:
    here = Host("NL", 64500)
    assert has_moved(here, Host("NL", 64501))
    assert has_moved(here, Host("DE", 64500))
    assert not has_moved(here, here)
    for unknown in (Host(), Host("", 64500), Host("NL", None)):
        assert not has_moved(here, unknown)
        assert not has_moved(unknown, here)


@given(st.integers(0, 50))
def test_each_word_to_the_host_is_due_later_than_the_one_before(reminders: int) -> None:
    assert reminder_due_at(NOON, reminders) < reminder_due_at(NOON, reminders + 1)
    assert is_escalation(reminders) == (reminders >= len(REMINDERS))
