"""The ledger's page: search, verification, and the blindness that holds here too."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from tests.console.pages_cast import at_most, text_of
from tests.desk_of import PSEUDO_B, PSEUDO_C, a_case, answered

from openhotline_server.accounts.models import User
from openhotline_server.ledger.queries import length
from openhotline_server.triage.models import Case

SignIn = Callable[[User], Client]


def test_lines_are_found_by_event_person_subject_and_day(sign_in: SignIn, ana: User, mia: User) -> None:
    case = answered(a_case(), (ana, PSEUDO_B))
    client = sign_in(mia)
    for search in (
        f"event=vote.cast&actor={ana.code}&subject={case.subject}&on=2026-11-03",
        f"subject=case:{str(case.code)[:8]}&event=vote.cast",
    ):
        words = text_of(client.get(f"/console/ledger/?{search}"))
        assert "1 line found" in words
        assert "vote cast Ana case" in words
    assert "No line fits" in text_of(client.get("/console/ledger/?on=2019-01-01"))


def test_a_search_that_makes_no_sense_says_so(sign_in: SignIn, mia: User) -> None:
    answer = sign_in(mia).get("/console/ledger/?on=yesterday&event=tea.drunk")
    assert answer.status_code == 200
    assert "Enter a valid date." in text_of(answer)


def test_a_long_ledger_is_paged_with_few_queries(sign_in: SignIn, ana: User, mia: User) -> None:
    for _ in range(12):
        answered(a_case(members=3), (ana, PSEUDO_B))
    client = sign_in(mia)
    with at_most(12):
        answer = client.get("/console/ledger/")
    assert f"1 to 50 of {length()}" in text_of(answer)
    assert client.get("/console/ledger/?page=2&event=vote.cast").status_code == 200


@pytest.mark.parametrize("who", ["mia", "oda"])
def test_a_whole_ledger_verifies(sign_in: SignIn, ana: User, mia: User, oda: User, who: str) -> None:
    answered(a_case(), (ana, PSEUDO_B))
    client = sign_in({"mia": mia, "oda": oda}[who])
    words = text_of(client.post("/console/ledger/verify/", follow=True))
    assert f"The ledger holds: {length()} lines" in words


def test_an_altered_line_is_named(sign_in: SignIn, ana: User, oda: User) -> None:
    answered(a_case(), (ana, PSEUDO_B))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_line SET actor = 'somebody' WHERE sequence = 3")
    words = text_of(sign_in(oda).post("/console/ledger/verify/", follow=True))
    assert "does not hold from line 3 on" in words


def test_verifying_takes_a_button_not_a_link(sign_in: SignIn, oda: User) -> None:
    assert sign_in(oda).get("/console/ledger/verify/").status_code == 405


def test_an_analyst_verifies_nothing(sign_in: SignIn, ana: User) -> None:
    assert sign_in(ana).post("/console/ledger/verify/").status_code == 403


def test_details_of_votes_are_open_to_those_who_read_no_cases(
    sign_in: SignIn, ana: User, ben: User, mia: User, oda: User
) -> None:
    case = answered(a_case(), (ana, PSEUDO_B), (ben, PSEUDO_C))
    assert case.state == Case.State.THIRD
    search = f"/console/ledger/?subject={case.subject}"
    for person in (mia, oda):
        words = text_of(sign_in(person).get(search))
        assert "vote cast Ana" in words
        assert "pseudo_photograph" in words
