"""Addresses in a real browser: assessed by keys alone, copied by an act, never opened, and usable by everybody."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from tests.console.address_site import add_addresses
from tests.desk.desk_browser import axe_source, chromium, draw_anew, need_chromium, new_page
from tests.desk.desk_site import call, served

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKS = [("light", 1280), ("dark", 1280), ("light", 390), ("dark", 390)]
QUEUE = "/console/address-cases/"
# 7 to 10, photograph, indecent, B, girl, no AI; 4 pictures, no film; an image host, not commercial; nothing; save.
TYPICAL = [*"311211", "4", "Enter", "Enter", "1", "1", "Enter", "Enter"]
OFF_REMIT = [*"76", "Enter"]


@dataclass
class Hers:
    """A signed-in person's page, what it asked the network for, and how often she pressed a key."""

    page: Page
    address: str
    asked: list[str] = field(default_factory=list)
    pressed: int = 0

    def open(self, place: str) -> None:
        self.page.goto(self.address + place)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1

    def next(self) -> str:
        self.open(QUEUE)
        self.page.get_by_role("button", name="Next address").click()
        return self.ready()

    def ready(self) -> str:
        self.page.locator("main.keyed").wait_for()
        return self.page.url

    def part(self, selector: str) -> Locator:
        return self.page.locator(selector)

    def is_asked(self, words: str | re.Pattern[str]) -> None:
        expect(self.part("#question")).to_have_text(words)

    def wait_to_leave(self, place: str) -> None:
        """Wait until the page after this one has come: what she did has been kept by then."""
        self.page.wait_for_url(lambda url: url != place)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    need_chromium()
    return tmp_path_factory.mktemp("addresses") / "data"


@pytest.fixture(scope="module")
def sessions(data: Path) -> dict[str, str]:
    found: dict[str, str] = call(data, "make", sizes=[1])
    add_addresses(data)
    return found


@pytest.fixture(scope="module")
def address(data: Path, sessions: dict[str, str]) -> Iterator[str]:
    with served(data) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def signed_in(browser: Browser, address: str, session: str, **options: Any) -> Hers:
    hers = Hers(new_page(browser, address=address, session=session, **options), address)
    hers.page.on("request", lambda request: hers.asked.append(request.url))
    return hers


@pytest.fixture
def ana(browser: Browser, address: str, sessions: dict[str, str]) -> Iterator[Hers]:
    hers = signed_in(browser, address, sessions["ana"])
    yield hers
    hers.page.context.close()


def assessed(data: Path, place: str) -> dict[str, Any]:
    """What the database holds of the address whose assessment stood at this place."""
    code = place.rstrip("/").split("/")[-2].replace("-", "")
    with sqlite3.connect(f"file:{data / 'openhotline.sqlite3'}?mode=ro", uri=True) as base:
        base.row_factory = sqlite3.Row
        row = base.execute(
            "SELECT a.* FROM assessment_addressassessment a JOIN triage_addresscase c ON c.id = a.case_id "
            "WHERE c.code = ? AND a.ended_at IS NULL",
            [code],
        ).fetchone()
    return dict(row) if row else {}


def test_a_whole_assessment_takes_thirteen_keys_and_the_next_address_stands_there(
    ana: Hers, data: Path
) -> None:
    place = ana.next()
    ana.press(*TYPICAL)
    ana.wait_to_leave(place)
    assert ana.pressed == 13
    made = assessed(data, place)
    assert (made["outcome"], made["grade"], made["pictures"], made["films"]) == ("photograph", "B", 4, 0)
    assert (made["site_type"], made["commercial"]) == ("image_host", "non_commercial")
    ana.ready()
    ana.is_asked("Is the predominant impression that of a child?")


def test_what_is_no_crime_takes_three_keys(ana: Hers, data: Path) -> None:
    place = ana.next()
    ana.press(*OFF_REMIT)
    ana.wait_to_leave(place)
    assert ana.pressed == 3
    assert assessed(data, place)["discount_reason"] == "off_remit"


def test_results_form_in_every_jurisdiction_while_she_answers(ana: Hers) -> None:
    ana.next()
    expect(ana.part("#results li")).to_have_count(4)
    ana.press(*"3112")
    expect(ana.part("#results")).to_contain_text("Indecent photograph · B")
    ana.press("p")
    expect(ana.part("#path")).to_be_visible()
    expect(ana.part("#path")).to_contain_text("Severity: Category B")
    ana.press("Escape")
    expect(ana.part("#path")).to_be_hidden()


