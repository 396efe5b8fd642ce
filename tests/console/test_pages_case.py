"""One case's page: all that is known, no picture, and no earlier answer for whoever may still give one."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.conftest import NOON
from tests.console.pages_cast import at_most, text_of
from tests.desk_of import PSEUDO_B, PSEUDO_C, a_case, answered

from openhotline.provenance import Evidence
from openhotline_server.accounts.models import User
from openhotline_server.assessment.operations import UNDO_WITHIN
from openhotline_server.findings.members import list_memberships
from openhotline_server.findings.operations import (
    Found,
    FoundHash,
    NewMatch,
    record_examinations,
    record_matches,
)
from openhotline_server.lists.operations import NewEntry, ensure_own_list, load_edition
from openhotline_server.lists.queries import entries_in_force
from openhotline_server.triage.models import Case

SignIn = Callable[[User], Client]

LABEL = Evidence(
    family="unsigned_claims",
    source="png_text:a program",
    claim="ai_generated",
    strength="asserted_unsigned",
    log10_lr=0.0,
    doubt="Anybody can write such a label.",
)
# Words that only earlier answers and results can bring to the page.
TELLING = (
    "Category B",
    "Category C",
    "Pseudo-photograph",
    "Indecent pseudo-photograph",
    "Protection of Children Act",
    "7 to 10 years",
    "vote cast",
    "assessment made",
    "second vote asked",
)


def page_of(case: Case) -> str:
    return f"/console/cases/{case.code}/"


def examined(case: Case) -> None:
    items = [m.item for m in list_memberships(case.cluster)]
    pdq = FoundHash("pdq", "0f" * 32, 83, "fast", "a decoder", 2)
    good = Found("image/png", 1024, 768, 1, "", True, hashes=(pdq,), evidence=(LABEL,))
    bad = Found("image/webp", None, None, None, "The file ends in the middle of the picture.", False)
    record_examinations(found={items[0]: good, **dict.fromkeys(items[1:], bad)}, at=NOON)


def matched(case: Case) -> None:
    own = ensure_own_list(at=NOON)
    grades = {"gb-eng": {"outcome": "pseudo_photograph", "grade": "B", "edition": "2026-11"}}
    entry = NewEntry("pdq", "0e" * 32, quality=90, mode="strict", facts=PSEUDO_B, grades=grades)
    edition = load_edition(hash_list=own, add=[entry], withdraw=[], actor="command-line", at=NOON)
    match = NewMatch(case.cluster.representative_id, entries_in_force(own)[0].pk, edition.pk, 12, 31, 90)
    record_matches(matches=[match], at=NOON)


def test_members_are_rows_without_pictures(sign_in: SignIn, ana: User) -> None:
    case = a_case(members=3)
    examined(case)
    answer = sign_in(ana).get(page_of(case))
    words = text_of(answer)
    assert "3, decided together" in words
    assert "stands for the others" in words
    assert "1024 \u00d7 768" in words
    assert "The file ends in the middle of the picture." in words
    html = answer.content.decode()
    assert "<img" not in html
    assert "<picture" not in html
    assert "url(" not in html


def test_evidence_comes_with_claim_strength_and_doubt(sign_in: SignIn, ana: User) -> None:
    case = a_case()
    examined(case)
    words = text_of(sign_in(ana).get(page_of(case)))
    line = "Made by a generator the file says so, without proof png text: a program 0 Anybody can write such a label."
    assert line in words


def test_reasons_add_up_to_the_urgency(sign_in: SignIn, ana: User) -> None:
    case = a_case()
    words = text_of(sign_in(ana).get(page_of(case)))
    assert f"{case.urgency} points of urgency" in words


def test_the_custody_record_is_shown(sign_in: SignIn, ana: User) -> None:
    case = a_case(members=2)
    words = text_of(sign_in(ana).get(page_of(case)))
    assert "case opened 3 Nov 2026, 12:00:00 system" in words
    assert "item clustered item" in words


def test_whoever_may_still_vote_sees_no_earlier_answer(
    sign_in: SignIn, ana: User, ben: User, cleo: User
) -> None:
    case = answered(a_case(), (ana, PSEUDO_B), (ben, PSEUDO_C))
    assert case.state == Case.State.THIRD
    words = text_of(sign_in(cleo).get(page_of(case)))
    assert "Earlier answers stay closed to you" in words
    assert not [telling for telling in TELLING if telling in words]


def test_a_blind_reader_sees_a_match_but_not_its_grade(
    sign_in: SignIn, ben: User, ana: User, mia: User
) -> None:
    case = a_case()
    matched(case)
    answered(case, (ana, PSEUDO_B))
    blind = text_of(sign_in(ben).get(page_of(case)))
    assert "12 of 31" in blind
    assert "Earlier grade" not in blind
    assert not [telling for telling in TELLING if telling in blind]
    assert "England and Wales: Indecent pseudo-photograph B" in text_of(sign_in(mia).get(page_of(case)))


def test_a_second_reader_waits_until_her_answer_stands(sign_in: SignIn, ana: User, ben: User) -> None:
    now = timezone.now()
    case = answered(a_case(), (ana, PSEUDO_B), (ben, PSEUDO_C), at=now - timedelta(minutes=5))
    words = text_of(sign_in(ben).get(page_of(case)))
    assert "What you answered" in words
    assert "Category C" in words  # his own
    assert "Category B" not in words
    assert "Ana" not in words.split("What you answered")[1].split("Pictures in this case")[0]

    old = answered(a_case(), (ana, PSEUDO_B), (ben, PSEUDO_C), at=now - UNDO_WITHIN - timedelta(minutes=5))
    words = text_of(sign_in(ben).get(page_of(old)))
    assert "Category B" in words
    assert "Category C" in words


def test_results_and_answers_stand_side_by_side_once_the_case_is_decided(
    sign_in: SignIn, ana: User, ben: User, cleo: User
) -> None:
    case = answered(a_case(), (ana, PSEUDO_B), (ben, PSEUDO_C), (cleo, PSEUDO_C))
    answer = sign_in(ana).get(page_of(case))
    words = text_of(answer)
    assert "A third reader decided" in words
    assert "England and Wales gb-eng" in words
    assert "Indecent pseudo-photograph C Protection of Children Act 1978" in words
    assert "Severity (answered differently) Category B Category C Category C" in words
    assert answer.content.decode().count('class="differ"') == 1


def test_a_large_case_is_paged_with_few_queries(sign_in: SignIn, ana: User) -> None:
    case = a_case(members=45)
    examined(case)
    client = sign_in(ana)
    with at_most(20):
        first = client.get(page_of(case))
    assert "1 to 20 of 45" in text_of(first)
    assert "41 to 45 of 45" in text_of(client.get(page_of(case) + "?members=3"))


def test_a_code_that_leads_nowhere_is_not_found(sign_in: SignIn, ana: User) -> None:
    assert sign_in(ana).get(f"/console/cases/{uuid.uuid4()}/").status_code == 404


@pytest.mark.parametrize("role", ["operator", "partner"])
def test_whoever_reads_no_cases_may_not_open_one(
    sign_in: SignIn, add_person: Callable[..., User], role: str
) -> None:
    assert sign_in(add_person("otto", role)).get(page_of(a_case())).status_code == 403


def test_a_notice_is_drafted_from_a_decided_case_by_the_manager_alone(
    sign_in: SignIn, ana: User, ben: User, mia: User
) -> None:
    waiting, decided = a_case(), answered(a_case(), (ana, PSEUDO_B), (ben, PSEUDO_B))
    form = f'action="/console/cases/{decided.code}/notice/"'
    assert form in sign_in(mia).get(page_of(decided)).content.decode()
    assert form not in sign_in(ana).get(page_of(decided)).content.decode()
    assert "Draft a notice" not in text_of(sign_in(mia).get(page_of(waiting)))
