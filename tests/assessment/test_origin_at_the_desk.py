"""What machines say of a case's origin, at the desk: contradictions first, and none that tells of an earlier grade."""

from __future__ import annotations

import pytest
from tests.conftest import NOON
from tests.console.pages_cast import settled_policy
from tests.desk_of import PSEUDO_B, a_case, answered
from tests.triage.moves_cast import DETECTED, LABEL, SIGNED, look

from openhotline.provenance.contradictions import Contradiction
from openhotline_server.accounts.models import User
from openhotline_server.assessment.briefs import MOST_LINES, Contradicted, brief
from openhotline_server.assessment.operations import ask_second_vote
from openhotline_server.console.views.desk_words import case as at_the_desk
from openhotline_server.triage.models import Case

KNOWN = Contradiction("label_on_known_real", "A label of generation stands on an image of a real child.", ())
CLAIMS = Contradiction("claims_disagree", "The file says both.", ())

pytestmark = pytest.mark.django_db


def test_contradictions_come_before_the_weightiest_signal() -> None:
    case = a_case(members=2)
    look(case, LABEL, SIGNED, contradictions=[CLAIMS])
    first, second, third = at_the_desk(brief(case))["lines"]
    assert (first["claim"], first["family"], first["members"]) == ("Contradiction", "The file says both", 2)
    assert (second["family"], third["family"]) == ("signed provenance", "unsigned claims")


def test_a_detector_never_speaks_without_its_warning() -> None:
    case = a_case()
    look(case, DETECTED)
    assert (
        at_the_desk(brief(case))["lines"][0]["family"] == "pixel detectors, not validated on images of people"
    )


def test_there_are_never_more_lines_than_there_is_room_for() -> None:
    case = a_case()
    many = [Contradiction(f"code_{n}", f"Contradiction {n}.", ()) for n in range(MOST_LINES + 2)]
    look(case, LABEL, SIGNED, contradictions=many)
    assert len(at_the_desk(brief(case))["lines"]) == MOST_LINES


def test_a_contradiction_that_tells_of_an_earlier_grade_is_kept_from_whoever_reads_it_again(
    ana: User,
) -> None:
    settled_policy()
    case = a_case()
    look(case, LABEL, contradictions=[KNOWN, CLAIMS])
    assert brief(case).contradictions == (Contradicted(KNOWN.words, 1), Contradicted(CLAIMS.words, 1))
    answered(case, (ana, PSEUDO_B))
    ask_second_vote(case=case, why="a test", actor="test", at=NOON)
    again = Case.objects.get(pk=case.pk)
    assert again.state == Case.State.SECOND
    assert brief(again).contradictions == (Contradicted(CLAIMS.words, 1),)
