"""The desk with a full database: how long each of its calls takes, and a reader's way from her last key to the next case.

A site of its own is made through the operations that an import uses: drawn pictures first in the queue, records without
files behind them, 20,254 cases in all. It is served as always and asked over HTTP, one reader after one answer.
"Answer accepted, next case shown" is the vote's call, which brings the next cases, and the sheet of the new one.

Run: ``make bench-desk``, or ``python -m benchmarks.desk --cases 2000 --rounds 50`` for a short look.
Where Debian's Chromium is installed, a real browser grades as well; ``--no-browser`` leaves that out.
"""

from __future__ import annotations

import argparse
import http.client
import json
import re
import statistics
import tempfile
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.desk.desk_browser import CHROMIUM, DISCOUNTED, TYPICAL, chromium, open_desk
from tests.desk.desk_site import call, served

CASES = 20_254  # the items of the October 2023 study
SIZES = [1, 4, 1, 1, 2, 1, 9, 1, 1, 24]  # members of the drawn cases, over and over
ANSWERS = ({"child": "no", "discount_reason": "off_remit"}, {"child": "unsure"})
PACE_MS = 120  # between two keys of the browser's reader


class Reader:
    """One signed-in reader over one kept-alive connection, with a clock on every call."""

    def __init__(self, address: str, session: str) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(address).netloc)
        self.session = session
        self.took: dict[str, list[float]] = defaultdict(list)
        page = self.get("page", "/console/desk/").decode()
        self.token = _found(r'data-token="([^"]+)"', page)
        self.questions = _found(r'data-questions="([^"]+)"', page)
        self.csrf = self.cookie

    def get(self, name: str, path: str) -> bytes:
        return self._ask(name, "GET", path, None, {})

    def post(self, name: str, path: str, **body: Any) -> dict[str, Any]:
        headers = {"Content-Type": "application/json", "X-CSRFToken": self.token}
        answer: dict[str, Any] = json.loads(
            self._ask(name, "POST", f"/console/desk/{path}", json.dumps(body), headers)
        )
        return answer

    def _ask(self, name: str, method: str, path: str, body: str | None, headers: dict[str, str]) -> bytes:
        csrf = getattr(self, "csrf", "")
        cookies = f"sessionid={self.session}" + (f"; csrftoken={csrf}" if csrf else "")
        began = time.perf_counter()
        self.connection.request(method, path, body, {**headers, "Cookie": cookies})
        response = self.connection.getresponse()
        data = response.read()
        self.took[name].append(1000 * (time.perf_counter() - began))
        if response.status != 200:
            raise RuntimeError(f"{method} {name}: {response.status} {data[:200]!r}")
        self.cookie = _found(r"csrftoken=([^;]+)", response.getheader("Set-Cookie") or "") or csrf
        return data


def grade(reader: Reader, rounds: int) -> None:
    """Answer case after case as the page does: a vote, then the sheet of each case that is new in hand."""
    known: set[str] = set()
    cases = reader.post("next cases", "next")["cases"]
    for case in cases:
        known.add(case["code"])
        _sheet(reader, case)
    for n in range(rounds):
        began, case = time.perf_counter(), cases[0]
        body = {"vote": str(uuid.uuid4()), "facts": ANSWERS[n % 7 == 0], "ask_second": False}
        cases = reader.post("answer", f"cases/{case['code']}/vote", **body)["cases"]
        for new in [c for c in cases if c["code"] not in known]:
            known.add(new["code"])
            _sheet(reader, new)
        reader.took["answer accepted, next case shown"].append(1000 * (time.perf_counter() - began))
        if n % 10 == 9:
            _asides(reader, cases[0])


def _asides(reader: Reader, case: dict[str, Any]) -> None:
    """What happens now and then: a longer look, a larger picture, a step back, a case put aside."""
    tiles = case["sheets"][0]["tiles"]
    _sheet(reader, case, level=4, name="sheet, more shown")
    if tiles[0]["readable"]:
        reader.get("picture, larger", f"/console/desk/cases/{case['code']}/single/{tiles[0]['code']}/2")
    reader.post("levels", "levels", rest=2, reveal=4)
    reader.get("standing", "/console/desk/standing")
    reader.get("questions", reader.questions)
    reader.get("page", "/console/desk/")
    if len(tiles) > 2:
        reader.post("exclude one", f"cases/{case['code']}/exclude", tiles=[tiles[-1]["code"]])
    vote = str(uuid.uuid4())
    reader.post("answer", f"cases/{case['code']}/vote", vote=vote, facts=ANSWERS[0], ask_second=False)
    reader.post("undo", "undo", vote=vote)


def _sheet(reader: Reader, case: dict[str, Any], *, level: int = 2, name: str = "sheet") -> None:
    reader.get(name, f"/console/desk/cases/{case['code']}/sheet/{case['edition']}/0/{level}")


def in_browser(address: str, session: str, rounds: int) -> Sequence[float]:
    """Let a real browser grade; give the milliseconds from each last key to the next case on the screen."""
    with chromium() as browser:
        desk = open_desk(browser, address, session)
        for n in range(rounds):
            before = desk.case
            for key in TYPICAL if n % 3 else DISCOUNTED:
                desk.press(key)
                desk.page.wait_for_timeout(PACE_MS)
            desk.wait_for_another(before)
        desk.wait_until_saved()
        return desk.measures()


@contextmanager
def site(cases: int, drawn: int) -> Iterator[tuple[str, dict[str, str]]]:
    """A served site with so many cases, so many of them drawn."""
    with tempfile.TemporaryDirectory(prefix="openhotline-desk-") as folder:
        sizes = [SIZES[n % len(SIZES)] for n in range(drawn)]
        began = time.perf_counter()
        sessions = call(Path(folder) / "data", "make", sizes=sizes, records=cases - drawn)
        print(f"{cases} cases, {drawn} of them drawn, made in {time.perf_counter() - began:.0f} s")
        with served(Path(folder) / "data") as address:
            yield address, sessions


def tell(took: dict[str, Sequence[float]]) -> None:
    """Print a line for each thing measured, in milliseconds."""
    print(f"{'milliseconds':42}{'n':>6}{'p50':>8}{'p95':>8}{'most':>8}")
    for name, times in took.items():
        ordered = sorted(times)
        p95 = ordered[max(0, round(0.95 * len(ordered)) - 1)]
        print(f"{name:42}{len(ordered):6}{statistics.median(ordered):8.1f}{p95:8.1f}{ordered[-1]:8.1f}")


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    return match.group(1) if match else ""


def main() -> None:
    """Make the site, let a reader work, print what it took."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--no-browser", action="store_true", help="do not let a real browser grade as well")
    options = parser.parse_args()
    drawn = min(options.cases, 2 * options.rounds + 10)
    with site(options.cases, drawn) as (address, sessions):
        reader = Reader(address, sessions["ana"])
        grade(reader, options.rounds)
        took: dict[str, Sequence[float]] = dict(reader.took)
        if CHROMIUM.exists() and not options.no_browser:
            reader.post("break", "rest")
            took["last key to next case on screen"] = in_browser(
                address, sessions["ana"], min(options.rounds, 40)
            )
        else:
            print("Not measured in a browser: install Debian's package `chromium` for that.")
        tell(took)


if __name__ == "__main__":
    main()
