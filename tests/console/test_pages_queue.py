"""The queue: in the order of work, with reasons, and only what this person could take."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.test import Client
from django.utils import timezone
from tests.conftest import NOON
from tests.console.pages_cast import at_most, text_of
from tests.desk_of import UNSURE, a_case, an_item, answered

from openhotline_server.accounts.models import User
from openhotline_server.findings.operations import Grouping, create_clusters
from openhotline_server.triage.models import Case
from openhotline_server.triage.operations import claim, open_cases
from openhotline_server.triage.rules import Known, Signals

SignIn = Callable[[User], Client]


def a_case_near_a_real_one() -> Case:
    cluster = create_clusters(groups=[Grouping(an_item(), [])], at=NOON)[0]
    return open_cases(clusters={cluster: Signals(known=[Known(ai="none", outcome="photograph")])}, at=NOON)[0]


def places(answer_html: str, *cases: Case) -> list[int]:
    return [answer_html.index(f"/console/cases/{case.code}/") for case in cases]


def test_a_likely_real_child_comes_first_and_the_page_says_why(sign_in: SignIn, ana: User) -> None:
    ordinary, real = a_case(), a_case_near_a_real_one()
    answer = sign_in(ana).get("/console/queue/")
    first, second = places(answer.content.decode(), real, ordinary)
    assert first < second
    assert f"+{real.reasons[0]['points']} {real.reasons[0]['words']}" in text_of(answer)


def test_later_readings_come_before_new_cases(sign_in: SignIn, ana: User, mia: User) -> None:
    new, second = a_case_near_a_real_one(), answered(a_case(), (ana, UNSURE))
    html = sign_in(mia).get("/console/queue/").content.decode()
    assert places(html, second, new) == sorted(places(html, second, new))


def test_nobody_is_offered_a_case_she_read(sign_in: SignIn, ana: User, ben: User) -> None:
    case = answered(a_case(), (ana, UNSURE))
    assert str(case.code) not in sign_in(ana).get("/console/queue/").content.decode()
    assert str(case.code) in sign_in(ben).get("/console/queue/").content.decode()


def test_a_case_in_other_hands_is_not_offered_but_the_manager_sees_whose(
    sign_in: SignIn, ana: User, ben: User, mia: User
) -> None:
    case = answered(a_case(), (ana, UNSURE))
    claim(person=ben, cases=[case], at=timezone.now())
    assert str(case.code) in sign_in(ben).get("/console/queue/").content.decode()
    other = sign_in(mia).get("/console/queue/")
    assert "Ben" in text_of(other).split("Waiting since")[1]


def test_one_state_can_be_picked(sign_in: SignIn, ana: User, mia: User) -> None:
    new, second = a_case(), answered(a_case(), (ana, UNSURE))
    html = sign_in(mia).get("/console/queue/?state=second").content.decode()
    assert str(second.code) in html
    assert str(new.code) not in html
    assert sign_in(mia).get("/console/queue/?state=nonsense").status_code == 200


def test_a_long_queue_is_paged_with_few_queries(sign_in: SignIn, ana: User) -> None:
    cases = [a_case(at=NOON + timedelta(minutes=minute)) for minute in range(60)]
    client = sign_in(ana)
    with at_most(8):
        first = client.get("/console/queue/")
    assert "1 to 25 of 60" in text_of(first)
    last = client.get("/console/queue/?page=3")
    assert str(cases[-1].code) in last.content.decode()
    assert "51 to 60 of 60" in text_of(last)
    assert client.get("/console/queue/?page=99").status_code == 200


def test_an_empty_queue_says_so(sign_in: SignIn, ana: User) -> None:
    assert "Nothing waits" in text_of(sign_in(ana).get("/console/queue/"))
