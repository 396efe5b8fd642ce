"""The page on which addresses are published and withdrawn."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client
from tests.conftest import NOON

from openhotline_server.accounts.models import User
from openhotline_server.accounts.permissions import Role
from openhotline_server.sharing.addresses import Found, Kind, publish_address, standing_addresses

SignIn = Callable[[User], Client]
PAGE = "/console/addresses/"
INLINE = re.compile(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|javascript:", re.I)
FORM = {
    "kind": "url",
    "address": "https://img.example.net/benign/test-1.png",
    "outcome": "pseudo_photograph",
    "grade": "B",
    "ai": "wholly_generated",
    "dedicated": "",
}


@pytest.mark.parametrize("role", Role.values)
def test_it_opens_for_who_may_publish_and_nobody_else(
    sign_in: SignIn, add_person: Callable[..., User], role: str
) -> None:
    answer = sign_in(add_person("somebody", role)).get(PAGE)
    assert answer.status_code == (200 if role == "manager" else 403)
    assert not INLINE.search(answer.content.decode())


def test_a_page_is_published_shown_without_a_link_and_withdrawn(sign_in: SignIn, mia: User) -> None:
    client = sign_in(mia)
    assert client.post(PAGE, FORM).status_code == 302
    html = client.get(PAGE).content.decode()
    assert f">{FORM['address']}</code>" in html
    assert f'href="{FORM["address"]}' not in html
    assert "gb-eng: pseudo_photograph B" in html
    (line,) = standing_addresses()
    assert client.post(f"{PAGE}{line.reference}/withdraw/", {"text": "was the wrong page"}).status_code == 302
    assert not standing_addresses().exists()
    assert "No address is on our list" in client.get(PAGE).content.decode()


def test_a_whole_domain_needs_its_reason_and_nothing_has_to_be_typed_again(
    sign_in: SignIn, mia: User
) -> None:
    client = sign_in(mia)
    asked = {**FORM, "kind": "domain", "address": "dedicated.example.org"}
    answer = client.post(PAGE, asked)
    assert answer.status_code == 400
    html = answer.content.decode()
    assert "serves nothing else" in html
    assert 'value="dedicated.example.org"' in html
    assert not standing_addresses().exists()
    assert client.post(PAGE, {**asked, "dedicated": "every page of it was seen"}).status_code == 302
    assert "Whole domain" in client.get(PAGE).content.decode()


def test_a_front_page_is_refused(sign_in: SignIn, mia: User) -> None:
    answer = sign_in(mia).post(PAGE, {**FORM, "address": "https://img.example.net/"})
    assert answer.status_code == 400
    assert "whole site" in answer.content.decode()


@pytest.mark.parametrize(
    "wrong", [{"outcome": "discounted"}, {"grade": "A1"}, {"ai": "x"}, {"kind": "list"}, {"address": ""}]
)
def test_only_known_words_are_taken(sign_in: SignIn, mia: User, wrong: dict[str, str]) -> None:
    assert sign_in(mia).post(PAGE, {**FORM, **wrong}).status_code == 400
    assert not standing_addresses().exists()


def test_an_address_is_text_whatever_it_holds(sign_in: SignIn, mia: User) -> None:
    found = Found(Kind.URL, 'https://a.example.net/"><b>x', "photograph", "C", "none")
    publish_address(found=found, person=mia, at=NOON)
    html = sign_in(mia).get(PAGE).content.decode()
    assert "<b>x" not in html
    assert "&lt;b&gt;x" in html
