"""Nothing that a machine does with evidence of generation moves, closes, delays or discounts a case: a walk."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from types import ModuleType

import pytest
from tests.conftest import NOON
from tests.desk_of import a_case
from tests.triage.moves_cast import DETECTED, LABEL, SIGNED, WORDS, look

import openhotline_server
from openhotline_server.accounts.models import User
from openhotline_server.accounts.permissions import ROLE_PERMISSIONS, Permission
from openhotline_server.assessment.models import Assessment
from openhotline_server.triage import moves, operations
from openhotline_server.triage.models import Case, Move

AT = NOON + timedelta(hours=1)
Act = Callable[[Case, User], object]

# Every operation of the stage. A new one fails the first test until it stands here.
ACTS: dict[str, Act] = {
    "open_cases": lambda case, _: operations.open_cases(
        clusters={case.cluster: moves.signals_of(case)}, at=AT
    ),
    "place_again": lambda case, _: operations.place_again(case=case, signals=moves.signals_of(case), at=AT),
    "claim": lambda case, who: operations.claim(person=who, cases=[case], at=AT),
    "release": lambda case, who: operations.release(person=who, case=case, at=AT),
    "move": lambda case, _: operations.move(case=case, to=Case.State.SECOND, actor="system", at=AT),
    "leave_out": lambda case, _: operations.leave_out(cases=[case], reason="-", actor="system", at=AT),
    "skip": lambda case, who: operations.skip(person=who, case=case, reason="-", at=AT),
    "look_again": lambda case, _: moves.look_again(case=case, signals=moves.signals_of(case), at=AT),
    "take_back": lambda case, _: moves.take_back(case=case, why="-", actor="system", at=AT),
}
# The one that may change a turn because of such evidence, and the person's way back: tests/triage/test_moves.py.
A_PERSONS = {"move_within_level", "undo"}
READS = {"queue_order", "signals_of", "ground_of", "find_standing", "standing_among"}


def public(module: ModuleType) -> set[str]:
    return {
        name
        for name, thing in vars(module).items()
        if inspect.isfunction(thing) and thing.__module__ == module.__name__ and not name.startswith("_")
    }


def where(case: Case) -> tuple[object, ...]:
    case.refresh_from_db()
    return case.state, case.urgency, case.turn_at, case.closed_at


def test_the_walk_knows_every_operation_of_the_stage() -> None:
    assert public(operations) | public(moves) == set(ACTS) | A_PERSONS | READS


@pytest.mark.parametrize("name", ACTS)
def test_evidence_of_generation_changes_nothing_in_what_an_operation_does(name: str, ana: User) -> None:
    bare, claimed = a_case(), a_case()
    look(claimed, SIGNED, DETECTED, LABEL)
    for case in (bare, claimed):
        ACTS[name](case, ana)
    assert where(claimed) == where(bare)
    assert not Assessment.objects.exists()
    assert not Move.objects.exists()


@pytest.mark.parametrize("name", sorted(A_PERSONS))
def test_what_moves_a_case_asks_for_a_person_with_words(name: str) -> None:
    parameters = inspect.signature(getattr(moves, name)).parameters
    assert parameters["person"].annotation == "User"
    assert parameters["words"].default is inspect.Parameter.empty
    assert "actor" not in parameters


def test_only_those_who_manage_the_queue_may_and_no_machine_has_a_role() -> None:
    roles = {role for role, may in ROLE_PERMISSIONS.items() if Permission.QUEUE_MANAGE in may}
    assert roles == {"manager"}


def test_only_a_persons_request_leads_to_a_move() -> None:
    root = Path(openhotline_server.__file__).parent
    callers = {
        str(path.relative_to(root))
        for path in root.rglob("*.py")
        if "move_within_level" in _called(ast.parse(path.read_text("utf-8")))
    }
    assert callers == {"assessment/moving.py", "console/views/moves.py"}


def _called(tree: ast.AST) -> set[str]:
    return {
        node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    }


def test_a_move_that_stands_keeps_state_and_urgency(mia: User) -> None:
    case = a_case()
    look(case, SIGNED, DETECTED, LABEL)
    before = where(case)
    moves.move_within_level(case=case, person=mia, words=WORDS, at=AT)
    assert where(case) == (before[0], before[1], AT, None)


def test_a_case_that_nobody_moved_costs_no_query(
    db: None,
    django_assert_num_queries: Callable[[int], AbstractContextManager[None]],
) -> None:
    case = a_case()
    signals = moves.signals_of(case)
    with django_assert_num_queries(0):
        moves.look_again(case=case, signals=signals, at=AT)


def test_a_move_in_the_very_moment_of_opening_can_be_taken_back(mia: User) -> None:
    case = a_case(at=AT)
    look(case, SIGNED, DETECTED)
    moves.move_within_level(case=case, person=mia, words=WORDS, at=AT)
    look(case, SIGNED, inputs="two")
    case.refresh_from_db()
    assert moves.look_again(case=case, signals=moves.signals_of(case), at=AT)
