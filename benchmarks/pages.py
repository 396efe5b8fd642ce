"""Every page of the console with 20,254 items in the database, p50 and p95, in one interleaved run.

The items are those of the published study, replayed by the command. Pages are asked in turn, round after round, through
Django's own client: the whole site without the socket. The front page, which asks no database, is the floor; every other
page is also printed as a multiple of it.

Run: ``make bench-pages``, or ``python -m benchmarks.pages --rounds 5`` for a short look.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from tests.study.study_cast import PUBLISHED, written

PAGES = {
    "mia": (
        "/",
        "/console/",
        "/console/queue/",
        "/console/reports/",
        "/console/statistics/",
        "/console/lists/",
        "/console/publishing/",
        "/console/notices/",
        "/console/agreement/",
        "/console/policy/",
        "/console/people/",
        "/console/ledger/",
        "/console/ledger/?event=vote.cast",
    ),
    "ana": ("/console/", "/console/queue/", "/console/desk/"),
}


def make(data: Path) -> None:
    """Replay the study and add the two people who look at the pages."""
    description = data.parent / "study.json"
    description.write_text(written(PUBLISHED))
    run = [sys.executable, "-m", "openhotline", "--data", str(data)]
    began = time.perf_counter()
    subprocess.run([*run, "study", "replay", str(description)], check=True, capture_output=True)
    print(f"replayed in {time.perf_counter() - began:.0f} s", flush=True)
    for name, role in (("mia", "manager"), ("ana", "analyst")):
        subprocess.run([*run, "user", "add", name, "--role", role], check=True, capture_output=True)


def main() -> None:
    """Make the site, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory(prefix="openhotline-bench-") as folder:
        data = Path(folder) / "data"
        make(data)
        os.environ |= {
            "OPENHOTLINE_DATA": str(data),
            "OPENHOTLINE_REQUIRE_MFA": "0",
            "OPENHOTLINE_HTTPS": "0",
            "OPENHOTLINE_HOSTS": "testserver",
        }
        from openhotline_server.commands import site_ready

        site_ready()
        _ask(rounds)


def _ask(rounds: int) -> None:
    from django.test import Client

    from openhotline_server.accounts.queries import get_person

    clients = {name: Client() for name in PAGES}
    for name, client in clients.items():
        client.force_login(get_person(name))
    took: dict[tuple[str, str], list[float]] = defaultdict(list)
    for number in range(rounds + 1):
        for name, pages in PAGES.items():
            for page in pages:
                began = time.perf_counter()
                answer = clients[name].get(page)
                if number:  # the first round warms caches and templates
                    took[name, page].append(1000 * (time.perf_counter() - began))
                assert answer.status_code == 200, (name, page, answer.status_code)
    floor = statistics.median(took["mia", "/"])
    print(f"{'page':<44} {'p50 ms':>8} {'p95 ms':>8} {'of the front page':>18}")
    for (name, page), times in took.items():
        times.sort()
        p95 = times[min(len(times) - 1, int(0.95 * len(times)))]
        p50 = statistics.median(times)
        print(f"{name + ' ' + page:<44} {p50:8.1f} {p95:8.1f} {p50 / floor:17.1f}x")


if __name__ == "__main__":
    main()
