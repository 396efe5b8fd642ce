"""Answers from the desk: taken once, in order, and taken back."""

from __future__ import annotations

import uuid

import pytest
from tests.desk.desk_cast import OFF_REMIT, Desk, recorded_cases, shown_cases

from openhotline_server.assessment.models import Vote
from openhotline_server.triage.models import Case

pytestmark = pytest.mark.django_db


def test_three_cases_are_handed_out_and_a_vote_brings_the_next(anas_desk: Desk) -> None:
    recorded_cases(5)
    first = anas_desk.next()
    assert len(first) == 3
    answer = anas_desk.vote(first[0], **OFF_REMIT)
    assert answer.status_code == 200, answer.content
    after = [c["code"] for c in answer.json()["cases"]]
    assert after[:2] == [c["code"] for c in first[1:]]
    assert len(after) == 3


def test_a_vote_sent_twice_is_one(anas_desk: Desk) -> None:
    recorded_cases(2)
    case, code = anas_desk.next()[0], uuid.uuid4()
    for _ in range(3):
        assert anas_desk.vote(case, vote=code, **OFF_REMIT).status_code == 200
    assert Vote.objects.count() == 1


def test_unsure_is_a_whole_answer(anas_desk: Desk) -> None:
    recorded_cases(1)
    case = anas_desk.next()[0]
    assert anas_desk.vote(case, child="unsure").status_code == 200
    assert Case.objects.get().state == Case.State.SECOND


def test_an_unfinished_answer_is_refused_with_a_sentence(anas_desk: Desk) -> None:
    recorded_cases(1)
    case = anas_desk.next()[0]
    answer = anas_desk.vote(case, child="no")
    assert answer.status_code == 400
    assert "still open" in answer.json()["error"]


def test_the_desk_may_not_state_what_only_the_site_may(anas_desk: Desk) -> None:
    recorded_cases(1)
    case = anas_desk.next()[0]
    answer = anas_desk.vote(case, child="unsure", second_opinion="still_unsure")
    assert answer.status_code == 400
    assert Vote.objects.count() == 0


def test_a_vote_is_taken_back_once_however_often_it_is_asked(anas_desk: Desk) -> None:
    recorded_cases(1)
    case, code = anas_desk.next()[0], uuid.uuid4()
    anas_desk.vote(case, vote=code, **OFF_REMIT)
    for _ in range(2):
        answer = anas_desk.post("undo", vote=str(code))
        assert answer.status_code == 200, answer.content
        assert answer.json()["back"]["code"] == case["code"]
    assert Case.objects.get().state == Case.State.OPEN
    assert anas_desk.vote(case, **OFF_REMIT).status_code == 200


def test_a_case_in_somebody_elses_hands_cannot_be_answered(anas_desk: Desk, bens_desk: Desk) -> None:
    recorded_cases(1)
    case = anas_desk.next()[0]
    anas_desk.vote(case, child="unsure")
    bens = bens_desk.next()[0]
    assert bens["code"] == case["code"]
    assert anas_desk.vote(case, **OFF_REMIT).status_code == 403


def test_a_skipped_case_is_not_offered_again_in_this_session(anas_desk: Desk) -> None:
    recorded_cases(1)
    case = anas_desk.next()[0]
    answer = anas_desk.post(f"cases/{case['code']}/skip", reason="I would rather not see this one.")
    assert answer.json()["cases"] == []
    assert anas_desk.next() == []


def test_a_break_gives_everything_back(anas_desk: Desk, add_person: object) -> None:
    recorded_cases(1)
    anas_desk.next()
    assert anas_desk.post("rest").status_code == 200


def test_excluded_members_become_cases_of_their_own(anas_desk: Desk) -> None:
    shown_cases([4])
    case = anas_desk.next()[0]
    tiles = [t["code"] for t in case["sheets"][0]["tiles"]]
    answer = anas_desk.post(f"cases/{case['code']}/exclude", tiles=tiles[1:3])
    assert answer.status_code == 200, answer.content
    assert answer.json()["back"]["members"] == 2
    assert Case.objects.count() == 3
    assert answer.json()["back"]["edition"] != case["edition"]


def test_the_representative_cannot_be_excluded(anas_desk: Desk) -> None:
    shown_cases([3])
    case = anas_desk.next()[0]
    tiles = [t["code"] for t in case["sheets"][0]["tiles"]]
    answer = anas_desk.post(f"cases/{case['code']}/exclude", tiles=tiles[:1])
    assert answer.status_code == 400
    assert "stays" in answer.json()["error"]


CODE = str(uuid.uuid4())


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"vote": "x", "facts": {}, "ask_second": False},
        {"vote": CODE, "facts": [], "ask_second": False},
        {"vote": CODE, "facts": {}, "ask_second": 1},
        {"vote": CODE, "facts": {"child": 1}, "ask_second": False},
        {"vote": CODE, "facts": {"child": "no", "severity": "A"}, "ask_second": True},
        {"vote": CODE, "facts": {}, "ask_second": False, "position": 3},
    ],
)
def test_anything_unexpected_is_refused(anas_desk: Desk, body: dict[str, object]) -> None:
    recorded_cases(1)
    case = anas_desk.next()[0]
    answer = anas_desk.post(f"cases/{case['code']}/vote", **body)
    assert answer.status_code == 400
    assert set(answer.json()) == {"error"}
