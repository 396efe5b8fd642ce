"""The desk in a real browser: what comes over the network, who can use it, how it looks."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Route, expect
from tests.desk.desk_browser import DISCOUNTED, TYPICAL, OpenDesk, axe_source, draw_anew, open_desk
from tests.desk.desk_site import Site

from openhotline.media.levels import LEVELS
from openhotline.media.preview import LONGEST_SIDE
from openhotline.media.sheet import TILE_SIDE

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SITE = {"sizes": [30, 7, 4, 2, *[1] * 30]}
STANDS = "window.underway === 0 && document.getAnimations().length === 0"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOST_AT_LEVEL = 5.0  # grey levels: what JPEG and enlarging leave when nothing finer was there


@pytest.fixture
def pictures(browser: Browser, site: Site) -> Iterator[tuple[OpenDesk, list[tuple[str, Image.Image]]]]:
    """A desk, and every picture that comes to it over the network with its address, as it comes."""
    came: list[tuple[str, Image.Image]] = []

    def listen(route: Route) -> None:
        answer = route.fetch()
        if answer.headers.get("content-type", "").startswith("image/"):
            came.append((route.request.url, Image.open(io.BytesIO(answer.body()))))
        route.fulfill(response=answer)

    desk = open_desk(browser, site.address, site.sessions["ana"], listen=listen)
    yield desk, came
    desk.wait_until_saved()
    desk.wait_until_prepared()
    desk.until_here(lambda: len(_pictures_of(desk)) >= len(came), "word of every picture")
    desk.page.context.close()
    assert len(_pictures_of(desk)) == len(came)


def _pictures_of(desk: OpenDesk) -> list[str]:
    """The addresses of all pictures that the page was sent, but for its icon."""
    kinds = [(r.url, r.headers.get("content-type") or "") for r in desk.responses]
    return [url for url, kind in kinds if kind.startswith("image/") and not url.endswith("/icon.svg")]


Pictures = tuple[OpenDesk, list[tuple[str, Image.Image]]]


def _tiles(url: str, picture: Image.Image) -> list[Image.Image]:
    """The tiles of a sheet without their edges, or the whole of a single picture."""
    if "/single/" in url:
        return [picture]
    step = TILE_SIDE + 8
    boxes = [
        (x, y, x + TILE_SIDE, y + TILE_SIDE)
        for y in range(0, picture.height, step)
        for x in range(0, picture.width, step)
    ]
    return [picture.crop((left + 4, top + 30, right - 4, bottom - 30)) for left, top, right, bottom in boxes]


def _finer_than(tile: Image.Image, detail: float) -> float:
    """How much of a picture is lost when it is reduced to ``detail`` pixels and enlarged again, in grey levels."""
    factor = detail / max(tile.size)
    small = tile.resize(
        (max(1, round(tile.width * factor)), max(1, round(tile.height * factor))), Image.Resampling.BOX
    )
    again = small.resize(tile.size, Image.Resampling.BICUBIC)
    lost = np.abs(np.asarray(tile).astype(float) - np.asarray(again).astype(float))
    return float(np.percentile(lost, 99))


def test_nothing_sharper_than_the_chosen_level_comes_over_the_network(pictures: Pictures) -> None:
    desk, came = pictures
    for _ in range(3):
        desk.grade(DISCOUNTED)
    desk.press("l")
    desk.until("document.getElementById('sheet').getAttribute('aria-label').startsWith('The first picture')")
    desk.wait_until_saved()
    desk.wait_until_prepared()
    assert len(came) >= 6
    level = LEVELS[2]
    for url, picture in came:
        assert url.endswith("/2"), url
        assert picture.mode == "L"
        assert max(picture.size) <= (LONGEST_SIDE if "/single/" in url else 24 * (TILE_SIDE + 8))
        for tile in _tiles(url, picture):
            detail = level.detail * max(tile.size) / (LONGEST_SIDE if "/single/" in url else TILE_SIDE)
            assert _finer_than(tile, 1.5 * detail) < LOST_AT_LEVEL, url


def test_the_measure_of_sharpness_can_tell(pictures: Pictures) -> None:
    """The test above would fail if a clearer level came: here one does, by choice."""
    desk, came = pictures
    before = desk.part("#level-words").inner_text()
    desk.press(".+++")
    desk.until("document.getElementById('sheet').getAttribute('aria-label').endsWith('clear grey')")
    url, picture = next((url, picture) for url, picture in came if url.endswith("/5"))
    assert max(_finer_than(tile, 1.5 * LEVELS[2].detail) for tile in _tiles(url, picture)) > 2 * LOST_AT_LEVEL
    desk.press("---,")
    expect(desk.part("#level-words")).to_have_text(before)  # all four wishes have been granted


def test_holding_the_key_asks_for_no_more_than_the_chosen_level(pictures: Pictures) -> None:
    desk, came = pictures
    desk.page.keyboard.down("v")
    desk.until("document.getElementById('sheet').getAttribute('aria-label').endsWith('soft grey')")
    desk.page.wait_for_timeout(1500)  # several steps of the held key, none of which may bring more
    desk.page.keyboard.up("v")
    desk.wait_until_prepared()
    asked = {url.rsplit("/", 1)[1] for url, _ in came}
    assert asked == {"2", "3", "4"}
    answers = desk.page.evaluate(
        "async (path) => (await fetch(path)).status",
        came[0][0].rsplit("/", 1)[0] + "/5",
    )
    assert answers == 403


def test_everything_comes_from_here(desk: OpenDesk, site: Site) -> None:
    assert {r.url.split("/")[2] for r in desk.responses} == {site.address.split("/")[2]}
    assert "unsafe" not in (desk.responses[0].headers["content-security-policy"])


def test_no_file_name_and_no_other_answer_is_sent(desk: OpenDesk, browser: Browser, site: Site) -> None:
    first = desk.case
    desk.press("321")
    desk.press("s")
    desk.wait_for_another(first)
    desk.wait_until_saved()
    bens = open_desk(browser, site.address, site.sessions["ben"])
    assert bens.case == first
    bens.grade_without_waiting(DISCOUNTED)
    bens.wait_until_saved()
    for response in [*desk.responses, *bens.responses]:
        if "json" in (response.headers.get("content-type") or "") and "/questions/" not in response.url:
            assert "very-telling-name" not in response.text()
    heard = "".join(
        r.text()
        for r in bens.responses
        if "/cases/" in r.url and "json" in (r.headers.get("content-type") or "")
    ) + "".join(r.text() for r in bens.responses if r.url.endswith("/next"))
    assert not [
        word
        for word in ("pseudo", "7-10", "position", "asked", "second", "indecent")
        if word in heard.lower()
    ]
    bens.page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_desk_has_no_barrier_that_axe_can_find(browser: Browser, site: Site, scheme: str) -> None:
    axe = axe_source()
    desk = open_desk(browser, site.address, site.sessions["ana"], color_scheme=scheme)
    states: dict[str, tuple[str, str]] = {
        "question": ("", ""),
        "answering": ("321", "uuu"),
        "path": ("32p", "puu"),
        "larger": ("l", "l"),
        "excluding": ("x3", "x"),
        "hidden": ("h", "h"),
        "keys": ("?", "\x1b"),
        "skip": ("k", "\x1b"),
        "original": ("o", "\x1b"),
    }
    for name, (enter, leave) in states.items():
        _press(desk, enter)
        desk.until(STANDS)
        assert _barriers(desk, axe) == [], name
        _press(desk, leave)
        expect(desk.part("dialog[open]")).to_have_count(0)
    desk.press("b")
    expect(desk.part("#cover-title")).to_have_text("Your break")
    desk.until(STANDS)
    assert _barriers(desk, axe) == [], "break"
    desk.wait_until_saved()
    desk.page.context.close()


def _press(desk: OpenDesk, keys: str) -> None:
    for key in keys:
        desk.page.keyboard.press("Escape" if key == "\x1b" else key)


def _barriers(desk: OpenDesk, axe: str) -> list[Any]:
    desk.page.evaluate(axe)
    found = desk.page.evaluate(
        "(rules) => axe.run(document, { runOnly: { type: 'tag', values: rules } })", RULES
    )
    return [
        {"rule": v["id"], "where": [n["target"] for n in v["nodes"]], "why": v["nodes"][0]["failureSummary"]}
        for v in found["violations"]
    ]


def test_everything_is_a_button_too_and_the_focus_stays_on_the_desk(desk: OpenDesk) -> None:
    desk.page.locator(".options button >> nth=2").click()
    expect(desk.part("#trail")).to_have_text("7 to 10")
    expect(desk.part("#main")).to_be_focused()
    desk.page.locator("[data-act=undo]").click()
    expect(desk.part("#trail")).to_have_text("")
    for act in ("help", "skip", "original"):
        desk.page.locator(f".keys [data-act={act}]").click()
        expect(desk.part("dialog[open]")).to_have_count(1)
        desk.page.keyboard.press("Escape")
        expect(desk.part("#main")).to_be_focused()


def test_what_happens_is_said_aloud(desk: OpenDesk) -> None:
    desk.press("3")
    said = desk.part("#said")
    expect(said).to_have_attribute("aria-live", "polite")
    expect(said).to_contain_text("Yes, 7 to 10.")
    expect(said).to_contain_text("Printed, would it look like a photograph?")
    assert "7 pictures" in (desk.page.locator("#sheet").get_attribute("aria-label") or "") or desk.case
    desk.press("u")


def test_reduced_motion_is_respected(browser: Browser, site: Site) -> None:
    desk = open_desk(browser, site.address, site.sessions["ana"], reduced_motion="reduce")
    desk.press("32uu")
    desk.page.locator("[data-act=help]").hover()
    draw_anew(desk.page)
    assert desk.page.evaluate("document.getAnimations().length") == 0
    desk.page.context.close()


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (1440, 900), (1920, 1080)])
def test_nothing_scrolls_on_usual_screens(browser: Browser, site: Site, width: int, height: int) -> None:
    desk = open_desk(browser, site.address, site.sessions["ana"], viewport={"width": width, "height": height})
    assert desk.page.evaluate(
        "[document.documentElement.scrollHeight, document.documentElement.scrollWidth]"
    ) == [
        height,
        width,
    ]
    desk.page.context.close()


def test_a_narrow_window_reflows_without_scrolling_sideways(browser: Browser, site: Site) -> None:
    desk = open_desk(browser, site.address, site.sessions["ana"], viewport={"width": 640, "height": 400})
    assert desk.page.evaluate("document.documentElement.scrollWidth") <= 640
    desk.page.context.close()


def test_the_questions_are_fetched_once_and_kept(desk: OpenDesk) -> None:
    assert desk.grade(TYPICAL)
    tree = next(r for r in desk.responses if "/questions/" in r.url)
    assert "immutable" in tree.headers["cache-control"]
    assert tree.headers["content-encoding"] == "gzip"
    assert json.loads(tree.text())["root"] == "0"
