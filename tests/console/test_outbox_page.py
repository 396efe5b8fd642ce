"""The outbox's screen: what needs a person first, and her decision, once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from tests.conftest import NOON
from tests.console.pages_cast import at_most, text_of
from tests.notices.outbox_cast import a_letter

from openhotline_server.accounts.models import User
from openhotline_server.notices import outbox
from openhotline_server.notices.models import Outgoing
from openhotline_server.notices.smtp import Outcome, Result

SignIn = Callable[[User], Client]
PAGE = "/console/outbox/"
State = Outgoing.State


@pytest.fixture(autouse=True)
def sender(settings: Any) -> None:
    settings.MAIL_FROM = "hotline@example.org"
    settings.SMTP_URL = "smtp://127.0.0.1:2525"


def tried(letter: Outgoing, outcome: Outcome, words: str) -> Outgoing:
    claimed = outbox.claim(outgoing=letter, at=NOON)
    assert claimed is not None
    return outbox.settle(claimed=claimed, result=Result(outcome, words, True), at=NOON)


def decide(client: Client, letter: Outgoing, decision: str) -> str:
    answer = client.post(
        f"{PAGE}{letter.code}/decide/", {"decision": decision, "words": "looked it up"}, follow=True
    )
    assert answer.status_code == 200
    return text_of(answer)


def test_what_needs_a_person_comes_first(sign_in: SignIn, mia: User) -> None:
    a_letter(mia)
    tried(a_letter(mia), Outcome.UNKNOWN, "The line was lost.")
    html = text_of(sign_in(mia).get(PAGE))
    assert "The line was lost." in html
    assert "It did leave" in html and "Send it again" in html
    assert "Try again" not in html


def test_each_state_has_its_tab(sign_in: SignIn, mia: User) -> None:
    client = sign_in(mia)
    tried(a_letter(mia), Outcome.REFUSED, "550 no such mailbox")
    tried(a_letter(mia), Outcome.TAKEN, "250 Taken as Q1")
    assert "550 no such mailbox" in text_of(client.get(f"{PAGE}?tab=dead"))
    assert "250 Taken as Q1" in text_of(client.get(f"{PAGE}?tab=sent"))
    assert "No letter waits." in text_of(client.get(f"{PAGE}?tab=waiting"))
    assert client.get(f"{PAGE}?tab=rubbish").status_code == 200


def test_a_decision_is_made_once(sign_in: SignIn, mia: User) -> None:
    letter, client = tried(a_letter(mia), Outcome.UNKNOWN, "The line was lost."), sign_in(mia)
    assert "Recorded." in decide(client, letter, "it_left")
    letter.refresh_from_db()
    assert (letter.state, letter.receipt) == (State.SENT, "looked it up")
    assert "does not wait for that decision" in decide(client, letter, "send_again")


def test_a_decision_that_is_none_changes_nothing(sign_in: SignIn, mia: User) -> None:
    letter = tried(a_letter(mia), Outcome.UNKNOWN, "The line was lost.")
    decide(sign_in(mia), letter, "burn it")
    letter.refresh_from_db()
    assert letter.state == State.UNCERTAIN


@pytest.mark.parametrize("who", ["ana", "oda", "ben"])
def test_whoever_may_not_send_sees_no_outbox(
    sign_in: SignIn, mia: User, who: str, request: pytest.FixtureRequest
) -> None:
    client = sign_in(request.getfixturevalue(who))
    letter = tried(a_letter(mia), Outcome.UNKNOWN, "The line was lost.")
    assert client.get(PAGE).status_code == 403
    assert client.post(f"{PAGE}{letter.code}/decide/", {"decision": "it_left"}).status_code == 403
    letter.refresh_from_db()
    assert letter.state == State.UNCERTAIN


def test_the_page_costs_the_same_for_many_letters(sign_in: SignIn, mia: User) -> None:
    client = sign_in(mia)
    for _ in range(12):
        a_letter(mia)
    with at_most(25):
        assert text_of(client.get(f"{PAGE}?tab=waiting")).count("Give it up") == 12
