"""The pages about notices in a real browser: usable by everybody, in light and dark, wide and narrow."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.desk.desk_browser import axe_source, chromium, need_chromium, new_page
from tests.desk.desk_site import call, served
from tests.notices.notice_site import SITE, add_notices

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKS = [("light", 1280), ("dark", 390)]
PLACES = ["notices/?tab=due", "notices/?tab=waiting", "notices/?tab=sent", "contacts/", "contacts/new/"]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The address of a served site with notices in every state, and the manager's session."""
    need_chromium()
    data: Path = tmp_path_factory.mktemp("notices") / "data"
    sessions = call(data, "make", sizes=[])
    add_notices(data)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in SITE.items():
            patch.setenv(name, value)
        with served(data) as address:
            yield address, sessions["mia"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def opened(browser: Browser, site: tuple[str, str], look: tuple[str, int]) -> Page:
    address, session = site
    scheme, width = look
    size = {"width": width, "height": 900}
    base = f"{address}/console/"
    return new_page(
        browser,
        address=address,
        session=session,
        viewport=size,
        color_scheme=scheme,
        base_url=base,
        bypass_csp=True,
    )


@pytest.mark.parametrize("look", LOOKS)
def test_the_pages_have_no_barrier(browser: Browser, site: tuple[str, str], look: tuple[str, int]) -> None:
    source, page = axe_source(), opened(browser, site, look)
    page.goto("notices/?tab=waiting")
    first = page.locator("tbody a").first.get_attribute("href") or ""
    for place in [*PLACES, first]:
        page.goto(place)
        page.evaluate(source)
        found = page.evaluate(f"axe.run(document, {{runOnly: {STANDARDS}}})")
        assert [(v["id"], v["nodes"][0]["html"][:120]) for v in found["violations"]] == [], place
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), place
    page.context.close()


def test_a_manager_lets_a_notice_leave_by_its_page(browser: Browser, site: tuple[str, str]) -> None:
    page = opened(browser, site, LOOKS[0])
    page.goto("notices/?tab=waiting")
    page.get_by_role("link", name="Notice to the host").first.click()
    letter = page.locator("pre.letter").first
    expect(letter).to_contain_text("hxxps://pictures[.]example[.]org/gallery/2290/")
    page.get_by_role("button", name="Approve and send").click()
    expect(page.locator(".messages")).to_contain_text("The letter is in the outbox")
    expect(page.get_by_role("button", name="Approve and send")).to_have_count(0)
    page.context.close()
