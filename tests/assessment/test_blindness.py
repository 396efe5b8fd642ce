"""Nobody who may still vote on a case sees earlier votes or results."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.conftest import NOON
from tests.console.pages_cast import settled_policy
from tests.desk_of import PSEUDO_B, PSEUDO_C, a_case, answered

from openhotline_server.accounts.models import User
from openhotline_server.assessment.blindness import Reader, Standing, hidden_from, sees, visible_to
from openhotline_server.assessment.operations import UNDO_WITHIN
from openhotline_server.triage.models import Case

READER = Reader(votes=True, manages=False)
MANAGER = Reader(votes=True, manages=True)
OPERATOR = Reader(votes=False, manages=False)
WAITING = Standing(waiting=True, final=False)
ONE_VOTE = Standing(waiting=False, final=False)
FINAL = Standing(waiting=False, final=True)
SECOND = Standing(waiting=True, final=False, position=2, cast_at=NOON)
LATER = NOON + UNDO_WITHIN + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("reader", "standing", "answer"),
    [
        (READER, WAITING, False),
        (MANAGER, WAITING, False),
        (OPERATOR, WAITING, True),
        (READER, ONE_VOTE, False),
        (MANAGER, ONE_VOTE, True),
        (OPERATOR, ONE_VOTE, True),
        (READER, FINAL, True),
        (MANAGER, FINAL, True),
    ],
)
def test_who_has_not_voted_sees_only_what_she_cannot_vote_on(
    reader: Reader, standing: Standing, answer: bool
) -> None:
    assert sees(reader, standing, at=NOON) is answer


def test_a_second_reader_sees_nothing_while_she_could_take_her_vote_back() -> None:
    assert not sees(READER, SECOND, at=NOON + UNDO_WITHIN)
    assert sees(READER, SECOND, at=LATER)


def test_a_second_reader_sees_all_once_a_third_has_answered() -> None:
    assert sees(READER, replace(SECOND, followed=True), at=NOON)


def test_a_first_reader_has_nothing_before_her_to_see() -> None:
    assert sees(READER, replace(SECOND, position=1), at=NOON)


def test_the_votes_of_a_waiting_case_are_closed_to_every_reader_who_may_come(
    ana: User, ben: User, cleo: User, mia: User, oda: User
) -> None:
    settled_policy()
    case = answered(a_case(), (ana, PSEUDO_B), (ben, PSEUDO_C))
    assert case.state == Case.State.THIRD
    at = case.opened_at + timedelta(minutes=3)
    open_to = {person.username for person in (ana, ben, cleo, mia, oda) if visible_to(person, [case], at=at)}
    assert open_to == {"ana", "mia", "oda"}  # a manager reads no cases
    assert hidden_from(cleo, [case.subject, "item:7", "report:1"], at=at) == {case.subject}


def test_a_case_decided_by_two_is_open_to_every_reader(ana: User, ben: User, cleo: User) -> None:
    settled_policy()
    case = answered(a_case(), (ana, PSEUDO_B), (ben, PSEUDO_B))
    assert case.state == Case.State.DECIDED
    assert visible_to(cleo, [case], at=LATER) == {case.pk}


def test_a_case_decided_by_one_stays_closed_to_whoever_may_read_it_second(
    ana: User, ben: User, mia: User
) -> None:
    settled_policy()
    case = answered(a_case(), (ana, PSEUDO_B))
    assert case.state == Case.State.DECIDED
    assert not visible_to(ben, [case], at=LATER)
    assert visible_to(mia, [case], at=LATER)
