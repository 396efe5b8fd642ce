"""The lists, one list with its rules and its loadings, and what waits for a person."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from tests.conftest import NOON
from tests.console.pages_cast import at_most, text_of
from tests.lists.lists_cast import a_list, csv_of, in_force, loaded, random_pdqs

from openhotline_server.accounts.models import User
from openhotline_server.accounts.permissions import Role
from openhotline_server.ledger.events import Event
from openhotline_server.ledger.queries import search
from openhotline_server.lists.models import HashList, Loading
from openhotline_server.lists.operations import ensure_own_list, set_aside
from openhotline_server.lists.queries import list_loadings

SignIn = Callable[[User], Client]
ONE, TWO, THREE = random_pdqs(3)
RULES = {
    "max_distance": 20,
    "min_quality": 60,
    "severity": "A",
    "ai": "",
    "expires_after_days": "",
    "bad_row_percent": 2.5,
    "withdrawal_percent": 40,
    "flood_window_hours": 12,
    "flood_least_items": 100,
    "flood_times_usual": 5,
    "flood_least_percent": 10,
}


@pytest.fixture
def partner(db: None, tmp_path: Path) -> HashList:
    made = a_list()
    loaded(made, csv_of(tmp_path / "a.csv", [ONE, TWO]))
    return made


@pytest.fixture
def stopped(partner: HashList, tmp_path: Path) -> Loading:
    return loaded(partner, csv_of(tmp_path / "b.csv", [ONE, "abcd", THREE]))


def page_of(found: HashList) -> str:
    return f"/console/lists/{found.code}/"


def test_the_lists_stand_with_edition_threshold_and_last_loading(
    sign_in: SignIn, mia: User, partner: HashList
) -> None:
    ensure_own_list(at=NOON)
    a_list("false", suppresses=True)
    client = sign_in(mia)
    with at_most(9):
        words = text_of(client.get("/console/lists/"))
    assert (
        "The list partner Imported In force Known material 1 2 31 bits 50 In force 3 Nov 2026, 12:00" in words
    )
    assert "Our own list Our own list In force Known material none 0 31 bits 50 by publishing" in words
    assert "The list false Imported In force Known false positives" in words
    assert "for a person" not in words


def test_what_waits_for_a_person_is_said_on_the_first_page_too(
    sign_in: SignIn, mia: User, ana: User, partner: HashList, stopped: Loading
) -> None:
    other = a_list("other")
    set_aside(hash_list=other, reason="3 of 5 items matched.", actor="system", at=NOON)
    for page in ("/console/", "/console/lists/"):
        words = text_of(sign_in(mia).get(page))
        assert "Lists wait for a person" in words
        assert "The list other is set aside since 3 November 2026, 12:00: 3 of 5 items matched." in words
        assert "The list partner has a loading that stopped." in words
    assert "for a person" not in text_of(sign_in(ana).get("/console/"))


def test_a_manager_sets_the_rules_and_the_ledger_knows(sign_in: SignIn, mia: User, partner: HashList) -> None:
    answer = sign_in(mia).post(page_of(partner) + "rules/", RULES, follow=True)
    assert "The rules are in force." in text_of(answer)
    partner.refresh_from_db()
    assert (partner.max_distance, partner.min_quality, partner.tags) == (20, 60, {"severity": "A"})
    told = search(event=Event.LIST_GOVERNED, actor=str(mia.code)).get().details
    assert (told["max_distance"], told["bad_row_percent"]) == (20, "2.5")
    sign_in(mia).post(page_of(partner) + "rules/", RULES)
    assert search(event=Event.LIST_GOVERNED).count() == 1  # the same again is no act


@pytest.mark.parametrize(
    ("name", "value"),
    [("max_distance", 65), ("min_quality", 101), ("ai", "smells"), ("flood_least_items", 0)],
)
def test_impossible_rules_are_refused_beside_their_field(
    sign_in: SignIn, mia: User, partner: HashList, name: str, value: object
) -> None:
    answer = sign_in(mia).post(page_of(partner) + "rules/", RULES | {name: value})
    assert f'id="id_{name}_error"' in answer.content.decode()
    assert not search(event=Event.LIST_GOVERNED).exists()


def test_a_list_is_set_aside_and_put_back_with_a_reason(
    sign_in: SignIn, mia: User, partner: HashList
) -> None:
    client, page = sign_in(mia), page_of(partner)
    assert "reason" in text_of(client.post(page + "set-aside/", {"text": ""}, follow=True)).lower()
    words = text_of(client.post(page + "set-aside/", {"text": "asked by the sender"}, follow=True))
    assert "Set aside since" in words
    assert "asked by the sender" in words
    partner.refresh_from_db()
    assert partner.state == HashList.State.SET_ASIDE
    words = text_of(client.post(page + "put-back/", {"text": "the sender looked"}, follow=True))
    assert "Put back." in words
    partner.refresh_from_db()
    assert partner.state == HashList.State.IN_FORCE


def test_a_list_is_ended_for_good_with_its_name_and_a_reason(
    sign_in: SignIn, mia: User, partner: HashList
) -> None:
    client, page = sign_in(mia), page_of(partner)
    words = text_of(client.post(page + "end/", {"text": "the partner closed", "name": "other"}, follow=True))
    assert "It was not ended." in words and not search(event=Event.LIST_ENDED).exists()
    words = text_of(
        client.post(page + "end/", {"text": "the partner closed", "name": "partner"}, follow=True)
    )
    assert "Ended." in words and "End it" not in words
    told = search(event=Event.LIST_ENDED, subject=partner.subject, actor=str(mia.code)).get().details
    assert told == {"reason": "the partner closed"}
    partner.refresh_from_db()
    assert partner.state == HashList.State.ENDED


def test_our_own_list_has_no_end(sign_in: SignIn, mia: User) -> None:
    own = ensure_own_list(at=NOON)
    assert "End it for good" not in text_of(sign_in(mia).get(page_of(own)))
    sign_in(mia).post(page_of(own) + "end/", {"text": "the partner closed", "name": own.name})
    own.refresh_from_db()
    assert own.state == HashList.State.IN_FORCE


def test_rejected_rows_are_named_and_a_person_decides(
    sign_in: SignIn, mia: User, partner: HashList, stopped: Loading
) -> None:
    client, page = sign_in(mia), f"/console/lists/loadings/{stopped.code}/"
    words = text_of(client.get(page))
    assert "It waits for a person 1 of 3 rows are bad, more than 1 %." in words
    assert "3 A PDQ hash has 64 digits" in words
    assert ONE not in words
    words = text_of(client.post(page + "abandon/", {"text": "a broken file"}, follow=True))
    assert "Given up." in words
    assert list_loadings(partner)[0].state == Loading.State.ABANDONED
    assert in_force(partner) == {ONE, TWO}


def test_an_accepted_loading_goes_on_with_the_next_try(
    sign_in: SignIn, mia: User, partner: HashList, stopped: Loading, tmp_path: Path
) -> None:
    sign_in(mia).post(f"/console/lists/loadings/{stopped.code}/accept/", {"text": "seen with the sender"})
    assert loaded(partner, tmp_path / "b.csv").state == Loading.State.DONE
    assert in_force(partner) == {ONE, THREE}


@pytest.mark.parametrize("role", Role.values)
def test_only_a_manager_reads_and_changes_lists(
    sign_in: SignIn, add_person: Callable[..., User], partner: HashList, stopped: Loading, role: str
) -> None:
    client, allowed = sign_in(add_person("somebody", role)), role == Role.MANAGER
    for page in (page_of(partner), f"/console/lists/loadings/{stopped.code}/"):
        assert client.get(page).status_code == (200 if allowed else 403)
    for act in ("rules/", "set-aside/", "put-back/", "end/"):
        assert client.post(page_of(partner) + act).status_code in ((200, 302) if allowed else (403,))
    assert HashList.objects.get(name="partner").state == HashList.State.IN_FORCE


def test_a_list_or_loading_that_is_not_there_says_so(sign_in: SignIn, mia: User) -> None:
    client = sign_in(mia)
    for page in (f"/console/lists/{uuid.uuid4()}/", f"/console/lists/loadings/{uuid.uuid4()}/"):
        assert client.get(page).status_code == 404
