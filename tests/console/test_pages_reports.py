"""Reports: what came in, how far it is, and what could not be read."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from tests.conftest import NOON
from tests.console.pages_cast import at_most, text_of
from tests.desk_of import PSEUDO_B, answered

from openhotline_server.accounts.models import User
from openhotline_server.evidence.operations import Failure, note_failures, record_without_file
from openhotline_server.findings.operations import Grouping, create_clusters
from openhotline_server.intake.models import Report
from openhotline_server.intake.operations import finish, receive
from openhotline_server.triage.operations import open_cases
from openhotline_server.triage.rules import Signals

SignIn = Callable[[User], Client]
WHY = "The file ends in the middle of the picture."


@pytest.fixture
def report(db: None) -> Report:
    """Six records in three cases, and thirty members that could not be read."""
    found = receive(
        kind=Report.Kind.BATCH,
        source="A partner's folder",
        origin="a",
        received_on=date(2026, 11, 2),
        actor="command-line",
        at=NOON,
    )
    places = [f"{n}.jpg" for n in range(6)]
    items = record_without_file(report=found, places=places, actor="command-line", at=NOON)
    groups = [Grouping(items[n], [(items[n + 1], 4)]) for n in (0, 2, 4)]
    clusters = create_clusters(groups=groups, at=NOON)
    open_cases(clusters={c: Signals(members=2) for c in clusters}, at=NOON)
    failures = [Failure(f"deep/{n:02}.png", WHY) for n in range(30)]
    note_failures(report=found, failures=failures, actor="command-line", at=NOON)
    return found


def test_every_report_is_listed_with_what_it_brought(sign_in: SignIn, mia: User, report: Report) -> None:
    client = sign_in(mia)
    with at_most(7):
        words = text_of(client.get("/console/reports/"))
    assert "A partner&#x27;s folder Batch import 2 Nov 2026 6 6 30 Not finished" in words
    finish(report=report, at=NOON)
    assert "Taken in" in text_of(client.get("/console/reports/"))


def test_a_report_shows_how_far_it_is(sign_in: SignIn, ana: User, mia: User, report: Report) -> None:
    from openhotline_server.triage.models import Case

    answered(Case.objects.all()[0], (ana, PSEUDO_B))
    client = sign_in(mia)
    with at_most(14):
        words = text_of(client.get(f"/console/reports/{report.code}/"))
    for figure in (
        "sightings 6",
        "different items 6",
        "could not be read 30",
        "cases they are in 3",
        "of them decided 1",
        "Wait for a first reader 2",
    ):
        assert figure in words


def test_failed_members_are_named_and_paged(sign_in: SignIn, mia: User, report: Report) -> None:
    client = sign_in(mia)
    words = text_of(client.get(f"/console/reports/{report.code}/"))
    assert f"deep/00.png {WHY}" in words
    assert "deep/29.png" not in words
    assert "deep/29.png" in text_of(client.get(f"/console/reports/{report.code}/?page=2"))


def test_a_report_without_failures_says_so(sign_in: SignIn, mia: User) -> None:
    found = receive(
        kind=Report.Kind.RECORDS,
        source="A study",
        origin="b",
        received_on=date(2023, 9, 30),
        study="2023",
        actor="command-line",
        at=NOON,
    )
    words = text_of(sign_in(mia).get(f"/console/reports/{found.code}/"))
    assert "Every member was read." in words
    assert "study “2023”" in words


def test_a_report_is_for_the_manager(sign_in: SignIn, ana: User, mia: User, report: Report) -> None:
    assert sign_in(ana).get(f"/console/reports/{report.code}/").status_code == 403
    assert sign_in(mia).get(f"/console/reports/{uuid.uuid4()}/").status_code == 404
