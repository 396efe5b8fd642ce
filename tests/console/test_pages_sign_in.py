"""The way in and out, in our own frame and words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.test import Client
from tests.conftest import PASSWORD
from tests.console.pages_cast import text_of
from tests.console.test_pages_access import INLINE

from openhotline_server.accounts.models import User
from openhotline_server.ledger.queries import search

SignIn = Callable[[User], Client]
LOGIN = "/sign-in/login/"
FOR_NOBODY = [LOGIN, "/sign-in/signup/", "/sign-in/password/reset/", "/sign-in/inactive/"]
FOR_PEOPLE = ["/sign-in/logout/", "/sign-in/email/", "/sign-in/2fa/", "/sign-in/reauthenticate/"]
FRAME = 'class="wordmark"'


def code_now(secret: str) -> str:
    counter = next(totp.yield_hotp_counters_from_time())
    return totp.format_hotp_value(totp.hotp_value(secret, counter))


def entered(user: User, **more: str) -> tuple[Client, Any]:
    client = Client()
    return client, client.post(LOGIN, {"login": user.username, "password": PASSWORD, **more})


@pytest.mark.django_db
@pytest.mark.parametrize("page", FOR_NOBODY)
def test_a_page_for_nobody_wears_our_frame(client: Client, page: str) -> None:
    answer = client.get(page)
    html = answer.content.decode()
    assert answer.status_code == 200
    assert FRAME in html
    assert not INLINE.search(html)


@pytest.mark.parametrize("page", FOR_PEOPLE)
def test_an_account_page_wears_our_frame(mia: User, page: str) -> None:
    client, _ = entered(mia)
    answer = client.get(page)
    assert answer.status_code == 200
    html = answer.content.decode()
    assert FRAME in html
    assert not INLINE.search(html)


def test_signing_in_leads_home_and_is_written_down(mia: User) -> None:
    client, answer = entered(mia)
    assert answer["Location"] == "/console/"
    assert search(event="person.signed_in", actor=str(mia.code)).count() == 1
    assert "Hello, Mia" in text_of(client.get("/console/"))


def test_a_wrong_password_is_said_without_saying_which_part_was_wrong(mia: User) -> None:
    wrong = Client().post(LOGIN, {"login": "mia", "password": "wrong"})
    nobody = Client().post(LOGIN, {"login": "otto", "password": "wrong"})
    for answer in (wrong, nobody):
        assert 'role="alert"' in answer.content.decode()
        assert 'aria-invalid="true"' in answer.content.decode()
    assert text_of(wrong) == text_of(nobody)


@pytest.mark.django_db
def test_nobody_signs_up(client: Client) -> None:
    assert "Nobody signs up here" in text_of(client.get("/sign-in/signup/"))


def test_signing_out_leads_to_the_sign_in_page(mia: User) -> None:
    client, _ = entered(mia)
    assert client.post("/sign-in/logout/")["Location"] == "/sign-in/login/"
    assert "You are signed out." in text_of(client.get("/sign-in/login/"))
    assert client.get("/console/").status_code == 302


def test_where_a_second_factor_is_asked_for_nobody_works_without_it(mia: User, settings: Any) -> None:
    settings.REQUIRE_MFA = True
    client, _ = entered(mia)
    answer = client.get("/console/", follow=True)
    assert answer.redirect_chain[0][0] == "/sign-in/2fa/totp/activate/"


def test_a_second_factor_is_set_up_and_asked_for(mia: User, settings: Any) -> None:
    settings.REQUIRE_MFA = True
    client, _ = entered(mia)
    page = client.get("/sign-in/2fa/totp/activate/")  # whoever has just signed in is not asked again
    html = page.content.decode()
    assert 'class="qr" src="data:image/svg+xml' in html
    assert not INLINE.search(html.replace(html[html.index('src="data:') : html.index('" width=')], ""))
    secret = html.split('id="authenticator_secret" value="')[1].split('"')[0]
    codes = client.post("/sign-in/2fa/totp/activate/", {"code": code_now(secret)}, follow=True)
    assert "Recovery codes" in text_of(codes)
    assert "10 of 10 unused" in text_of(codes)
    assert client.get("/console/").status_code == 200

    _, again = entered(mia)
    assert again["Location"].startswith("/sign-in/2fa/authenticate/")


def test_a_recovery_code_lets_in_once(mia: User) -> None:
    totp.TOTP.activate(mia, totp.generate_totp_secret())
    code = RecoveryCodes.activate(mia).get_unused_codes()[0]
    client, _ = entered(mia)
    step = client.get("/sign-in/2fa/authenticate/")
    assert "Second step" in text_of(step)
    assert client.get("/console/").status_code == 302
    assert client.post("/sign-in/2fa/authenticate/", {"code": code})["Location"] == "/console/"
    for page in ("/sign-in/2fa/", "/sign-in/2fa/recovery-codes/", "/sign-in/2fa/recovery-codes/generate/"):
        assert FRAME in client.get(page, follow=True).content.decode()
    other, _ = entered(mia)
    assert other.post("/sign-in/2fa/authenticate/", {"code": code}).status_code == 200


def test_too_many_tries_pause_signing_in(mia: User) -> None:
    client = Client()
    for _ in range(6):
        client.post(LOGIN, {"login": "mia", "password": "wrong"})
    answer = client.post(LOGIN, {"login": "mia", "password": PASSWORD})
    assert answer.status_code in (200, 429)
    assert client.get("/console/").status_code == 302
