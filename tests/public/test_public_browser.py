"""The public door in a real browser: with scripts and without, in every language, quiet to leave."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from tests.desk.desk_browser import axe_source, chromium, need_chromium, new_page
from tests.desk.desk_site import ROOT, call, environment, served

from openhotline_server.public.flood import LEAST_SECONDS
from openhotline_server.public.languages import NAMES
from openhotline_server.public.showing import QUIET_PLACE

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CODE = re.compile(r"^([0-9A-HJKMNP-TV-Z]{5}-){3}[0-9A-HJKMNP-TV-Z]{5}$")
ADDRESS = "https://pictures.example.org/gallery/7"
ASK = """
import json
from openhotline_server.commands import site_ready
site_ready()
from openhotline_server.intake.models import Report, Particulars
print(json.dumps([[r.standing, Particulars.objects.get(report=r).words] for r in Report.objects.filter(kind="form")]))
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    need_chromium()
    folder = tmp_path_factory.mktemp("door") / "data"
    call(folder, "make", sizes=[])
    return folder


@pytest.fixture(scope="module")
def address(data: Path) -> Iterator[str]:
    with served(data) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def opened(browser: Browser, **options: Any) -> Page:
    page = new_page(browser, **options)
    page.route(f"{QUIET_PLACE}**", _quiet)
    return page


def _quiet(route: Route) -> None:
    route.fulfill(body="<title>Elsewhere</title>", content_type="text/html")


def standing_of(data: Path, words: str) -> list[str]:
    """What the site's database says of reports with these words."""
    done = subprocess.run(
        [sys.executable, "-c", ASK], cwd=ROOT, env=environment(data), check=True, stdout=subprocess.PIPE
    )
    return [standing for standing, said in json.loads(done.stdout) if said == words]


def fill(page: Page, words: str) -> None:
    page.locator("#id_addresses").fill(ADDRESS)
    page.locator("#id_words").fill(words)
    page.locator("#id_at_risk_now").check()


def test_a_report_with_scripts_brings_its_work_and_is_taken_at_once(
    browser: Browser, address: str, data: Path
) -> None:
    page = opened(browser)
    page.goto(f"{address}/en/report/")
    fill(page, "with scripts")
    page.get_by_role("button", name="Send the report").click()
    code = page.locator("#code").inner_text()
    assert CODE.match(code)
    assert standing_of(data, "with scripts") == ["taken"]
    assert page.context.cookies() == []
    page.context.close()


def test_a_report_without_scripts_arrives_and_its_code_opens_it(
    browser: Browser, address: str, data: Path
) -> None:
    page = opened(browser, java_script_enabled=False)
    page.goto(f"{address}/en/report/")
    fill(page, "without scripts")
    page.wait_for_timeout((LEAST_SECONDS + 1) * 1000)
    page.get_by_role("button", name="Send the report").click()
    code = page.locator("#code").inner_text()
    assert standing_of(data, "without scripts") == ["taken"]
    page.goto(f"{address}/en/receipt/")
    page.get_by_label("Your code").fill(code.lower().replace("-", " "))
    page.get_by_role("button", name="See my report").click()
    page.get_by_label("Your message").fill("It is the second one.")
    page.get_by_role("button", name="Send the message").click()
    expect(page.get_by_text("Your message has arrived")).to_be_visible()
    expect(page.get_by_text("It is the second one.")).to_be_visible()
    page.context.close()


def test_a_slip_is_shown_at_its_field_and_keeps_what_was_written(browser: Browser, address: str) -> None:
    page = opened(browser)
    page.goto(f"{address}/en/report/")
    page.locator("#id_contact").fill("rita@example.org")
    page.get_by_role("button", name="Send the report").click()
    page.get_by_role("alert").get_by_role("link").click()
    expect(page).to_have_url(re.compile("#id_addresses$"))
    field = page.locator("#id_addresses")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_attribute("aria-describedby", re.compile("addresses-error"))
    expect(page.locator("#id_contact")).to_have_value("rita@example.org")
    page.context.close()


@pytest.mark.parametrize("way", ["click", "keys"])
def test_the_quiet_way_out_leaves_nothing_to_go_back_to(browser: Browser, address: str, way: str) -> None:
    page = opened(browser)
    page.clock.install()  # three presses belong together within two seconds, however long they take this machine
    page.goto(f"{address}/en/receipt/")
    page.goto(f"{address}/en/report/")
    page.clock.pause_at(datetime.now(UTC) + timedelta(hours=1))
    if way == "click":
        page.get_by_role("link", name="Leave this page quickly").click()
    else:
        for _ in range(3):
            page.keyboard.press("Shift")
    page.wait_for_url(QUIET_PLACE)
    page.go_back()
    # The form's place is taken; what came before it is not ours to change.
    expect(page).to_have_url(f"{address}/en/receipt/")
    page.context.close()


def test_the_way_out_is_a_plain_link_without_scripts(browser: Browser, address: str) -> None:
    page = opened(browser, java_script_enabled=False)
    page.goto(f"{address}/de/report/")
    page.get_by_role("link", name="Seite schnell verlassen").click()
    expect(page).to_have_url(QUIET_PLACE)
    page.context.close()


@pytest.mark.parametrize(
    ("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 390), ("light", 320)]
)
def test_every_language_is_accessible_and_fits(
    browser: Browser, address: str, scheme: str, width: int
) -> None:
    axe = axe_source()
    page = opened(browser, color_scheme=scheme, viewport={"width": width, "height": 800}, bypass_csp=True)
    found: list[str] = []
    for language in NAMES:
        for place in ("", "report/", "report/?me", "receipt/"):
            page.goto(f"{address}/{language}/{place}")
            found += looked_at(page, axe, width, f"{language}/{place}")
    assert not found, "\n".join(found)
    page.context.close()


@pytest.mark.parametrize(
    ("language", "scheme", "width"), [("en", "dark", 1280), ("ar", "light", 390), ("fr", "light", 320)]
)
def test_what_answers_a_report_is_accessible_and_fits(
    browser: Browser, address: str, language: str, scheme: str, width: int
) -> None:
    axe = axe_source()
    page = opened(browser, color_scheme=scheme, viewport={"width": width, "height": 800}, bypass_csp=True)
    page.goto(f"{address}/{language}/report/?me")
    fill(page, f"{language} {scheme}")
    page.locator("#send").click()
    page.locator("#code").wait_for()
    found = looked_at(page, axe, width, "sent")
    page.locator(".receipt button").click()
    page.locator("#id_words").fill("word " * 40)
    page.locator("main button").click()
    page.locator(".notice.success").wait_for()
    found += looked_at(page, axe, width, "state")
    page.goto(f"{address}/{language}/receipt/")
    page.locator("#id_code").fill("wrong")
    page.locator("main button").click()
    page.locator("#code-error").wait_for()
    found += looked_at(page, axe, width, "wrong code")
    assert not found, "\n".join(found)
    page.context.close()


def looked_at(page: Page, axe: str, width: int, place: str) -> list[str]:
    page.evaluate(axe)
    result = page.evaluate("(tags) => axe.run(document, {runOnly: tags})", STANDARDS)
    found = [f"{place}: {v['id']}: {[n['target'] for n in v['nodes']]}" for v in result["violations"]]
    if page.evaluate("document.documentElement.scrollWidth") > width:
        found.append(f"{place}: wider than {width}")
    return found
