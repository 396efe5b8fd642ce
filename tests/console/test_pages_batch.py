"""The batch page of a report: what its pictures share, counted, and no picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from django.test import Client
from tests.conftest import NOON
from tests.console.pages_cast import at_most, text_of
from tests.desk_of import an_item

from openhotline_server.accounts.models import User
from openhotline_server.evidence.models import Item, Sighting
from openhotline_server.findings.devices import link_reports
from openhotline_server.findings.models import Device, DeviceMatch
from openhotline_server.findings.origin_records import FoundOrigin, record_origins
from openhotline_server.intake.models import Report
from openhotline_server.intake.operations import receive

SignIn = Callable[[User], Client]


def a_report(name: str, items: int) -> tuple[Report, list[Item]]:
    report = receive(
        kind=Report.Kind.BATCH, source=name, origin=name, received_on=NOON.date(), actor="test", at=NOON
    )
    seen = [an_item() for _ in range(items)]
    for item in seen:
        Sighting.objects.create(report=report, item=item, path=str(item.code), seen_at=NOON)
    return report, seen


def marked(items: Sequence[Item], *marks: tuple[str, str]) -> None:
    found = FoundOrigin("undetermined", 0.0, "", marks=marks)
    record_origins(found=dict.fromkeys(items, found), inputs="one", at=NOON)


def page_of(report: Report) -> str:
    return f"/console/reports/{report.code}/origin/"


def test_what_pictures_share_is_counted(sign_in: SignIn, mia: User) -> None:
    report, items = a_report("a batch", 5)
    marked(items[:3], ("generator", "A program"), ("camera", "A maker, a model"))
    client = sign_in(mia)
    with at_most(16):
        answer = client.get(page_of(report))
    words = text_of(answer)
    assert "3 of 5" in words
    assert "The others may share it as well" in words
    assert "Which one Items Of all 5 One generator anybody can write that into a file A program 3" in words
    assert "A maker, a model 3" in words
    html = answer.content.decode()
    assert '<rect class="tone-1" width="60.00" height="12"/>' in html
    assert "<img" not in html
    assert " style=" not in html


def test_what_only_one_picture_has_is_not_shared(sign_in: SignIn, mia: User) -> None:
    report, items = a_report("a batch", 2)
    marked(items[:1], ("generator", "A program"))
    words = text_of(sign_in(mia).get(page_of(report)))
    assert "A program" not in words
    assert "No two of them share one generator; one model;" in words
    assert "That says nothing either way." in words


def test_seeds_of_one_run_are_one_family(sign_in: SignIn, mia: User) -> None:
    report, items = a_report("a batch", 3)
    for item, seed in zip(items, ("1234567", "1234568", "99"), strict=True):
        marked([item], ("seed", seed))
    assert "One family of seeds anybody can write that into a file 1234567 to 1234568 2" in (
        text_of(sign_in(mia).get(page_of(report)))
    )


def test_a_device_is_counted_by_its_sensor(sign_in: SignIn, mia: User) -> None:
    report, items = a_report("a batch", 3)
    device = Device.objects.create(
        name="the seized one", digest="ab" * 32, object="ab" * 32, learned_at=NOON, learned_by="test"
    )
    for item in items[:2]:
        DeviceMatch.objects.create(item=item, device=device, energy=90.0, matched_at=NOON)
    words = text_of(sign_in(mia).get(page_of(report)))
    assert "One camera that we know, by its sensor measured in the pixels" in words
    assert "the seized one 2" in words


@pytest.mark.parametrize("turned", [False, True])
def test_a_link_leads_to_the_other_report(sign_in: SignIn, mia: User, turned: bool) -> None:
    here, there = a_report("here", 1)[0], a_report("there", 1)[0]
    pair, items = ((there, here), (7, 4)) if turned else ((here, there), (4, 7))
    link_reports(pair=pair, energy=88.5, items=items, linked=True, actor="test", at=NOON)
    answer = sign_in(mia).get(page_of(here))
    assert f'href="{page_of(there)}"' in answer.content.decode()
    assert "there received 3 November 2026 88.5 4 7" in text_of(answer)


def test_the_report_leads_to_it(sign_in: SignIn, mia: User) -> None:
    report = a_report("a batch", 1)[0]
    assert (
        f'href="{page_of(report)}"' in sign_in(mia).get(f"/console/reports/{report.code}/").content.decode()
    )


def test_whoever_reads_no_reports_may_not(sign_in: SignIn, ana: User, oda: User) -> None:
    report = a_report("a batch", 1)[0]
    for person in (ana, oda):
        assert sign_in(person).get(page_of(report)).status_code == 403
