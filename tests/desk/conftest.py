"""The desk's stage: cases of drawn pictures, made through the operations that an import uses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from tests.conftest import NOON

if TYPE_CHECKING:
    from django.test import Client
    from playwright.sync_api import Browser
    from tests.desk.desk_browser import OpenDesk
    from tests.desk.desk_cast import Desk
    from tests.desk.desk_site import Site

    from openhotline_server.accounts.models import User


@pytest.fixture
def open_all_day(db: None) -> None:
    """Nobody is stopped by the clock, and no case is read a second time by lot."""
    from openhotline_server.assessment.models import ReviewPolicy
    from openhotline_server.assessment.operations import set_policy
    from openhotline_server.assessment.queries import DEFAULT_POLICY

    policy = ReviewPolicy(**{**DEFAULT_POLICY, "last_hour": 24, "second_vote_percent": 0})
    set_policy(policy=policy, actor="test", at=NOON)


@pytest.fixture
def anas_desk(client: Client, ana: User, open_all_day: None) -> Desk:
    from tests.desk.desk_cast import Desk

    client.force_login(ana)
    return Desk(client)


@pytest.fixture
def bens_desk(ben: User, open_all_day: None) -> Desk:
    from django.test import Client
    from tests.desk.desk_cast import Desk

    client = Client()
    client.force_login(ben)
    return Desk(client)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from tests.desk.desk_browser import chromium

    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A served site with the cases that the test's module names in ``SITE``."""
    from tests.desk.desk_browser import need_chromium
    from tests.desk.desk_site import Site, call, served

    need_chromium()
    data = tmp_path_factory.mktemp("site") / "data"
    sessions = call(data, "make", **request.module.SITE)
    with served(data) as address:
        yield Site(data, address, sessions)


@pytest.fixture
def desk(browser: Browser, site: Site) -> Iterator[OpenDesk]:
    """Ana's desk, open; everything she answered has arrived before the next test begins."""
    from tests.desk.desk_browser import open_desk

    desk = open_desk(browser, site.address, site.sessions["ana"])
    yield desk
    if not desk.page.is_closed():
        desk.wait_until_saved()
    desk.page.context.close()


@pytest.fixture
def look(site: Site) -> Callable[[], Any]:
    """What the site's database says, asked by a process of its own."""
    from tests.desk.desk_site import call

    return lambda: call(site.data, "look")
