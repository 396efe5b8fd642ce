"""The first page differs by role, and says calmly when looking is over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.console.pages_cast import at_most, settled_policy, text_of
from tests.desk_of import PSEUDO_B, PSEUDO_C, a_case, answered

from openhotline_server.accounts.models import User
from openhotline_server.assessment.models import Display
from openhotline_server.triage.models import Case

SignIn = Callable[[User], Client]
DESK = 'href="/console/desk/"'


def looked_for(person: User, case: Case, minutes: int) -> None:
    """Let a person have looked at something each minute until now."""
    now = timezone.now()
    for minute in range(minutes, -1, -1):
        Display.objects.create(
            person=person,
            case=case,
            kind=Display.Kind.SHEET,
            level=2,
            pictures=3,
            shown_at=now - timedelta(minutes=minute),
        )


@pytest.fixture
def midday(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half past noon today, so that no test reaches back over midnight."""
    now = timezone.now().replace(hour=12, minute=30)
    monkeypatch.setattr(timezone, "now", lambda: now)


@pytest.mark.usefixtures("midday")
def test_an_analyst_sees_her_queue_and_her_time(sign_in: SignIn, ana: User) -> None:
    case = a_case(members=4)
    looked_for(ana, case, 20)
    client = sign_in(ana)
    with at_most(15):
        answer = client.get("/console/")
    words = text_of(answer)
    assert "Hello, Ana" in words
    assert "Not on any of our lists." in words
    assert "20 of 300 min" in words
    assert "Pictures shown to you 63" in words
    assert f"/console/cases/{case.code}/" in answer.content.decode()
    assert "<img" not in answer.content.decode()


@pytest.mark.usefixtures("midday")
def test_grading_starts_here_while_there_is_time(sign_in: SignIn, ana: User) -> None:
    a_case()
    assert DESK in sign_in(ana).get("/console/").content.decode().split("<main")[1]


@pytest.mark.usefixtures("midday")
def test_a_break_is_announced_with_its_end_and_grading_is_not_offered(sign_in: SignIn, ana: User) -> None:
    client = sign_in(ana)
    settled_policy(minutes_before_break=15, break_minutes=10)
    looked_for(ana, a_case(), 20)
    answer = client.get("/console/")
    assert "A break until 12:40" in text_of(answer)
    assert DESK not in answer.content.decode().split("<main")[1]


@pytest.mark.usefixtures("midday")
def test_a_used_up_day_is_said_calmly(sign_in: SignIn, ana: User) -> None:
    client = sign_in(ana)
    settled_policy(daily_minutes=10)
    looked_for(ana, a_case(), 20)
    assert "Your looking time for today is used up" in text_of(client.get("/console/"))


@pytest.mark.usefixtures("midday")
def test_the_end_of_the_day_is_said_calmly(sign_in: SignIn, ana: User) -> None:
    client = sign_in(ana)
    settled_policy(last_hour=12)
    assert "Looking is over for today" in text_of(client.get("/console/"))


@pytest.mark.usefixtures("midday")
def test_a_second_reader_is_offered_second_readings_only(sign_in: SignIn, ana: User, ben: User) -> None:
    new, second = a_case(), answered(a_case(), (ana, PSEUDO_B), (ben, PSEUDO_C))
    assert second.state == Case.State.THIRD
    again = answered(a_case(), (ana, {"child": "unsure"}))
    html = sign_in(ben).get("/console/").content.decode()
    assert str(again.code) in html
    assert str(new.code) not in html
    assert str(second.code) not in html  # he read it himself


def test_a_manager_sees_where_the_cases_stand(sign_in: SignIn, ana: User, ben: User, mia: User) -> None:
    a_case()
    answered(a_case(), (ana, PSEUDO_B), (ben, PSEUDO_C))
    answered(a_case(), (ana, PSEUDO_B))
    client = sign_in(mia)
    with at_most(30):
        words = text_of(client.get("/console/"))
    assert "decided 1 " in words
    assert "for a first reader 1 " in words
    assert "for a third reader 1 " in words
    assert "The longest waiting case came on 3 November 2026" in words


def test_an_operator_sees_people_and_ledger_and_no_case(sign_in: SignIn, oda: User) -> None:
    case = a_case()
    answer = sign_in(oda).get("/console/")
    words = text_of(answer)
    assert "accounts in use 1 " in words
    assert "lines up to the last signature" in words
    assert str(case.code) not in answer.content.decode()
