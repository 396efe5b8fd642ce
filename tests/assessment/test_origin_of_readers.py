"""A reader's finding on the origin is evidence, and nobody sees it who may still give one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.conftest import NOON
from tests.console.pages_cast import settled_policy
from tests.desk_of import PSEUDO_B, PSEUDO_C, a_case, answered

from openhotline.provenance import rules
from openhotline.provenance.evidence import ANALYST, STATED_BY_ANALYST
from openhotline_server.accounts.models import User
from openhotline_server.assessment.operations import UNDO_WITHIN
from openhotline_server.assessment.origin import from_facts, shown_to, stated
from openhotline_server.triage.models import Case

LATER = NOON + UNDO_WITHIN + timedelta(hours=1)
PHOTOGRAPH = PSEUDO_B | {"image_type": "photograph", "ai": "none"}


@pytest.mark.parametrize(
    ("facts", "claim", "weight"),
    [
        ({"ai": "wholly_generated"}, "ai_generated", 1.0),
        ({"ai": "altered_real"}, "ai_edited", 0.0),
        ({"ai": "known_victim"}, "ai_edited", 0.0),
        ({"ai": "none", "image_type": "photograph"}, "camera_capture_claimed", -2.0),
    ],
)
def test_an_answer_becomes_evidence_of_its_own_family(
    facts: dict[str, str], claim: str, weight: float
) -> None:
    found = from_facts(facts, by="agreed")
    assert found is not None
    assert (found.family, found.strength) == (ANALYST, STATED_BY_ANALYST)
    assert (found.claim, found.log10_lr) == (claim, weight)


@pytest.mark.parametrize("facts", [{}, {"ai": "unknown"}, {"ai": "none", "image_type": "non_photographic"}])
def test_an_answer_that_says_nothing_of_it_is_no_evidence(facts: dict[str, str]) -> None:
    assert from_facts(facts, by="one") is None


@pytest.mark.parametrize("by", ["one", "agreed", "third", "own"])
@pytest.mark.parametrize("facts", [{"ai": "wholly_generated"}, {"ai": "none", "image_type": "photograph"}])
def test_no_finding_leaves_the_bounds_of_the_rules(facts: dict[str, str], by: str) -> None:
    lowest, highest = rules().bounds[ANALYST]
    found = from_facts(facts, by=by)
    assert found is not None
    assert lowest <= found.log10_lr <= highest


def test_two_readers_weigh_more_than_one(ana: User, ben: User) -> None:
    settled_policy()
    alone, together = (
        answered(a_case(), (ana, PSEUDO_B)),
        answered(a_case(), (ana, PSEUDO_B), (ben, PSEUDO_B)),
    )
    assert 0 < stated(alone)[0].log10_lr < stated(together)[0].log10_lr


def test_a_second_reader_sees_nothing_of_the_first_readers_finding(ana: User, ben: User, cleo: User) -> None:
    settled_policy()
    case = answered(a_case(), (ana, PSEUDO_B), (ben, PHOTOGRAPH))
    assert case.state == Case.State.THIRD
    assert shown_to(cleo, case, at=LATER) == ()


def test_a_decided_case_stays_closed_to_whoever_may_read_it_second(ana: User, ben: User, mia: User) -> None:
    settled_policy()
    case = answered(a_case(), (ana, PSEUDO_B))
    assert case.state == Case.State.DECIDED
    assert shown_to(ben, case, at=LATER) == ()
    assert shown_to(mia, case, at=LATER) == stated(case)


def test_a_reader_who_may_take_her_answer_back_sees_only_her_own(ana: User, ben: User) -> None:
    settled_policy()
    case = answered(a_case(), (ana, PSEUDO_B), (ben, PHOTOGRAPH))
    (hers,) = shown_to(ben, case, at=NOON + timedelta(minutes=3))
    assert (hers.claim, hers.source) == ("camera_capture_claimed", "answer:your own")


def test_a_case_decided_by_two_tells_every_reader(ana: User, ben: User, cleo: User) -> None:
    settled_policy()
    case = answered(a_case(), (ana, PSEUDO_C), (ben, PSEUDO_C))
    (found,) = shown_to(cleo, case, at=LATER)
    assert (found.claim, found.source) == ("ai_generated", "answer:two readers who agree")
