"""A named person alone lets a case wait behind the others of its level, and not while anything speaks against it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from tests.conftest import NOON
from tests.console.pages_cast import settled_policy
from tests.desk_of import PSEUDO_B, a_case, answered
from tests.triage.moves_cast import (
    CAMERA_LABEL,
    DETECTED,
    LABEL,
    SIGNED,
    WORDS,
    joined_by_an_unknown,
    look,
    of_a_device,
    photographed,
)

from openhotline.errors import BadInput, Conflict, NotAllowed
from openhotline.provenance import Evidence
from openhotline.provenance.contradictions import Contradiction
from openhotline_server.accounts.models import User
from openhotline_server.assessment import moving
from openhotline_server.assessment.operations import ask_second_vote, undo_vote
from openhotline_server.ledger import queries as ledger
from openhotline_server.triage import moves, operations
from openhotline_server.triage.models import Case
from openhotline_server.triage.operations import queue_order

LATER = NOON + timedelta(hours=2)
AGAINST: list[Callable[[Case], None]] = [
    photographed,
    of_a_device,
    joined_by_an_unknown,
    lambda case: look(case, SIGNED, inputs="two", at=LATER),
    lambda case: look(case, SIGNED, DETECTED, CAMERA_LABEL, inputs="two", at=LATER),
    lambda case: look(
        case,
        SIGNED,
        DETECTED,
        contradictions=[Contradiction("label_came_later", "-", ())],
        inputs="two",
        at=LATER,
    ),
]
NAMES = ["a known match", "a device", "a new member", "a gone family", "a camera's claim", "a contradiction"]


def in_order() -> list[int]:
    return list(
        Case.objects.filter(state=Case.State.OPEN).order_by(*queue_order()).values_list("pk", flat=True)
    )


def placed(case: Case) -> tuple[str, int, object, object]:
    case.refresh_from_db()
    return case.state, case.urgency, case.turn_at, case.closed_at


def moved(case: Case, person: User) -> None:
    moves.move_within_level(case=case, person=person, words=WORDS, at=NOON + timedelta(minutes=5))


def again(case: Case) -> None:
    case.refresh_from_db()
    operations.place_again(case=case, signals=moves.signals_of(case), at=LATER)


def test_a_manager_moves_behind_the_others_of_one_urgency_and_no_further(mia: User) -> None:
    first, second, third = (a_case(at=NOON + timedelta(minutes=n)) for n in range(3))
    Case.objects.filter(pk=third.pk).update(urgency=first.urgency - 5)
    look(first, SIGNED, DETECTED)
    urgency = first.urgency
    moved(first, mia)
    assert in_order() == [second.pk, first.pk, third.pk]
    later = a_case(at=LATER)
    assert in_order() == [second.pk, first.pk, later.pk, third.pk]
    first.refresh_from_db()
    assert (first.urgency, first.state, first.closed_at) == (urgency, Case.State.OPEN, None)


def test_the_ledger_names_the_person_the_families_and_the_words(mia: User) -> None:
    case = a_case()
    look(case, SIGNED, DETECTED)
    moved(case, mia)
    line = ledger.search(event="case.moved").get()
    assert (line.actor, line.subject) == (str(mia.code), case.subject)
    assert line.details == {"families": ["pixel_detectors", "signed_provenance"], "words": WORDS}


def test_only_whoever_manages_the_queue_moves(ana: User, ben: User, oda: User) -> None:
    case = a_case()
    look(case, SIGNED, DETECTED)
    for person in (ana, ben, oda):
        with pytest.raises(NotAllowed):
            moved(case, person)


def test_it_takes_words(mia: User) -> None:
    case = a_case()
    look(case, SIGNED, DETECTED)
    with pytest.raises(BadInput):
        moves.move_within_level(case=case, person=mia, words="   so    ", at=NOON)


@pytest.mark.parametrize(
    "evidence", [(), (LABEL,), (SIGNED,), (SIGNED, LABEL), (DETECTED, LABEL)], ids=lambda e: str(len(e))
)
def test_less_than_two_families_that_cannot_be_forged_give_no_ground(
    mia: User, evidence: tuple[Evidence, ...]
) -> None:
    case = a_case()
    look(case, *evidence)
    before = placed(case)
    with pytest.raises(Conflict):
        moved(case, mia)
    assert placed(case) == before


def test_one_member_of_which_nothing_is_known_keeps_the_place_of_all(mia: User) -> None:
    case = a_case(members=3)
    look(case, SIGNED, DETECTED)
    joined_by_an_unknown(case)
    with pytest.raises(Conflict):
        moved(case, mia)


def test_a_detector_that_abstained_is_no_second_family(mia: User) -> None:
    case = a_case()
    look(case, SIGNED, DETECTED, abstained=["unstable"])
    with pytest.raises(Conflict):
        moved(case, mia)


@pytest.mark.parametrize("against", AGAINST, ids=NAMES)
def test_nothing_is_moved_that_something_speaks_against(mia: User, against: Callable[[Case], None]) -> None:
    case = a_case()
    look(case, SIGNED, DETECTED)
    against(case)
    with pytest.raises(Conflict):
        moved(case, mia)


@pytest.mark.parametrize("against", AGAINST, ids=NAMES)
def test_what_speaks_against_it_takes_a_move_back_by_itself(
    mia: User, against: Callable[[Case], None]
) -> None:
    case = a_case()
    look(case, SIGNED, DETECTED)
    turn = case.turn_at
    moved(case, mia)
    against(case)
    again(case)
    case.refresh_from_db()
    assert case.turn_at == turn
    assert moves.find_standing(case) is None
    line = ledger.search(event="case.move_taken_back").get()
    assert (line.actor, line.subject) == ("system", case.subject)
    again(case)
    assert ledger.search(event="case.move_taken_back").count() == 1


def test_a_move_stays_while_nothing_changes(mia: User) -> None:
    case = a_case()
    look(case, SIGNED, DETECTED)
    moved(case, mia)
    again(case)
    assert moves.find_standing(case) is not None


def test_twice_is_refused_and_a_case_that_does_not_wait_as_well(mia: User, ana: User) -> None:
    settled_policy()
    case, decided = a_case(), answered(a_case(), (ana, PSEUDO_B))
    for one in (case, decided):
        look(one, SIGNED, DETECTED)
    moved(case, mia)
    for one in (case, decided):
        with pytest.raises(Conflict):
            moved(one, mia)


def test_a_reader_who_put_the_case_aside_since_keeps_her_reason(mia: User, ana: User) -> None:
    case = a_case()
    look(case, SIGNED, DETECTED)
    moved(case, mia)
    operations.skip(person=ana, case=case, reason="It needs knowledge that I do not have.", at=LATER)
    moves.take_back(case=case, why="A test.", actor="test", at=LATER)
    case.refresh_from_db()
    assert case.turn_at == LATER


def test_a_settled_finding_is_a_second_family(mia: User, ana: User) -> None:
    settled_policy()
    case = answered(a_case(), (ana, PSEUDO_B))
    ask_second_vote(case=case, why="a test", actor="test", at=LATER)
    case.refresh_from_db()
    look(case, SIGNED)
    made = moving.move_within_level(case=case, person=mia, words=WORDS, at=LATER)
    assert made.families == ["analyst", "signed_provenance"]


def test_nobody_moves_on_her_own_answer(mia: User, ana: User) -> None:
    settled_policy()
    case = answered(a_case(), (ana, PSEUDO_B))
    ask_second_vote(case=case, why="a test", actor="test", at=LATER)
    look(case, SIGNED)
    ana.role = "manager"
    ana.save()
    with pytest.raises(NotAllowed):
        moving.move_within_level(case=case, person=ana, words=WORDS, at=LATER)


def test_a_case_that_is_opened_again_has_its_place_back(mia: User, ana: User) -> None:
    settled_policy()
    case = a_case()
    look(case, SIGNED, DETECTED)
    moved(case, mia)
    answered(case, (ana, PSEUDO_B), at=LATER)
    undo_vote(person=ana, at=LATER + timedelta(minutes=2))
    case.refresh_from_db()
    assert case.state == Case.State.OPEN
    assert moves.find_standing(case) is None
