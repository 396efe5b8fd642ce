"""Breaks and budgets: kept by the server, said in a sentence."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from tests.conftest import NOON
from tests.desk.desk_cast import recorded_cases

from openhotline.errors import NotAllowed
from openhotline_server.accounts.models import User
from openhotline_server.assessment import displays
from openhotline_server.assessment.models import Display, ReviewPolicy
from openhotline_server.assessment.operations import set_policy
from openhotline_server.assessment.queries import DEFAULT_POLICY
from openhotline_server.triage.models import Case

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def _policy(**changes: int) -> None:
    set_policy(policy=ReviewPolicy(**{**DEFAULT_POLICY, "last_hour": 24, **changes}), actor="test", at=NOON)


def _look(person: User, case: Case, at: datetime) -> None:
    displays.note_display(person=person, case=case, kind=Display.Kind.SHEET, level=2, pictures=1, at=at)


@pytest.fixture
def case(db: None) -> Case:
    return recorded_cases(1, at=NOON)[0]


def test_after_the_set_minutes_a_break_is_due_and_ends_by_itself(ana: User, case: Case) -> None:
    _policy(minutes_before_break=5, break_minutes=10)
    for minute in range(5):
        _look(ana, case, NOON + minute * MINUTE)
    due = displays.limits(ana, now=NOON + 6 * MINUTE)
    assert not due.open
    assert due.words == "It is time for your break."
    assert due.goes_on_at == NOON + 14 * MINUTE
    with pytest.raises(NotAllowed, match="break"):
        _look(ana, case, NOON + 13 * MINUTE)
    _look(ana, case, NOON + 14 * MINUTE)
    assert displays.limits(ana, now=NOON + 14 * MINUTE).until_break == 5 * MINUTE


def test_during_a_break_nothing_is_handed_out_and_everything_goes_back(
    ana: User, ben: User, case: Case
) -> None:
    from openhotline_server.assessment.desk import hand_out
    from openhotline_server.triage.queries import held_by

    _policy(minutes_before_break=5, break_minutes=10)
    for minute in range(5):
        displays.next_cases(person=ana, at=NOON + minute * MINUTE)
        _look(ana, case, NOON + minute * MINUTE)
    given = hand_out(person=ana, at=NOON + 6 * MINUTE)
    assert given.briefs == []
    assert not held_by(ana, at=NOON + 6 * MINUTE)


def test_once_the_days_minutes_are_used_it_goes_on_tomorrow(ana: User, case: Case) -> None:
    _policy(daily_minutes=3, minutes_before_break=600)
    for minute in range(3):
        _look(ana, case, NOON + minute * MINUTE)
    spent = displays.limits(ana, now=NOON + 4 * MINUTE)
    assert spent.goes_on_at == datetime(2026, 11, 4, tzinfo=NOON.tzinfo)
    assert "tomorrow" in spent.words
    assert displays.next_cases(person=ana, at=NOON + 4 * MINUTE) == []
    assert displays.limits(ana, now=NOON + timedelta(days=1)).open


def test_after_the_last_hour_nothing_is_shown(ana: User, case: Case) -> None:
    _policy(last_hour=16)
    assert displays.limits(ana, now=NOON.replace(hour=15, minute=59)).open
    with pytest.raises(NotAllowed, match="last hour"):
        _look(ana, case, NOON.replace(hour=16))


def test_a_prepared_sheet_counts_as_a_picture_but_adds_no_time(ana: User, case: Case) -> None:
    _policy()
    for _ in range(3):
        _look(ana, case, NOON)
    now = displays.limits(ana, now=NOON)
    assert Display.objects.count() == 3
    assert now.exposure.minutes_today == 0


def test_one_reader_seeing_much_does_not_stop_another(ana: User, ben: User, case: Case) -> None:
    _policy(daily_minutes=1)
    for minute in range(3):
        if displays.limits(ana, now=NOON + minute * MINUTE).open:
            _look(ana, case, NOON + minute * MINUTE)
    assert not displays.limits(ana, now=NOON + 3 * MINUTE).open
    assert displays.limits(ben, now=NOON + 3 * MINUTE).open
