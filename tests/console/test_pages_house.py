"""People, the review policy, and agreement."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from tests.console.pages_cast import at_most, text_of
from tests.desk_of import NOT_INDECENT, PSEUDO_B, PSEUDO_C, a_case, answered

from openhotline_server.accounts.models import User
from openhotline_server.assessment.queries import get_policy
from openhotline_server.ledger.queries import search

SignIn = Callable[[User], Client]
SENSIBLE = {
    "second_vote_percent": 20,
    "automatic_check_percent": 3,
    "daily_minutes": 240,
    "minutes_before_break": 50,
    "break_minutes": 15,
    "last_hour": 17,
}


def test_people_are_listed_with_role_and_second_factor(
    sign_in: SignIn, ana: User, oda: User, paul: User
) -> None:
    Authenticator.objects.create(user=ana, type=Authenticator.Type.TOTP, data={})
    Authenticator.objects.create(user=paul, type=Authenticator.Type.RECOVERY_CODES, data={})
    client = sign_in(oda)
    with at_most(5):
        words = text_of(client.get("/console/people/"))
    assert "Ana ana Analyst set up never" in words
    assert "Paul paul Partner organisation not set up never" in words


def test_a_manager_sets_the_policy_and_the_ledger_knows(sign_in: SignIn, mia: User) -> None:
    client = sign_in(mia)
    answer = client.post("/console/policy/", SENSIBLE, follow=True)
    assert "in force from now on" in text_of(answer)
    assert {name: getattr(get_policy(), name) for name in SENSIBLE} == SENSIBLE
    assert search(event="policy.set", actor=str(mia.code)).count() == 1
    assert "Mia 20 % 3 % 240 min 15 after 50 min 17:00" in text_of(answer)


@pytest.mark.parametrize(
    ("name", "value"),
    [("second_vote_percent", 101), ("daily_minutes", 0), ("last_hour", 25), ("break_minutes", "a")],
)
def test_an_impossible_policy_is_refused_beside_its_field(
    sign_in: SignIn, mia: User, name: str, value: object
) -> None:
    answer = sign_in(mia).post("/console/policy/", SENSIBLE | {name: value})
    assert answer.status_code == 200
    assert f'id="id_{name}_error"' in answer.content.decode()
    assert getattr(get_policy(), name) not in (value, SENSIBLE[name])


def test_a_policy_is_the_managers_to_set(sign_in: SignIn, ana: User, oda: User) -> None:
    for person in (ana, oda):
        assert sign_in(person).post("/console/policy/", SENSIBLE).status_code == 403


def test_agreement_says_when_there_are_too_few_pairs(sign_in: SignIn, mia: User) -> None:
    words = text_of(sign_in(mia).get("/console/agreement/"))
    assert "0 cases read twice" in words
    assert "Too few pairs for a number: 0 of at least 30." in words


def test_agreement_shows_its_numbers_with_their_doubt(
    sign_in: SignIn, ana: User, ben: User, mia: User
) -> None:
    for number in range(32):
        first = PSEUDO_B if number % 2 else NOT_INDECENT
        answered(a_case(), (ana, first), (ben, PSEUDO_C if number == 1 else first))
    client = sign_in(mia)
    with at_most(5):
        words = text_of(client.get("/console/agreement/"))
    assert "32 cases read twice" in words
    # Both readers answered the same question of indecency the same way, 16 times yes and 16 times no.
    assert "Indecent 32 100.0 % 1.00 1.00 to 1.00 1.00" in words
    assert "Severity 16 \u2013 Too few pairs" in words
    assert "Child 32 \u2013 Everybody gave the same answer" in words
