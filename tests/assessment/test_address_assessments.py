"""What stands at an address: facts, results in every jurisdiction, and what a person may take back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.conftest import NOON

from openhotline.errors import BadInput, Conflict, NotAllowed, NotFound
from openhotline_server.accounts.models import User
from openhotline_server.assessment.address_queries import (
    find_like,
    find_undoable,
    list_address_assessments,
    may_assess,
)
from openhotline_server.assessment.addresses import (
    assess_address,
    find_address_assessment,
    undo_address_assessment,
)
from openhotline_server.intake.models import Address
from openhotline_server.ledger.models import Line
from openhotline_server.triage.models import AddressCase, AddressClaim

pytestmark = pytest.mark.django_db

CRIMINAL = {
    "child": "yes",
    "age_band": "7-10",
    "image_type": "pseudo_photograph",
    "indecent": "yes",
    "severity": "B",
    "sex": "girl",
    "ai": "wholly_generated",
}
OFF_REMIT = {"child": "no", "discount_reason": "off_remit"}
UNSURE = {"child": "unsure"}


def case_at(page: str, domain: str = "example.org") -> AddressCase:
    address = Address.objects.create(
        digest=f"{page:>064}",
        normal=f"https://{domain}/{page}",
        network="web",
        host=domain,
        domain=domain,
        first_reported_at=NOON,
    )
    return AddressCase.objects.create(
        address=address, rules_edition="1", opened_at=NOON, turn_at=NOON, due_at=NOON
    )


def found(facts: dict[str, str], **more: Any) -> dict[str, Any]:
    plain = {
        "site_type": "image_host",
        "commercial": "unknown",
        "pictures": 2,
        "films": 0,
        "identifying": [],
        "note": "",
    }
    return {"facts": facts, **plain, **more}


@pytest.fixture
def case() -> AddressCase:
    return case_at("a")


@pytest.fixture
def nina(add_person: Callable[..., User]) -> User:
    return add_person("nina", "analyst")


def test_every_jurisdiction_says_what_it_makes_of_the_facts(case: AddressCase, ana: User) -> None:
    made = assess_address(case=case, person=ana, at=NOON, **found(CRIMINAL, identifying=["voice", "name"]))
    assert (made.outcome, made.grade, made.severity, made.age_band) == ("pseudo_photograph", "B", "B", "7-10")
    assert (made.sex, made.ai, made.identifying) == ("girl", "wholly_generated", ["name", "voice"])
    codes = [result["jurisdiction"] for result in made.results]
    assert codes == ["gb-eng", "interpol-baseline", "us-ncmec", "example-non-photographic"]
    assert made.results[0]["outcome"] == made.outcome
    assert find_address_assessment(case) == made


def test_what_is_not_criminal_records_no_category_and_needs_no_kind_of_site(
    case: AddressCase, ana: User
) -> None:
    nothing = found(OFF_REMIT, site_type="", commercial="", pictures=0)
    made = assess_address(case=case, person=ana, at=NOON, **nothing)
    assert (made.outcome, made.discount_reason, made.severity) == ("discounted", "off_remit", "")


def test_a_later_assessment_supersedes_and_the_ledger_has_both(
    case: AddressCase, ana: User, nina: User
) -> None:
    first = assess_address(case=case, person=ana, at=NOON, **found(CRIMINAL))
    later = assess_address(case=case, person=nina, at=NOON + timedelta(hours=1), **found(OFF_REMIT))
    assert find_address_assessment(case) == later
    assert [one.pk for one in list_address_assessments(case)] == [later.pk, first.pk]
    lines = Line.objects.filter(event="address.assessed", subject=case.subject)
    assert [line.actor for line in lines.order_by("sequence")] == [str(ana.code), str(nina.code)]
    assert "example.org" not in str(list(lines.values_list("details", flat=True)))


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"facts": {"child": "yes"}}, "still open"),
        ({"facts": {**UNSURE, "second_opinion": "still_unsure"}}, "still open"),
        ({"site_type": ""}, "kind of site"),
        ({"commercial": ""}, "commercial"),
        ({"pictures": 0}, "at least one"),
        ({"pictures": -1}, "whole numbers"),
        ({"identifying": ["other"]}, "Describe"),
        ({"note": "x" * 1001}, "Shorten"),
    ],
)
def test_answers_that_leave_something_open_are_refused(
    case: AddressCase, ana: User, wrong: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(BadInput, match=sentence):
        assess_address(case=case, person=ana, at=NOON, **{**found(CRIMINAL), **wrong})
    assert find_address_assessment(case) is None


@pytest.mark.parametrize(
    "wrong", [{"site_type": "castle"}, {"commercial": "castle"}, {"identifying": ["castle"]}]
)
def test_words_of_no_vocabulary_are_refused(case: AddressCase, ana: User, wrong: dict[str, Any]) -> None:
    with pytest.raises(NotFound):
        assess_address(case=case, person=ana, at=NOON, **{**found(CRIMINAL), **wrong})


def test_only_who_may_assesses_and_nobody_while_another_holds_it(
    case: AddressCase, ana: User, mia: User, nina: User
) -> None:
    with pytest.raises(NotAllowed):
        assess_address(case=case, person=mia, at=NOON, **found(CRIMINAL))
    AddressClaim.objects.create(case=case, person=nina, expires_at=NOON + timedelta(minutes=5))
    with pytest.raises(Conflict, match="next one"):
        assess_address(case=case, person=ana, at=NOON, **found(CRIMINAL))
    assess_address(case=case, person=ana, at=NOON + timedelta(minutes=6), **found(CRIMINAL))


def test_who_could_not_tell_leaves_it_open_to_another(case: AddressCase, ana: User, nina: User) -> None:
    open_one = assess_address(case=case, person=ana, at=NOON, **found(UNSURE))
    assert open_one.outcome == ""
    assert not may_assess(case, ana)
    assert may_assess(case, nina)
    with pytest.raises(NotAllowed, match="somebody else"):
        assess_address(case=case, person=ana, at=NOON, **found(CRIMINAL))
    assert assess_address(case=case, person=nina, at=NOON, **found(CRIMINAL)).outcome == "pseudo_photograph"


def test_two_who_could_not_tell_decide_it_together(case: AddressCase, ana: User, nina: User) -> None:
    assess_address(case=case, person=ana, at=NOON, **found(UNSURE))
    made = assess_address(case=case, person=nina, at=NOON, **found(UNSURE))
    assert (made.outcome, made.discount_reason) == ("discounted", "age_in_question")


def test_the_last_quarter_of_an_hour_may_be_taken_back(case: AddressCase, ana: User, nina: User) -> None:
    first = assess_address(case=case, person=nina, at=NOON, **found(OFF_REMIT))
    later = NOON + timedelta(hours=1)
    assess_address(case=case, person=ana, at=later, **found(CRIMINAL))
    assert find_undoable(ana, at=later + timedelta(minutes=15)) is not None
    assert find_undoable(ana, at=later + timedelta(minutes=16)) is None
    with pytest.raises(Conflict):
        undo_address_assessment(case=case, person=nina, at=later)
    undo_address_assessment(case=case, person=ana, at=later + timedelta(minutes=1))
    again = find_address_assessment(case)
    assert again is not None
    assert (again.person, again.facts, again.outcome) == (nina, OFF_REMIT, "discounted")
    assert again.pk != first.pk
    assert len(list_address_assessments(case)) == 3


def test_an_hour_later_it_stands(case: AddressCase, ana: User) -> None:
    assess_address(case=case, person=ana, at=NOON, **found(CRIMINAL))
    with pytest.raises(Conflict, match="15 minutes"):
        undo_address_assessment(case=case, person=ana, at=NOON + timedelta(hours=1))


def test_the_same_domain_suggests_its_kind_of_site(case: AddressCase, ana: User) -> None:
    beside, elsewhere = case_at("b"), case_at("c", "example.net")
    assess_address(case=case, person=ana, at=NOON, **found(CRIMINAL, site_type="forum"))
    like = find_like(beside)
    assert like is not None
    assert like.site_type == "forum"
    assert find_like(elsewhere) is None
