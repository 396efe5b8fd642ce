"""A real browser in front of a real site, and what may be asked of the desk in it."""

from __future__ import annotations

import os
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Response, Route, expect, sync_playwright
from tests.desk.desk_site import ROOT

CHROMIUM = Path("/usr/bin/chromium")
# As root there is no sandbox, and a closed network must not be asked for the browser's own errands.
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Limits for machines that are slow or have other work; nothing waits longer than until what it waits for is there.
EXPECTED = 30_000  # milliseconds until a page must show what is expected of it
PATIENCE = 60_000  # milliseconds until a page must have come, or an element that is to be used
TYPICAL = "321214"  # 7 to 10, pseudo-photograph, indecent, B, girl, wholly generated
DISCOUNTED = "76"  # no; off remit
OBSERVE = """
  window.shifts = [];
  const named = (source) => source.node?.id || source.node?.className || String(source.node);
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      window.shifts.push({ value: entry.value, sources: entry.sources.map(named) });
    }
  }).observe({ type: "layout-shift", buffered: true });
"""
COUNT_FETCHES = """
  const plain = window.fetch;
  window.underway = 0;
  window.fetch = (...asked) => {
    window.underway += 1;
    return plain(...asked).finally(() => (window.underway -= 1));
  };
"""
DRAWN_ANEW = (
    "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"
)


PIECE = 400  # characters of a page that arrive together on a slow line


@contextmanager
def slow_line(address: str) -> Iterator[str]:
    """The site behind a line on which each page arrives in pieces; everything else passes whole."""

    class Line(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = urllib.request.Request(
                address + self.path, headers={"Cookie": self.headers["Cookie"] or ""}
            )
            with urllib.request.urlopen(asked) as answer:
                body, kind = answer.read(), answer.headers["Content-Type"]
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            step = PIECE if kind.startswith("text/html") else len(body) or 1
            for start in range(0, len(body), step):
                self.wfile.write(body[start : start + step])
                time.sleep(0.1 if step == PIECE else 0)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Line)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def need_chromium() -> None:
    if not CHROMIUM.exists():
        pytest.skip(
            "NOT TESTED IN A BROWSER: /usr/bin/chromium is missing. Install Debian's package `chromium`."
        )


def axe_source() -> str:
    """The text of axe-core. Its own setting names it, or npm put it beside the project."""
    named = os.environ.get("OPENHOTLINE_AXE")
    for path in ([Path(named)] if named else []) + [ROOT / "node_modules/axe-core/axe.min.js"]:
        if path.is_file():
            return path.read_text()
    pytest.skip("NOT TESTED FOR ACCESSIBILITY: axe-core is missing. Run `npm install --no-save axe-core@4`.")


@contextmanager
def chromium() -> Iterator[Browser]:
    need_chromium()
    expect.set_options(timeout=EXPECTED)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=SWITCHES)
        yield browser
        browser.close()


def new_page(browser: Browser, *, address: str = "", session: str = "", **options: Any) -> Page:
    """A patient page, signed in if a session is given; what its script or its policy says against it fails the test."""
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})
    context.set_default_timeout(PATIENCE)
    if session:
        context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(f"the page's script failed: {error}"))
    page.on("console", lambda m: pytest.fail(m.text) if "Content Security Policy" in m.text else None)
    return page


def draw_anew(page: Page) -> None:
    """Let two frames pass, so that what has changed is drawn and what has moved is noticed."""
    page.evaluate(DRAWN_ANEW)


@dataclass
class OpenDesk:
    """The desk as a reader has it before her."""

    page: Page
    responses: list[Response] = field(default_factory=list)

    @property
    def case(self) -> str:
        """The code of the case whose picture stands on the stage."""
        return self.page.locator("#sheet").get_attribute("data-case") or ""

    def part(self, selector: str) -> Locator:
        return self.page.locator(selector)

    def press(self, keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def grade(self, keys: str) -> str:
        """Answer the case before her with these keys and wait for the next one; gives its code."""
        before = self.case
        self.press(keys)
        self.wait_for_another(before)
        return before

    def grade_without_waiting(self, keys: str) -> None:
        """Answer the case before her with these keys, whether or not another one follows."""
        before = self.case
        self.press(keys)
        self.until(f"document.getElementById('sheet').dataset.case !== '{before}'")

    def until(self, holds: str) -> None:
        """Wait until a JavaScript expression holds. (The browser's own waiting would need ``unsafe-eval``.)"""
        self.until_here(lambda: self.page.evaluate(holds), holds)

    def until_here(self, holds: Callable[[], object], words: str) -> None:
        """Wait until something holds on this side of the line."""
        last = time.monotonic() + PATIENCE / 1000
        while not holds():
            if time.monotonic() > last:
                pytest.fail(f"this never came: {words}")
            self.page.wait_for_timeout(15)

    def wait_for_case(self, code: str) -> None:
        self.until(f"document.getElementById('sheet').dataset.case === '{code}'")

    def wait_for_another(self, before: str) -> None:
        self.until(f"!['{before}', '', undefined].includes(document.getElementById('sheet').dataset.case)")

    def wait_until_saved(self) -> None:
        self.until("document.getElementById('sending').textContent === 'Everything is saved'")

    def wait_until_prepared(self) -> None:
        """Wait until everything asked for has come, the sheets of the cases that follow among it."""
        self.until("window.underway === 0")

    def measures(self) -> list[float]:
        found: list[float] = self.page.evaluate(
            "performance.getEntriesByName('desk:next').map((e) => e.duration)"
        )
        return found

    def shifts(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.page.evaluate("window.shifts")
        return found


def open_desk(
    browser: Browser,
    address: str,
    session: str,
    *,
    listen: Callable[[Route], None] | None = None,
    **options: Any,
) -> OpenDesk:
    """Sign in by a session's cookie and open the desk at 1280 x 800; ``listen`` stands between it and its cases."""
    desk = OpenDesk(new_page(browser, address=address, session=session, **options))
    for script in (OBSERVE, COUNT_FETCHES):
        desk.page.add_init_script(script)
    desk.page.on("response", lambda response: desk.responses.append(response))
    if listen is not None:
        desk.page.route("**/desk/cases/**", listen)
    desk.page.goto(f"{address}/console/desk/")
    desk.wait_for_another("nothing")
    return desk
