"""The way in: closed to strangers, limited, with a second factor, and written down."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.test import Client
from tests.conftest import NOON, PASSWORD

from openhotline.errors import BadInput, Conflict
from openhotline_server.accounts.models import User
from openhotline_server.accounts.operations import add_person, issue_partner_key
from openhotline_server.accounts.permissions import ROLE_PERMISSIONS, Permission, Role, allowed
from openhotline_server.ledger import queries as ledger
from openhotline_server.ledger.events import Event

pytestmark = pytest.mark.django_db
LOGIN = "/sign-in/login/"


def _sign_in(client: Client, name: str = "mia", password: str = PASSWORD) -> int:
    return client.post(LOGIN, {"login": name, "password": password}).status_code


def test_a_sign_in_leads_to_the_console_and_is_a_ledger_line(client: Client, mia: User) -> None:
    answer = client.post(LOGIN, {"login": "mia", "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/console/")
    assert ledger.search(event=Event.PERSON_SIGNED_IN, subject=f"person:{mia.code}").count() == 1


def test_a_wrong_password_or_name_says_the_same(client: Client, mia: User) -> None:
    wrong = client.post(LOGIN, {"login": "mia", "password": "not the sentence"})
    nobody = client.post(LOGIN, {"login": "nobody", "password": "not the sentence"})
    assert wrong.status_code == nobody.status_code == 200
    assert not client.session.get("_auth_user_id")


def test_a_refused_sign_in_is_a_ledger_line_without_what_was_typed(client: Client, mia: User) -> None:
    _sign_in(client, password="not the sentence")
    _sign_in(client, name="a sentence typed in the wrong field")
    of_mia = ledger.search(event=Event.SIGN_IN_REFUSED, subject=f"person:{mia.code}")
    assert of_mia.count() == 1
    lines = ledger.search(event=Event.SIGN_IN_REFUSED)
    assert {line.subject for line in lines} == {f"person:{mia.code}", "person:unknown"}
    assert all("sentence" not in str(line.details) for line in lines)


def test_guessing_is_slowed_down(client: Client, mia: User) -> None:
    for _ in range(6):
        _sign_in(client, password="a wrong sentence")
    assert _sign_in(client) != 302
    assert not client.session.get("_auth_user_id")


def test_nobody_signs_up(client: Client) -> None:
    answer = client.post(
        "/sign-in/signup/", {"username": "otto", "password1": PASSWORD, "password2": PASSWORD}
    )
    assert answer.status_code in (200, 403)
    assert not User.objects.exists()


def test_the_session_cookie_is_strict(client: Client, mia: User) -> None:
    _sign_in(client)
    cookie = client.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"


def test_without_a_second_factor_there_is_no_work(client: Client, mia: User, settings: Any) -> None:
    settings.REQUIRE_MFA = True
    _sign_in(client)
    for page in ("/console/", "/console/statistics/", "/console/ledger/"):
        answer = client.get(page)
        assert (answer.status_code, answer["Location"]) == (302, "/sign-in/2fa/totp/activate/")
    assert client.get("/sign-in/2fa/totp/activate/").status_code == 200


def test_with_a_second_factor_the_password_alone_opens_nothing(
    client: Client, mia: User, settings: Any
) -> None:
    settings.REQUIRE_MFA = True
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(mia, secret)
    assert Authenticator.objects.filter(user=mia).count() == 1
    answer = client.post(LOGIN, {"login": "mia", "password": PASSWORD})
    assert answer["Location"].startswith("/sign-in/2fa/authenticate/")
    assert client.get("/console/").status_code == 302
    code = totp.format_hotp_value(totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time())))
    client.post("/sign-in/2fa/authenticate/", {"code": code})
    assert client.get("/console/").status_code == 200


def test_a_weak_password_and_a_taken_name_are_refused(mia: User) -> None:
    with pytest.raises(BadInput, match="weak"):
        add_person(
            username="new", display_name="New", role=Role.ANALYST, password="short", actor="x", at=NOON
        )
    with pytest.raises(Conflict, match="taken"):
        add_person(username="mia", display_name="M", role=Role.ANALYST, password=PASSWORD, actor="x", at=NOON)


def test_only_a_partner_gets_a_key_and_it_is_not_kept(mia: User, paul: User) -> None:
    with pytest.raises(BadInput):
        issue_partner_key(partner=mia, actor="x", at=NOON)
    issued = issue_partner_key(partner=paul, actor="x", at=NOON)
    assert issued.secret not in str(vars(issued.key))


def test_every_permission_is_held_by_somebody_and_an_unknown_role_holds_none() -> None:
    assert set(Permission) == set().union(*ROLE_PERMISSIONS.values())
    assert not any(allowed("king", permission) for permission in Permission)
