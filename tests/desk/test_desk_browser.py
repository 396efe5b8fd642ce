"""The desk in a real browser: keys, speed, stillness."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser
from tests.desk.desk_browser import DISCOUNTED, OBSERVE, TYPICAL, OpenDesk, slow_line
from tests.desk.desk_site import Site, call

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
PACE = 120  # milliseconds between two keys: faster than anybody reads
SITE = {"sizes": [1, 4, 1, 1, 2, 1, 9, 1, 1, 1] * 14}


def _votes(look: Callable[[], Any], case: str) -> list[dict[str, Any]]:
    return [v for v in look()["votes"] if v["case"] == case]


@pytest.mark.parametrize(("keys", "most"), [(TYPICAL, 6), (DISCOUNTED, 3), ("312", 3), ("343", 3), ("8", 1)])
def test_no_picture_takes_more_keys_than_promised(desk: OpenDesk, keys: str, most: int) -> None:
    case = desk.case
    for key in keys[:-1]:
        desk.press(key)
        assert desk.case == case
    desk.press(keys[-1])
    desk.wait_for_another(case)
    assert len(keys) <= most


def test_members_are_excluded_by_keys(desk: OpenDesk, look: Callable[[], Any]) -> None:
    assert desk.text("#counts").startswith("9")  # the most often seen stands first
    case = desk.case
    desk.press("x")
    desk.press("3")
    for key in ("ArrowRight", "ArrowRight", "Space"):
        desk.page.keyboard.press(key)
    assert desk.page.locator(".tile[aria-selected=true]").count() == 2
    desk.page.keyboard.press("Enter")
    desk.until("document.getElementById('counts').textContent.startsWith('7')")
    desk.until("document.getElementById('sheet').getAttribute('aria-label').includes('7 pictures')")
    assert desk.case == case
    assert desk.shifts() == []
    desk.grade(TYPICAL)
    desk.wait_until_saved()


def test_the_next_case_is_there_within_100_ms_and_nothing_moves(desk: OpenDesk) -> None:
    for n in range(36):
        before = desk.case
        for key in TYPICAL if n % 3 else DISCOUNTED:
            desk.press(key)
            desk.page.wait_for_timeout(PACE)
        desk.wait_for_another(before)
    desk.wait_until_saved()
    took = sorted(desk.measures())
    assert len(took) == 36
    p50, p95 = statistics.median(took), took[round(0.95 * len(took)) - 1]
    print(
        f"\nlast key to next case on screen, {len(took)} cases, in ms:",
        f"p50 {p50:.0f}, p95 {p95:.0f}, most {took[-1]:.0f}",
    )
    assert p95 < 100
    assert desk.shifts() == []


def test_a_page_that_arrives_in_pieces_moves_nothing(browser: Browser, site: Site) -> None:
    with slow_line(site.address) as address, browser.new_context() as context:
        context.add_cookies([{"name": "sessionid", "value": site.sessions["ana"], "url": address}])
        context.add_init_script(OBSERVE)
        page = context.new_page()
        page.goto(f"{address}/console/desk/", wait_until="domcontentloaded")
        page.wait_for_timeout(300)
        assert page.evaluate("window.shifts") == []


def test_everything_fits_1280_by_800(desk: OpenDesk) -> None:
    hidden = "((e) => e.scrollHeight - e.clientHeight)(document.querySelector('{}'))"
    for part in ("html", ".options", "#question", "#reasons", ".results ul"):
        assert desk.page.evaluate(hidden.format(part)) <= 0, part


def test_results_form_with_every_answer(desk: OpenDesk) -> None:
    assert desk.text("#results .outcome >> nth=0") == "Open"
    desk.press("321")
    first = desk.text("#results li >> nth=0")
    assert "Indecent pseudo-photograph" in first
    assert "open: severity" in first
    desk.press("p")
    assert "The predominant impression is that of a child" in desk.text("#path")
    desk.press("p")
    assert desk.page.locator("#path").is_hidden()
    assert "England and Wales: Indecent pseudo-photograph" in desk.page.locator("#said").text_content()
    desk.press("uuu")
    assert desk.shifts() == []


def test_undo_takes_back_an_answer_and_then_the_vote_before(desk: OpenDesk, look: Callable[[], Any]) -> None:
    first = desk.case
    desk.press("32")
    desk.press("u")
    assert desk.text("#trail") == "7 to 10"
    desk.press("u")
    assert desk.grade(DISCOUNTED) == first
    desk.wait_until_saved()
    desk.press("u")
    desk.wait_for_case(first)
    assert desk.text("#trail") == "No"
    desk.grade("5")
    desk.wait_until_saved()
    votes = _votes(look, first)
    assert [v["undone"] for v in votes] == [True, False]
    assert votes[-1]["facts"]["discount_reason"] == "non_photographic_imagery"


def test_a_vote_from_before_the_page_was_loaded_can_be_taken_back(
    desk: OpenDesk, look: Callable[[], Any]
) -> None:
    first = desk.grade(DISCOUNTED)
    desk.wait_until_saved()
    desk.page.reload()
    desk.wait_for_another("nothing")
    desk.press("u")
    desk.wait_for_case(first)
    desk.grade(DISCOUNTED)
    desk.wait_until_saved()
    assert [v["undone"] for v in _votes(look, first)] == [True, False]


def test_a_skipped_case_goes_with_its_reason(desk: OpenDesk) -> None:
    case = desk.case
    desk.press("k")
    desk.press("2")
    desk.wait_for_another(case)
    desk.wait_until_saved()
    assert desk.page.evaluate("document.activeElement.id") == "main"


def test_holding_the_key_shows_more_and_letting_go_less(desk: OpenDesk) -> None:
    assert desk.text("#level-words").startswith("coarse shapes")
    desk.page.keyboard.down("v")
    desk.until("document.getElementById('sheet').getAttribute('aria-label').endsWith('soft grey')")
    desk.page.wait_for_timeout(700)
    assert desk.text("#level-words") == "soft grey"
    desk.page.keyboard.up("v")
    desk.until("document.getElementById('sheet').getAttribute('aria-label').endsWith('coarse shapes')")


def test_levels_are_chosen_with_keys_and_kept_for_the_session(desk: OpenDesk) -> None:
    desk.press("+")
    desk.until("document.getElementById('level-words').textContent.startsWith('shapes')")
    desk.page.reload()
    desk.wait_for_another("nothing")
    assert desk.text("#level-words").startswith("shapes")
    desk.press("-")
    desk.until("document.getElementById('level-words').textContent.startsWith('coarse')")


def test_a_hidden_picture_cannot_be_answered(desk: OpenDesk) -> None:
    case = desk.case
    desk.press("h")
    assert desk.page.locator("#cover").is_visible()
    desk.press("7")
    assert desk.page.locator("#cover").is_hidden()
    assert desk.text("#trail") == ""
    assert desk.case == case


def test_a_held_digit_answers_one_question(desk: OpenDesk) -> None:
    desk.page.keyboard.down("3")
    desk.page.keyboard.down("3")
    desk.page.keyboard.down("3")
    desk.page.keyboard.up("3")
    assert desk.text("#trail") == "7 to 10"


def test_single_keys_can_be_switched_off(desk: OpenDesk) -> None:
    desk.press("?")
    desk.page.locator("#keys-on").uncheck()
    desk.page.keyboard.press("Escape")
    desk.press("3")
    assert desk.text("#trail") == ""
    desk.page.locator(".options button >> nth=2").click()
    assert desk.text("#trail") == "7 to 10"


def test_an_original_is_opened_only_with_a_reason(desk: OpenDesk, look: Callable[[], Any]) -> None:
    desk.press("o")
    desk.page.keyboard.type("no")
    desk.page.keyboard.press("Enter")
    assert "reason" in desk.text("#original-error")
    desk.page.keyboard.type(" text is legible at any level of grey.")
    desk.page.keyboard.press("Enter")
    desk.page.locator("#opened").wait_for(state="visible")
    desk.page.keyboard.press("q")
    desk.page.locator("#opened").wait_for(state="hidden")
    assert look()["displays"][-1] == {"kind": "original", "level": 99, "pictures": 1}


def test_the_page_says_calmly_when_it_goes_on(desk: OpenDesk, site: Site) -> None:
    call(site.data, "policy", daily_minutes=0)
    desk.press(DISCOUNTED)
    desk.until("document.getElementById('cover-words').textContent.includes('tomorrow')")
    assert desk.page.locator("#cover").is_visible()
    assert desk.text("#question") == ""
    call(site.data, "policy")


def test_a_break_gives_the_cases_back_and_goes_on_when_she_likes(desk: OpenDesk) -> None:
    desk.press("b")
    assert desk.text("#cover-title") == "Your break"
    desk.wait_until_saved()
    desk.page.keyboard.press("Enter")
    desk.wait_for_another("nothing")
    assert desk.page.locator("#cover").is_hidden()
