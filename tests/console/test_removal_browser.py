"""One report's whole outer life in a real browser: a reporter, an analyst and a manager, each at her own screen."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.console.removal_site import work
from tests.desk.desk_browser import chromium, need_chromium, new_page
from tests.desk.desk_site import call, served
from tests.notices.mail_servers import mail_server
from tests.pipeline.removal_cast import PAGE, page_online, record_answers

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

# 7 to 10, pseudo-photograph, indecent, C, girl, wholly generated; 4 pictures, no film; image host, not commercial; save.
ASSESSMENT = [*"321314", "4", "Enter", "Enter", "1", "1", "Enter", "Enter"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    need_chromium()
    with chromium() as browser:
        yield browser


def _shot(page: Page, name: str) -> None:
    """Keep a picture of the screen where somebody wants to look at it afterwards."""
    if folder := os.environ.get("OPENHOTLINE_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_a_page_is_reported_told_of_and_seen_gone(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = tmp_path / "answers"
    answers.mkdir()
    monkeypatch.setenv("OPENHOTLINE_RECORDED_ANSWERS", str(answers))
    monkeypatch.setenv("OPENHOTLINE_MAIL_FROM", "hotline@example.org")
    with mail_server() as (server, kept):
        monkeypatch.setenv("OPENHOTLINE_SMTP_URL", f"smtp://127.0.0.1:{server.port}")
        data = tmp_path / "data"
        sessions = call(data, "make", sizes=[])
        work(data, "fill_book")
        with served(data) as address:
            reporter = new_page(browser)
            ana, mia = (new_page(browser, address=address, session=sessions[name]) for name in ("ana", "mia"))
            code = _report(reporter, address)
            with page_online() as port:
                record_answers(answers, port)
                assert work(data, "trace") == ["GB"]
                _assess(ana, address)
                _approve(mia, address, "1-referral")
                assert work(data, "send") == 1
                _police_say_yes(mia, address)
                _approve(mia, address, "2-notice")
                assert work(data, "send") == 1
                assert [recipient for recipient, _ in kept.letters] == [
                    "unit@police.example",
                    "abuse@hosting.example",
                ]
            assert work(data, "look") == ["removed"]
            _is_told(reporter, address, code)
            mia.goto(f"{address}/console/statistics/")
            removed = mia.locator("section", has=mia.get_by_role("heading", name="Removal", exact=True))
            expect(removed).to_contain_text("Removed")
            _shot(mia, "6-statistics")


def _report(page: Page, address: str) -> str:
    page.goto(f"{address}/en/report/")
    page.locator("#id_addresses").fill(PAGE)
    page.locator("#id_words").fill("A search led me there.")
    _shot(page, "0-form")
    page.get_by_role("button", name="Send the report").click()
    code = page.locator("#code").inner_text().strip()
    _shot(page, "0-receipt")
    assert len(code.replace("-", "").replace(" ", "")) == 20
    return code


def _assess(page: Page, address: str) -> None:
    page.goto(f"{address}/console/address-cases/")
    page.get_by_role("button", name="Next address").click()
    page.locator("main.keyed").wait_for()
    _shot(page, "0-assessment")
    for key in ASSESSMENT:
        page.keyboard.press(key)
    page.wait_for_url("**/console/address-cases/")
    expect(page.locator("main")).to_contain_text("Nothing waits")


def _approve(page: Page, address: str, name: str) -> None:
    page.goto(f"{address}/console/notices/?tab=due")
    page.locator("form[action$='draft-due/'] button").first.click()
    page.locator("main a[href*='/console/notices/']:not([href*='?'])").first.click()
    _shot(page, name)
    page.locator("form[action$='approve/'] button").click()
    expect(page.locator(".messages")).to_contain_text("Approved. The letter is in the outbox.")


def _police_say_yes(page: Page, address: str) -> None:
    page.goto(f"{address}/console/address-cases/?state=police")
    page.locator("main a[href*='/console/address-cases/']:not([href*='?'])").first.click()
    page.locator("form[action$='police/'] select").select_option("authorised")
    page.locator("form[action$='police/'] button").click()
    expect(page.locator(".messages")).to_have_text("Recorded.")
    _shot(page, "1-case")


def _is_told(page: Page, address: str, code: str) -> None:
    page.goto(f"{address}/en/receipt/")
    page.locator("#id_code").fill(code)
    page.get_by_role("button", name="See my report").click()
    page.get_by_text("It is gone").first.wait_for()
    _shot(page, "5-gone")
