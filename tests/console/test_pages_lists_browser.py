"""The pages of lists, loadings and matches in a real browser, with everything on them that can stand there."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from tests.console.test_pages_browser import STANDARDS
from tests.desk.desk_browser import axe_source, chromium, need_chromium, new_page
from tests.desk.desk_site import ROOT, call, environment, served

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, str], dict[str, str]]]:
    """Address, sessions by name, and pages by name."""
    need_chromium()
    data = tmp_path_factory.mktemp("lists") / "data"
    sessions = call(data, "make", sizes=[1])
    command = [sys.executable, "-m", "tests.console.lists_site", str(data)]
    made = subprocess.run(command, cwd=ROOT, env=environment(data), check=True, stdout=subprocess.PIPE)
    with served(data) as address:
        yield address, sessions, json.loads(made.stdout)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 390)])
def test_pages_of_lists_and_matches_are_accessible(
    browser: Browser, site: tuple[str, dict[str, str], dict[str, str]], scheme: str, width: int
) -> None:
    address, sessions, pages = site
    # axe is brought in from outside, which the policy rightly refuses to a page.
    page = new_page(
        browser,
        address=address,
        session=sessions["mia"],
        color_scheme=scheme,
        viewport={"width": width, "height": 800},
        bypass_csp=True,
    )
    found = []
    for place in ("/console/", "/console/lists/", *pages.values()):
        page.goto(address + place)
        expect(page.locator("h1"), place).to_be_visible()
        page.evaluate(axe_source())
        result = page.evaluate("(tags) => axe.run(document, {runOnly: tags})", STANDARDS)
        found += [f"{place}: {v['id']}: {[n['target'] for n in v['nodes']]}" for v in result["violations"]]
        assert page.evaluate("document.documentElement.scrollWidth") <= width, place
    assert not found, "\n".join(found)
    page.context.close()


def test_a_list_is_ended_in_its_form(
    browser: Browser, site: tuple[str, dict[str, str], dict[str, str]]
) -> None:
    address, sessions, pages = site
    page = new_page(browser, address=address, session=sessions["mia"])
    page.goto(address + pages["ASIDE"])
    page.get_by_label("Why it ends").fill("the partner closed")
    page.get_by_label("Its name, aside, once more").fill("aside")
    page.get_by_role("button", name="End it for good").click()
    expect(page.get_by_text("Ended. It matches no more and takes no more editions.")).to_be_visible()
    expect(page.get_by_role("button", name="End it for good")).to_have_count(0)
    page.context.close()
