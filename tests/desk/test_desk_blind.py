"""A second reader sees nothing of the first answer: not its facts, not its result, not that there was one."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from tests.desk.desk_cast import OFF_REMIT, Desk, shown_cases

from openhotline_server.assessment import operations
from openhotline_server.assessment.models import Assessment, Vote
from openhotline_server.triage.models import Case

pytestmark = pytest.mark.django_db
PSEUDO_B = {
    "child": "yes",
    "age_band": "7-10",
    "image_type": "pseudo_photograph",
    "indecent": "yes",
    "severity": "B",
    "sex": "girl",
    "ai": "wholly_generated",
}
TELLING = [
    "second",
    "third",
    "position",
    "earlier",
    "first_reader",
    "asked",
    "decided",
    "pseudo_photograph",
    "7-10",
    "wholly_generated",
    "severity",
    "outcome",
    "unsure",
]


def _said(answer: Any) -> str:
    body = answer.json()
    body.pop("standing", None)
    return json.dumps(body).lower()


def test_a_case_looks_the_same_to_its_first_and_to_its_second_reader(
    anas_desk: Desk, bens_desk: Desk
) -> None:
    shown_cases([3])
    first = anas_desk.next()[0]
    anas_desk.vote(first, ask_second=True, **PSEUDO_B)
    second = bens_desk.next()[0]
    assert second == first


@pytest.mark.parametrize("answer", [{"child": "unsure"}, PSEUDO_B])
def test_no_answer_of_the_server_tells_of_an_earlier_one(
    anas_desk: Desk, bens_desk: Desk, answer: dict[str, str]
) -> None:
    shown_cases([2, 1])
    case = anas_desk.next()[0]
    anas_desk.vote(case, ask_second=True, **answer)
    heard = [bens_desk.post("next"), bens_desk.get("standing")]
    mine = bens_desk.next()[0]
    picture = bens_desk.sheet(mine)
    vote = uuid.uuid4()
    heard += [bens_desk.vote(mine, vote=vote, **OFF_REMIT), bens_desk.post("undo", vote=str(vote))]
    for said in map(_said, heard):
        assert not [word for word in TELLING if word in said], said
    assert {name.lower() for name in picture.headers}.isdisjoint({"x-state", "x-position"})


def test_a_reason_that_tells_of_an_earlier_grade_is_kept_from_a_reader_of_graded_material(
    anas_desk: Desk, bens_desk: Desk
) -> None:
    case = shown_cases([1])[0]
    known = {"code": "known_real", "points": 100, "words": "Near to known material."}
    label = {"code": "label_contradicts_match", "points": 0, "words": "A label contradicts the match."}
    unseen = {"code": "not_known", "points": 10, "words": "Not on any of our lists."}
    Case.objects.filter(pk=case.pk).update(reasons=[known, label, unseen])
    assert anas_desk.next()[0]["reasons"] == [known["words"], label["words"]]
    anas_desk.post("rest")
    case.refresh_from_db()
    operations.grade_known(graded=[(case, OFF_REMIT)], at=case.opened_at)
    operations.ask_second_vote(case=Case.objects.get(), why="sample", actor="system", at=case.opened_at)
    assert bens_desk.next()[0]["reasons"] == []


def test_taking_back_a_second_vote_leaves_the_first_result_standing(anas_desk: Desk, bens_desk: Desk) -> None:
    shown_cases([1])
    case, code = anas_desk.next()[0], uuid.uuid4()
    anas_desk.vote(case, **PSEUDO_B)
    row = Case.objects.get()
    operations.ask_second_vote(case=row, why="a test", actor="test", at=row.closed_at)
    for facts in (
        PSEUDO_B,
        {**PSEUDO_B, "severity": "C"},
    ):  # agreement settles anew, disagreement goes to a third
        code = uuid.uuid4()
        assert bens_desk.vote(bens_desk.next()[0], vote=code, **facts).status_code == 200
        bens_desk.post("undo", vote=str(code))
        standing = Assessment.objects.get(ended_at=None)
        assert (standing.basis, standing.facts) == ("one", PSEUDO_B)
        assert Case.objects.get().state == Case.State.SECOND


def test_a_second_reader_who_asks_for_another_gets_one_even_if_she_agrees(
    anas_desk: Desk, bens_desk: Desk
) -> None:
    shown_cases([1])
    anas_desk.vote(anas_desk.next()[0], ask_second=True, **PSEUDO_B)
    bens_desk.vote(bens_desk.next()[0], ask_second=True, **PSEUDO_B)
    assert Case.objects.get().state == Case.State.THIRD


def test_the_last_reader_has_to_answer(anas_desk: Desk, bens_desk: Desk, add_person: Any) -> None:
    from django.test import Client

    shown_cases([1])
    anas_desk.vote(anas_desk.next()[0], child="unsure")
    bens_desk.vote(bens_desk.next()[0], **OFF_REMIT)
    client = Client()
    client.force_login(add_person("cleo", "second_reader"))
    third = Desk(client)
    case = third.next()[0]
    refused = third.vote(case, ask_second=True)
    assert refused.status_code == 400
    assert "unsure" in refused.json()["error"]
    assert third.vote(case, child="unsure").status_code == 200
    assert Case.objects.get().state == Case.State.DECIDED
    assert Vote.objects.count() == 3
