"""An address is followed until it is gone, to another host, and back when it returns; no fault ends its clock."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.conftest import NOON
from tests.notices.outbox_cast import a_notice, a_trace, an_address_case
from tests.pipeline.following_cast import Turned, World

from openhotline.errors import WorkerFailed
from openhotline.trace.asking import FAILED, GONE, ONLINE, UNCLEAR
from openhotline_server.accounts.models import User
from openhotline_server.ledger import queries as ledger
from openhotline_server.ledger.events import Event
from openhotline_server.notices.models import Removal
from openhotline_server.notices.removal_queries import list_looks_due, list_reminders_due
from openhotline_server.notices.removals import begin
from openhotline_server.pipeline import following
from openhotline_server.pipeline.background import is_waiting
from openhotline_server.pipeline.following import follow_due
from openhotline_server.pipeline.outbox_health import outbox_health
from openhotline_server.triage.models import AddressCase

pytestmark = pytest.mark.django_db
State = AddressCase.State
Ending = Removal.Ending


@pytest.fixture
def clock() -> Turned:
    return Turned(NOON)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def case(db: None) -> AddressCase:
    """A watched address whose notice left at noon."""
    watched = an_address_case(State.WATCHED)
    begin(case=watched, notice=a_notice(watched), trace=a_trace(watched), at=NOON)
    return watched


def pass_by(clock: Turned, world: World, **time: float) -> None:
    """Let time go by, looking every five minutes as the worker does."""
    ends = clock.at + timedelta(**time)
    while clock.at < ends:
        clock.turn(minutes=5)
        follow_due(clock=clock, asking=world)


def clocks(case: AddressCase) -> list[Removal]:
    return list(Removal.objects.filter(case=case).order_by("pk"))


def state(case: AddressCase) -> str:
    return AddressCase.objects.get(pk=case.pk).state


def test_gone_for_six_hours_is_removed_at_the_first_miss(
    case: AddressCase, clock: Turned, world: World
) -> None:
    pass_by(clock, world, hours=2)
    gone_at, world.outcome = clock.at, GONE
    pass_by(clock, world, hours=8)
    (only,) = clocks(case)
    assert only.ending == Ending.REMOVED
    assert only.ended_at is not None and only.last_seen_at is not None
    assert gone_at < only.ended_at <= gone_at + timedelta(hours=1, minutes=5)
    assert only.last_seen_at < only.ended_at
    assert state(case) == State.REMOVED
    assert ledger.search(event=Event.REMOVAL_ENDED, subject=case.subject).count() == 1


def test_a_fault_of_some_hours_is_no_removal(case: AddressCase, clock: Turned, world: World) -> None:
    for outcome in (GONE, ONLINE, GONE, ONLINE):
        world.outcome = outcome
        pass_by(clock, world, hours=5)
    (only,) = clocks(case)
    assert (only.ended_at, only.misses, state(case)) == (None, 0, State.WATCHED)


@pytest.mark.parametrize("outcome", [FAILED, UNCLEAR])
def test_looks_that_tell_nothing_end_nothing_and_are_told_of(
    case: AddressCase, clock: Turned, world: World, outcome: str
) -> None:
    world.outcome = outcome
    pass_by(clock, world, days=3)
    (only,) = clocks(case)
    assert (only.ended_at, only.misses) == (None, 0)
    assert any("no look could tell" in words for words in outbox_health(clock.at))


@pytest.mark.parametrize("breaks", [WorkerFailed("it never answered"), ValueError("rubbish")])
def test_a_look_that_breaks_keeps_no_other_address_from_being_looked_at(
    case: AddressCase, clock: Turned, world: World, breaks: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = an_address_case(State.WATCHED)
    begin(case=other, notice=a_notice(other), trace=a_trace(other), at=NOON)
    honest = following.check_now

    def check(**named: object) -> object:
        if named["address"] == case.address:
            raise breaks
        return honest(**named)  # type: ignore[arg-type]

    monkeypatch.setattr(following, "check_now", check)
    clock.turn(hours=1)
    done = follow_due(clock=clock, asking=world)
    assert (done.looked, done.failed) == (2, 1)
    assert clocks(other)[0].last_seen_at == clock.at
    assert clocks(case)[0].ended_at is None
    assert list(list_looks_due(at=clock.at + timedelta(minutes=15)))  # it is tried again


def test_two_workers_look_once(case: AddressCase, clock: Turned, world: World) -> None:
    clock.turn(hours=1)
    due = list(list_looks_due(at=clock.at))
    assert follow_due(clock=clock, asking=world).looked == 1
    assert follow_due(clock=clock, asking=world).looked == 0
    assert (len(due), world.looks) == (1, 1)


def test_another_host_is_a_new_clock_and_a_new_notice(case: AddressCase, clock: Turned, world: World) -> None:
    pass_by(clock, world, hours=1)
    world.ip, world.asn, world.country = "192.0.2.99", 64501, "DE"
    pass_by(clock, world, hours=2)
    first, second = clocks(case)
    assert (first.ending, first.next_check_at) == (Ending.MOVED, None)
    assert (second.country, second.host, second.notice) == ("DE", "Example Hosting 64501", None)
    assert second.began_at == first.ended_at
    assert state(case) == State.TO_TELL
    clock.turn(minutes=1)
    told = begin(case=case, notice=a_notice(case), trace=second.trace, at=clock.at)
    assert (told.pk, told.began_at) == (second.pk, clock.at)


def test_another_address_of_the_same_host_is_no_move(case: AddressCase, clock: Turned, world: World) -> None:
    world.ip = "192.0.2.11"
    pass_by(clock, world, hours=2)
    assert len(clocks(case)) == 1
    assert world.traces > 0


def test_a_trace_on_which_the_sources_do_not_agree_moves_nothing(
    case: AddressCase, clock: Turned, world: World
) -> None:
    world.ip, world.asn, world.country, world.agreeing = "192.0.2.99", 64501, "DE", 1
    pass_by(clock, world, hours=2)
    assert len(clocks(case)) == 1


def test_a_move_behind_the_same_answer_is_found_by_the_trace_that_is_made_anew(
    case: AddressCase, clock: Turned, world: World
) -> None:
    world.asn = 64501
    pass_by(clock, world, days=3)
    assert [c.ending for c in clocks(case)] == [Ending.MOVED, ""]


def test_what_comes_back_is_told_again(case: AddressCase, clock: Turned, world: World) -> None:
    world.outcome = GONE
    pass_by(clock, world, hours=8)
    assert state(case) == State.REMOVED
    world.outcome = ONLINE
    pass_by(clock, world, days=2)
    first, second = clocks(case)
    assert (first.ending, second.ended_at, second.notice) == (Ending.REMOVED, None, None)
    assert state(case) == State.TO_TELL
    assert ledger.search(event=Event.ADDRESS_CAME_BACK, subject=case.subject).count() == 1
    assert first.next_check_at is None


def test_what_stays_away_is_looked_at_for_three_months_and_then_left(
    case: AddressCase, clock: Turned, world: World
) -> None:
    world.outcome = GONE
    pass_by(clock, world, hours=8)
    looks = world.looks
    while list(Removal.objects.exclude(next_check_at=None)):
        clock.turn(hours=12)
        follow_due(clock=clock, asking=world)
        assert clock.at < NOON + timedelta(days=200)
    assert clock.at > NOON + timedelta(days=90)
    assert world.looks - looks > 15


def test_a_clock_that_jumps_a_year_forward_ends_nothing_at_once(
    case: AddressCase, clock: Turned, world: World
) -> None:
    world.outcome = GONE
    pass_by(clock, world, minutes=20)
    missed_at = clocks(case)[0].first_missed_at
    clock.turn(days=365)
    pass_by(clock, world, hours=5)
    assert clocks(case)[0].ended_at is None
    pass_by(clock, world, hours=3)
    assert clocks(case)[0].ended_at == missed_at


def test_a_clock_that_is_put_back_a_year_goes_on_looking(
    case: AddressCase, clock: Turned, world: World
) -> None:
    clock.turn(days=-365)
    follow_due(clock=clock, asking=world)
    assert world.looks == 1
    world.outcome = GONE
    pass_by(clock, world, hours=8)
    (only,) = clocks(case)
    assert only.ended_at is not None and only.ended_at >= only.began_at


def test_a_case_that_was_closed_otherwise_is_watched_no_longer(
    case: AddressCase, clock: Turned, world: World
) -> None:
    AddressCase.objects.filter(pk=case.pk).update(state=State.NOT_ILLEGAL)
    clock.turn(hours=1)
    follow_due(clock=clock, asking=world)
    assert (clocks(case)[0].ending, world.looks) == (Ending.STOPPED, 0)


def test_a_host_that_lets_a_day_pass_is_reminded_and_then_passed_over(
    case: AddressCase, clock: Turned, world: World
) -> None:
    pass_by(clock, world, hours=12)
    assert not list_reminders_due(at=clock.at)
    pass_by(clock, world, hours=14)
    (due,) = list_reminders_due(at=clock.at)
    assert not due.escalation
    begin(case=case, notice=a_notice(case), trace=None, at=clock.at)
    assert not list_reminders_due(at=clock.at)
    begin(case=case, notice=a_notice(case), trace=None, at=clock.at)
    (due,) = list_reminders_due(at=NOON + timedelta(days=11))
    assert due.escalation
    assert clocks(case)[0].reminders == 2


def test_beginning_twice_is_once(case: AddressCase) -> None:
    (only,) = clocks(case)
    assert only.notice is not None
    begin(case=case, notice=only.notice, trace=only.trace, at=NOON + timedelta(hours=1))
    assert clocks(case) == [only]
    assert clocks(case)[0].reminders == 0


def test_looks_that_nobody_makes_are_told_of(case: AddressCase, mia: User) -> None:
    told = outbox_health(NOON + timedelta(hours=5))
    assert any("looked at by now: 1" in words for words in told)
    assert any("No worker looks" in words for words in told)
    assert not outbox_health(NOON)


def test_many_looks_are_made_in_portions_so_that_letters_leave_in_between(
    db: None,
) -> None:
    for _ in range(following.LOOKS_A_RUN + 1):
        one = an_address_case(State.WATCHED)
        begin(case=one, notice=a_notice(one), trace=a_trace(one), at=NOON)
    following.keep_following.func()
    assert is_waiting(following.keep_following) and is_waiting(following.look_on)
    assert Removal.objects.filter(next_check_at__lt=timezone.now()).count() == 1
    following.look_on.func()
    assert not Removal.objects.filter(next_check_at__lt=timezone.now()).exists()