def test_every_answer_can_be_taken_back(ana: Hers) -> None:
    ana.next()
    ana.press(*TYPICAL[:11])
    ana.is_asked(re.compile("^Does anything there help"))
    ana.press("2", "4", "u", "u", "u")
    ana.is_asked("How many criminal films did you see there?")
    ana.press("u")
    expect(ana.part("#number")).to_have_value("4")
    ana.press(*"uuuuuu")
    ana.is_asked("Is the predominant impression that of a child?")
    ana.press("7")
    expect(ana.part("#trail li")).to_have_count(1)
    fields = ana.page.evaluate("Object.fromEntries(new FormData(document.getElementById('assessment')))")
    assert fields["q_child"] == "7"
    assert fields["q_severity"] == fields["q_ai"] == ""


def test_the_same_domain_suggests_its_kind_and_enter_takes_it(ana: Hers, data: Path) -> None:
    ana.open(f"{QUEUE}?state=new")
    rows = ana.page.locator("tbody th a", has_text="board[.]example[.]net")
    first, second = rows.nth(0).get_attribute("href"), rows.nth(1).get_attribute("href")
    for place, keys in (
        (first, [*"311211", "2", "Enter", "Enter", "3", "2", "Enter", "Enter"]),
        (second, [*"311211", "2", "Enter", "Enter", "Enter", "Enter", "Enter", "Enter"]),
    ):
        ana.open(str(place))
        ana.page.get_by_role("button", name="Assess").click()
        here = ana.ready()
        ana.press(*keys)
        ana.wait_to_leave(here)
        made = assessed(data, here)
        assert (made["site_type"], made["commercial"]) == ("forum", "paid_access")


def test_something_else_needs_a_note_and_the_note_is_written_by_keys(ana: Hers, data: Path) -> None:
    place = ana.next()
    ana.press(*TYPICAL[:11], "8", "Enter", "Enter")
    expect(ana.part("#warning")).to_contain_text("Describe in the note")
    expect(ana.part("#id_note")).to_be_focused()
    ana.page.keyboard.type("A logo, 1 of 2; u and k are letters here.")
    ana.press("Escape", "Enter")
    ana.wait_to_leave(place)
    made = assessed(data, place)
    assert made["note"] == "A logo, 1 of 2; u and k are letters here."
    assert json.loads(made["identifying"]) == ["other"]


def test_the_last_assessment_is_taken_back_by_a_key(ana: Hers, data: Path) -> None:
    place = ana.next()
    ana.press(*OFF_REMIT)
    ana.wait_to_leave(place)
    ana.ready()
    ana.press("u")
    ana.page.wait_for_url(place)
    ana.ready()
    assert assessed(data, place) == {}


def test_an_address_is_skipped_with_a_reason_by_two_keys(ana: Hers) -> None:
    place = ana.next()
    ana.press("k", "3")
    ana.wait_to_leave(place)
    expect(ana.part(".messages")).to_contain_text("Skipped.")


def test_the_address_is_copied_by_an_act_and_nothing_opens_it(
    browser: Browser, address: str, sessions: dict[str, str]
) -> None:
    ana = signed_in(browser, address, sessions["ana"], permissions=["clipboard-read", "clipboard-write"])
    ana.next()
    shown = ana.page.locator(".address-words").inner_text()
    assert shown.startswith("hxxps://")
    ana.press("c")
    ana.page.get_by_text("Copied.").wait_for()
    plain = ana.page.evaluate("navigator.clipboard.readText()")
    assert plain == shown.replace("hxxps", "https").replace("[.]", ".")
    assert ana.page.evaluate("[...document.querySelectorAll('[href],[src]')].map((e) => e.href || e.src)")
    links = ana.page.evaluate("[...document.links].map((link) => link.href)")
    assert all(link.startswith(address) for link in [*links, *ana.asked])
    ana.page.context.close()


def test_nothing_moves_while_she_answers(ana: Hers) -> None:
    ana.next()
    boxes = []
    for key in ["", *"3112", "p", "Escape", *TYPICAL[4:-1]]:
        ana.press(*[key] if key else [])
        draw_anew(ana.page)
        boxes.append([ana.part(part).bounding_box() for part in (".question", ".results", ".keys")])
    expect(ana.part("#review")).to_be_visible()
    assert all(box == boxes[0] for box in boxes)
    whole = ana.page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
    assert whole == [1280, 800]


