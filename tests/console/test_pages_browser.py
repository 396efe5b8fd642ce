"""The pages in a real browser: signing in by the form, accessible in light and dark, nothing refused by the policy."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.conftest import PASSWORD
from tests.console.origin_site import add_origins
from tests.desk.desk_browser import axe_source, chromium, draw_anew, need_chromium, new_page
from tests.desk.desk_site import call, served

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PUBLIC = ["/", "/sign-in/login/", "/nothing/is/here/"]
PAGES = {
    "ana": ["/console/", "/console/queue/", "CASE", "/console/ledger/", "/sign-in/2fa/"],
    "mia": [
        "/console/",
        "/console/queue/",
        "CASE",
        "/console/reports/",
        "BATCH",
        "/console/statistics/",
        "/console/lists/",
        "/console/policy/",
        "/console/agreement/",
    ],
    "oda": ["/console/", "/console/people/", "/console/ledger/"],
}
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    need_chromium()
    return tmp_path_factory.mktemp("pages") / "data"


@pytest.fixture(scope="module")
def sessions(data: Path) -> dict[str, str]:
    found: dict[str, str] = call(data, "make", sizes=[1, 3])
    add_origins(data)
    return found


@pytest.fixture(scope="module")
def address(data: Path, sessions: dict[str, str]) -> Iterator[str]:
    with served(data) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def signed_in(browser: Browser, address: str, name: str) -> Page:
    page = new_page(browser)
    page.goto(f"{address}/sign-in/login/")
    page.get_by_label("Sign-in name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{address}/console/")
    return page


def follow(page: Page, address: str, place: str) -> None:
    if place == "CASE":
        page.goto(f"{address}/console/queue/")
        page.locator("tbody a.code").first.click()
        page.wait_for_url("**/cases/**")
        closed = page.locator(".origin details:not([open]) > summary")
        for left in reversed(range(closed.count())):
            closed.first.press("Enter")
            expect(closed).to_have_count(left)
    elif place == "BATCH":
        page.goto(f"{address}/console/reports/")
        page.get_by_role("link", name="a batch").click()
        page.get_by_role("link", name="What its pictures share").click()
        page.wait_for_url("**/origin/")
        expect(page.get_by_text("One generator").first).to_be_visible()
    else:
        page.goto(address + place)


def test_the_form_lets_in_and_the_menu_lets_out(browser: Browser, address: str) -> None:
    page = signed_in(browser, address, "ana")
    expect(page).to_have_url(f"{address}/console/")
    expect(page.get_by_role("heading", name="Hello, Ana")).to_be_visible()
    page.locator(".menu summary").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(f"{address}/sign-in/login/")
    page.context.close()


def test_the_first_stop_of_the_keyboard_skips_to_the_content(browser: Browser, address: str) -> None:
    page = signed_in(browser, address, "ana")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.context.close()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 390)])
@pytest.mark.parametrize("who", ["nobody", *PAGES])
def test_pages_are_accessible(
    browser: Browser, address: str, sessions: dict[str, str], scheme: str, width: int, who: str
) -> None:
    axe = axe_source()
    # axe is brought in from outside, which the policy rightly refuses to a page.
    page = new_page(
        browser,
        address=address,
        session=sessions.get(who, ""),
        color_scheme=scheme,
        viewport={"width": width, "height": 800},
        bypass_csp=True,
    )
    found = []
    for place in PAGES.get(who, PUBLIC):
        follow(page, address, place)
        page.evaluate(axe)
        result = page.evaluate("(tags) => axe.run(document, {runOnly: tags})", STANDARDS)
        found += [f"{place}: {v['id']}: {[n['target'] for n in v['nodes']]}" for v in result["violations"]]
        assert page.evaluate("document.documentElement.scrollWidth") <= width, place
    assert not found, "\n".join(found)
    page.context.close()


def test_contradictions_at_the_desk_move_nothing(
    browser: Browser, address: str, sessions: dict[str, str]
) -> None:
    """The list of lines takes what room it has and scrolls in it: every part of the desk keeps its place."""
    page = new_page(browser, address=address, session=sessions["ana"])
    page.goto(f"{address}/console/desk/")
    page.get_by_text("Contradiction").first.wait_for()
    expect(page.locator("#sheet:not([data-case=''])[data-case]")).to_be_visible()  # the picture too
    lines = page.locator("#lines li")
    expect(lines.nth(2)).to_be_attached()
    expect(lines.first).to_contain_text("look closely")
    draw_anew(page)
    whole = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
    assert whole == [1280, 800]
    wide = "(list) => list.scrollWidth - list.clientWidth"
    assert page.locator("#lines").evaluate(wide) == 0
    box, beside = page.locator("#lines").bounding_box(), page.locator(".beside").bounding_box()
    assert box is not None
    assert beside is not None
    assert box["y"] + box["height"] <= beside["y"] + beside["height"]
    page.context.close()


def test_a_pictures_signals_open_by_the_keyboard_and_move_nothing_above(
    browser: Browser, address: str, sessions: dict[str, str]
) -> None:
    page = new_page(browser, address=address, session=sessions["ana"])
    page.goto(f"{address}/console/queue/")
    page.locator("tbody a.code").first.click()
    page.wait_for_url("**/cases/**")
    summary = page.locator(".picture-origin > summary").nth(1)
    summary.focus()
    before = summary.evaluate("(s) => s.getBoundingClientRect().top + scrollY")
    page.keyboard.press("Space")
    expect(page.locator(".picture-origin").nth(1)).to_have_attribute("open", "")
    assert summary.evaluate("(s) => s.getBoundingClientRect().top + scrollY") == before
    page.context.close()
