"""Addresses for a site in a real browser: made by a process of its own, as ``tests.desk.desk_site`` makes the cases.

``python -m tests.console.address_site DIR`` takes in reports of every kind and brings addresses into every state.
"""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.desk.desk_site import ROOT, environment

if TYPE_CHECKING:
    from openhotline_server.triage.models import AddressCase

CRIMINAL = {
    "child": "yes",
    "age_band": "7-10",
    "image_type": "photograph",
    "indecent": "yes",
    "severity": "B",
    "sex": "girl",
    "ai": "none",
}
WORDS = (
    "I was sent a link in a group and opened it. There were pictures of a child, I closed it at once.\n"
    "The group has several hundred members."
)
NEW = 8  # addresses that wait for an analyst besides the ones described


def add_addresses(data: Path) -> None:
    """Run this module on a site that stands."""
    command = [sys.executable, "-m", "tests.console.address_site", str(data)]
    subprocess.run(command, cwd=ROOT, env=environment(data), check=True)


def _add() -> None:
    from django.utils import timezone
    from tests.console.address_cast import STANDING, case_of, reported, traced

    from openhotline_server.intake.messages import answer_hotline, ask_reporter
    from openhotline_server.intake.models import Report

    now = timezone.now()
    ana = _person("ana")
    before = now - timedelta(hours=30)

    first = case_of(
        "https://pictures.example.org/gallery/2291/",
        at=now - timedelta(hours=3),
        words=WORDS,
        at_risk_now=True,
        contact="a.reporter@mail.example",
        language="en",
    )
    reported(
        "https://pictures.example.org/gallery/2291/",
        at=now - timedelta(hours=1),
        kind=Report.Kind.HOTLINE,
        source="Hotline of a neighbouring country",
        stated={"scheme": "UCS", "severity": "2", "list": "Baseline", "ai": "no sign of it"},
    )
    traced(first, ("NL", "NL", "NL"), at=now - timedelta(hours=2))
    about_self = reported(
        "https://social.example.com/p/8812",
        at=now - timedelta(minutes=50),
        words="It is me.",
        about_self=True,
    )
    reported("", at=now - timedelta(minutes=40), words="It is passed round in a group. I know no address.")
    ask_reporter(report=about_self, words="Thank you. Do you know when it was put there?", person=ana, at=now)
    answer_hotline(report=about_self, words="Since last week, I think.", at=now)
    for number in range(NEW):
        case_of(f"https://board.example.net/thread/{number}", at=before + timedelta(minutes=number))

    at_home = case_of("https://files.example.co.uk/f/77ab", at=before)
    traced(at_home, ("GB", "GB", "GB"), at=before)
    _assess(at_home, ana, now - timedelta(hours=20), site_type="file_host")
    abroad = case_of("https://img.example.io/i/1.jpg", at=before)
    traced(abroad, ("NL", "NL", ""), at=before, front="A content network")
    _assess(abroad, ana, now - timedelta(hours=19), identifying=["school", "voice"], note="A school's sign.")
    unsettled = case_of("https://host.example.cc/a", at=before)
    traced(unsettled, ("NL", "FR", ""), at=before)
    _assess(unsettled, ana, now - timedelta(hours=18))
    off = case_of("https://news.example.org/story", at=before)
    _assess(off, ana, now - timedelta(hours=17), facts={"child": "no", "discount_reason": "off_remit"})
    for number in range(3):
        reported(f"https://flood.example.org/{number}", at=now, standing=STANDING.QUARANTINED)


def _assess(case: AddressCase, person: Any, at: Any, **more: Any) -> None:
    from openhotline_server.pipeline.address_work import assess

    found = {
        "facts": CRIMINAL,
        "site_type": "image_host",
        "commercial": "non_commercial",
        "pictures": 4,
        "films": 1,
        "identifying": [],
        "note": "",
    }
    assess(case=case, person=person, at=at, **{**found, **more})


def _person(name: str) -> Any:
    from openhotline_server.accounts.queries import get_person

    return get_person(name)


if __name__ == "__main__":
    os.environ |= environment(Path(sys.argv[1]))
    from openhotline_server.commands import site_ready

    site_ready(initialise=False)
    _add()
