"""The page of an audit in a real browser: accessible, light and dark, wide and narrow, and nothing runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from audit_results import finished, hit, member, shard
from playwright.sync_api import Browser
from tests.desk.desk_browser import axe_source, chromium

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("report")
    results = [
        shard(
            f"a-shard-with-a-rather-long-name-{number:05d}.tar",
            [member("1", number, pdq_quality=3 * number)],
            hits=[hit("x", "1", distance=number)],
            errors=[("1", "truncated")],
        )
        for number in range(30)
    ]
    for result in results:
        object.__setattr__(result, "claims", {"examined": 1, "ai": 1})
    finished(out, results)
    return out / "report.html"


@pytest.mark.parametrize(("width", "scheme"), [(1150, "light"), (390, "light"), (1150, "dark")])
def test_the_page_is_for_everybody(browser: Browser, report: Path, width: int, scheme: str) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True
    )
    page = context.new_page()
    page.goto(report.as_uri())
    page.evaluate(axe_source())
    assert page.evaluate("axe.run()")["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def test_its_own_policy_lets_it_look_as_it_should(browser: Browser, report: Path) -> None:
    page = browser.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(report.as_uri())
    assert page.evaluate("getComputedStyle(document.querySelector('.verdict')).borderLeftWidth") == "6px"
    assert page.evaluate("getComputedStyle(document.querySelector('svg path[fill=\"#3b82a0\"]')).fill") == (
        "rgb(59, 130, 160)"
    )
    assert said == []
    page.close()