def test_what_happens_is_said_aloud_and_keys_can_be_switched_off(ana: Hers) -> None:
    ana.next()
    ana.press("3")
    said = ana.part("#said")
    expect(said).to_have_attribute("aria-live", "polite")
    expect(said).to_contain_text("Yes, 7 to 10. England and Wales")
    ana.press("?")
    ana.page.get_by_label("Single keys work").uncheck()
    ana.press("Escape")
    expect(ana.part("dialog[open]")).to_have_count(0)
    ana.press("1")
    ana.is_asked("Printed, would it look like a photograph?")
    ana.page.get_by_role("button", name="Photograph", exact=False).first.click()
    ana.is_asked("Indecent, by the objective standard?")
    expect(ana.part("#trail li")).to_have_count(2)  # and the key has answered nothing
    ana.page.evaluate("sessionStorage.clear()")


def test_without_scripts_the_page_is_a_plain_form(
    browser: Browser, address: str, sessions: dict[str, str], data: Path
) -> None:
    ana = signed_in(browser, address, sessions["ana"], java_script_enabled=False)
    ana.open(QUEUE)
    ana.page.get_by_role("button", name="Next address").click()
    ana.page.wait_for_url("**/assess/")
    place, page = ana.page.url, ana.page
    expect(page.locator("#question")).to_be_hidden()
    page.get_by_label("Is the predominant impression").select_option(label="Yes, 11 to 13")
    page.get_by_label("Printed, would it look").select_option(label="Photograph")
    page.get_by_role("button", name="Save the assessment").click()
    expect(page.get_by_role("alert")).to_contain_text("still open: Indecent")
    page.get_by_label("Indecent, by the objective standard?").select_option(label="No")
    page.get_by_role("button", name="Save the assessment").click()
    ana.wait_to_leave(place)
    assert assessed(data, place)["outcome"] == "discounted"
    page.context.close()


PAGES = {
    "ana": [
        "/console/",
        QUEUE,
        f"{QUEUE}?state=to_tell",
        "CASE",
        "ASSESS",
        "REVIEW",
        "/console/inbox/",
        "REPORT",
        "/console/inbox/?show=words",
        "WORDS",
    ],
    "mia": ["/console/", QUEUE, f"{QUEUE}?state=police", "CASE", "/console/inbox/?show=quarantine", "REPORT"],
}


def follow(hers: Hers, place: str) -> None:
    """Go to a page; the ones in capitals are reached as a person reaches them."""
    if place == "CASE":
        hers.open(f"{QUEUE}?state=to_tell")
        hers.page.locator("tbody th a").first.click()
        hers.page.wait_for_url("**/address-cases/*-*/")
        folds = hers.page.locator("details.fold > summary, .address-plain > summary")
        for number in range(folds.count()):
            folds.nth(number).press("Enter")
    elif place == "ASSESS":
        hers.next()
    elif place == "REVIEW":
        hers.press(*TYPICAL[:-1])
        expect(hers.part("#review")).to_be_visible()
    elif place in ("REPORT", "WORDS"):
        hers.open(f"/console/inbox/?show={'messages' if place == 'REPORT' else 'words'}")
        hers.page.locator("tbody th a").first.click()
        hers.page.wait_for_url("**/inbox/*-*/")
    else:
        hers.open(place)


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
@pytest.mark.parametrize("who", list(PAGES))
def test_pages_are_accessible(
    browser: Browser, address: str, sessions: dict[str, str], scheme: str, width: int, who: str
) -> None:
    axe = axe_source()
    # axe is brought in from outside, which the policy rightly refuses to a page.
    hers = signed_in(
        browser,
        address,
        sessions[who],
        color_scheme=scheme,
        viewport={"width": width, "height": 800},
        bypass_csp=True,
    )
    found = []
    for place in PAGES[who]:
        follow(hers, place)
        hers.page.evaluate(axe)
        result = hers.page.evaluate("(tags) => axe.run(document, {runOnly: tags})", STANDARDS)
        found += [f"{place}: {v['id']}: {[n['target'] for n in v['nodes']]}" for v in result["violations"]]
        assert hers.page.evaluate("document.documentElement.scrollWidth") <= width, place
    assert not found, "\n".join(found)
    hers.page.context.close()
