"""Every page of the console: who may sees it, who may not is told so, nobody is asked to sign in."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from openhotline_server.accounts.models import User
from openhotline_server.accounts.permissions import Role

SignIn = Callable[[User], Client]

PAGES = {
    "/console/": {"analyst", "second_reader", "manager", "operator"},
    "/console/queue/": {"analyst", "second_reader", "manager"},
    "/console/reports/": {"manager"},
    "/console/people/": {"manager", "operator"},
    "/console/ledger/": {"manager", "operator"},
    "/console/policy/": {"manager"},
    "/console/agreement/": {"manager"},
}
INLINE = re.compile(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|javascript:", re.I)


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_for_its_roles_and_no_other(
    sign_in: SignIn, add_person: Callable[..., User], page: str, role: str
) -> None:
    answer = sign_in(add_person("somebody", role)).get(page)
    assert answer.status_code == (200 if role in PAGES[page] else 403)
    assert not INLINE.search(answer.content.decode())


@pytest.mark.django_db
@pytest.mark.parametrize("page", PAGES)
def test_nobody_is_sent_to_sign_in(client: Client, page: str) -> None:
    answer = client.get(page)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/login/?next=")


def test_the_navigation_shows_what_a_role_may_open_and_nothing_else(
    sign_in: SignIn, ana: User, oda: User
) -> None:
    hers = sign_in(ana).get("/console/").content.decode()
    assert 'href="/console/queue/"' in hers
    assert 'href="/console/ledger/"' not in hers
    operators = sign_in(oda).get("/console/").content.decode()
    assert 'href="/console/ledger/"' in operators
    assert 'href="/console/queue/"' not in operators


def test_the_page_that_is_open_is_marked_in_the_navigation(sign_in: SignIn, mia: User) -> None:
    html = sign_in(mia).get("/console/policy/").content.decode()
    assert '<a href="/console/policy/" aria-current="page">' in html
    assert html.count('aria-current="page"') == 1


def test_a_refusal_says_what_to_do_and_leads_on(sign_in: SignIn, ana: User) -> None:
    html = sign_in(ana).get("/console/ledger/").content.decode()
    assert "This page is not for your account" in html
    assert 'href="/console/"' in html


def test_a_demonstration_says_so_on_every_page(sign_in: SignIn, ana: User, settings: Any) -> None:
    words = "every picture here is drawn by code"
    assert words not in sign_in(ana).get("/console/").content.decode()
    settings.DEMO = True
    assert words in sign_in(ana).get("/console/").content.decode()
    assert "nothing you send here reaches a hotline" in Client().get("/").content.decode()
