"""The public door and the pages for what went wrong."""

from __future__ import annotations

import pytest
from django.test import Client, RequestFactory
from tests.console.pages_cast import at_most, text_of

from openhotline_server.public import views


@pytest.mark.django_db
def test_the_front_page_says_what_to_do_first(client: Client) -> None:
    with at_most(0):
        answer = client.get("/")
    words = text_of(answer)
    assert words.index("Do not download them. Report them to your hotline.") < words.index("What this is")
    assert "inhope.org" in answer.content.decode()
    assert not answer.cookies


@pytest.mark.django_db
def test_nothing_on_the_front_page_comes_from_elsewhere(client: Client) -> None:
    html = client.get("/").content.decode()
    loaded = [part.split('"')[0] for part in html.split('src="')[1:]]
    loaded += [p.split('href="')[1].split('"')[0] for p in html.split("<link ")[1:]]
    assert loaded
    assert all(address.startswith(("/static/", "#")) for address in loaded)  # or a place on the page itself


@pytest.mark.django_db
def test_a_wrong_address_gets_a_calm_page(client: Client) -> None:
    answer = client.get("/nothing/is/here/")
    assert answer.status_code == 404
    assert "Nothing is at this address" in text_of(answer)


def test_a_fault_of_ours_needs_no_database() -> None:
    answer = views.failed(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert "Something went wrong on our side" in text_of(answer)


@pytest.mark.django_db
def test_an_expired_form_is_explained() -> None:
    answer = Client(enforce_csrf_checks=True).post("/sign-in/login/", {"login": "ana", "password": "x"})
    assert answer.status_code == 403
    assert "The form has expired" in text_of(answer)
