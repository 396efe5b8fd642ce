"""The desk in a real browser, over lines that break: what was answered arrives, once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Route, expect
from tests.desk.desk_browser import DISCOUNTED, TYPICAL, OpenDesk
from tests.desk.desk_site import Site

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SITE = {"sizes": [1] * 14}


def _votes(look: Callable[[], Any], case: str) -> list[dict[str, Any]]:
    return [v for v in look()["votes"] if v["case"] == case]


def test_nothing_is_lost_when_the_line_breaks(desk: OpenDesk, look: Callable[[], Any]) -> None:
    desk.page.route("**/vote", lambda route: route.abort())
    graded = [desk.grade(DISCOUNTED), desk.grade(TYPICAL)]
    desk.until("document.getElementById('sending').textContent.includes('2 answers wait here')")
    assert not any(_votes(look, case) for case in graded)
    asked: list[str] = []
    desk.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    desk.page.close(run_before_unload=True)
    desk.until_here(lambda: asked, "a question before she leaves")
    assert asked == ["beforeunload"]
    desk.page.unroute("**/vote")
    desk.wait_until_saved()
    assert [len(_votes(look, case)) for case in graded] == [1, 1]


def test_an_answer_whose_receipt_is_lost_is_counted_once(desk: OpenDesk, look: Callable[[], Any]) -> None:
    lost: list[str] = []

    def arrives_but_is_not_heard(route: Route) -> None:
        if lost:
            route.continue_()
        else:
            lost.append(route.request.url)
            route.fetch()
            route.abort()

    desk.page.route("**/vote", arrives_but_is_not_heard)
    case = desk.grade(DISCOUNTED)
    desk.wait_until_saved()
    assert len(lost) == 1
    assert len(_votes(look, case)) == 1


def test_what_was_answered_while_signed_out_is_sent_after_signing_in_again(
    desk: OpenDesk, site: Site, look: Callable[[], Any]
) -> None:
    desk.wait_until_prepared()
    desk.page.context.clear_cookies()
    case = desk.grade(DISCOUNTED)
    desk.until("document.getElementById('notice').textContent.startsWith('You are signed out')")
    cookie = {"name": "sessionid", "value": site.sessions["ana"], "url": site.address}
    desk.page.context.add_cookies([cookie])  # type: ignore[list-item]
    desk.wait_until_saved()
    assert len(_votes(look, case)) == 1


def test_a_refused_answer_brings_its_case_back_with_the_sentence(
    desk: OpenDesk, look: Callable[[], Any]
) -> None:
    def refuse(route: Route) -> None:
        route.fulfill(status=409, json={"error": "Somebody else came first. Look again."})

    desk.page.route("**/vote", refuse)
    case = desk.case
    desk.press(TYPICAL)
    desk.until("document.getElementById('notice').textContent.startsWith('Somebody else')")
    desk.wait_for_case(case)
    expect(desk.part("#question")).to_have_text("AI dimension?")
    desk.page.unroute("**/vote")
    desk.grade("4")
    desk.wait_until_saved()
    assert len(_votes(look, case)) == 1


def test_a_case_answered_again_before_its_undo_has_arrived_stays_answered(
    desk: OpenDesk, look: Callable[[], Any]
) -> None:
    held: list[Route] = []
    case = desk.grade(DISCOUNTED)
    desk.wait_until_saved()
    desk.page.route("**/undo", lambda route: held.append(route))
    desk.press("u")
    desk.until_here(lambda: held, "the undo")
    desk.wait_for_case(case)
    desk.grade("5")
    following = desk.case
    held.pop().continue_()
    desk.wait_until_saved()
    assert desk.case == following
    assert [v["undone"] for v in _votes(look, case)] == [True, False]
