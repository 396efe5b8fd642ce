"""What keeps the deep look from being made stands on the manager's first page and on the batch page."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.test import Client
from tests.console.pages_cast import text_of
from tests.console.test_pages_batch import a_report, page_of

from openhotline_server.accounts.models import User

SignIn = Callable[[User], Client]
TOLD = (
    "The deep look at origins cannot be made origin.toml The settings file is no TOML in UTF-8. Correct it."
)


@pytest.fixture
def damaged() -> Iterator[None]:
    settings.DATA.origin_settings.write_text("[families\n")
    yield
    settings.DATA.origin_settings.unlink(missing_ok=True)


def test_a_manager_is_told_what_is_broken_and_what_to_do(sign_in: SignIn, mia: User, damaged: None) -> None:
    client, report = sign_in(mia), a_report("a batch", 1)[0]
    for page in ("/console/", page_of(report)):
        words = text_of(client.get(page))
        assert TOLD in words
        assert "openhotline origin examine --all" in words
    settings.DATA.origin_settings.unlink()
    for page in ("/console/", page_of(report)):
        assert "cannot be made" not in text_of(client.get(page))


def test_a_reader_is_not_disturbed(sign_in: SignIn, ana: User, damaged: None) -> None:
    assert "cannot be made" not in text_of(sign_in(ana).get("/console/"))
