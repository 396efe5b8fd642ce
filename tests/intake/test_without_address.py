"""A report that names no address waits until somebody has read it, and is decided once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.conftest import NOON

from openhotline.errors import BadInput, Conflict, NotAllowed
from openhotline_server.accounts.models import User
from openhotline_server.intake.given import Given, GivenAddress
from openhotline_server.intake.models import Mention, Report, WithoutAddress
from openhotline_server.intake.reports import ToTake, take_reports
from openhotline_server.intake.without_address import (
    close_report,
    closed_among,
    count_in_danger,
    find_without_address,
    list_without_address,
    name_addresses,
)
from openhotline_server.ledger import queries as ledger

pytestmark = pytest.mark.django_db
FORM = ToTake(Report.Kind.FORM, "Public form", Given(words="Somebody told me."), NOON.date(), "form:1")
UNUSABLE = WithoutAddress.Outcome.UNUSABLE


def take(origin: str, *texts: str, hours: int = 0, **said: Any) -> Report:
    marks = {"at_risk_now": said.pop("at_risk", False), "with_files": said.pop("with_files", False)}
    given = Given([GivenAddress(text) for text in texts], words="Words.", **marks)
    one = replace(FORM, origin=origin, given=given, **said)
    return take_reports(deliveries=[one], actor="reporter", at=NOON + timedelta(hours=hours))[0].report


def name(report: Report, *texts: str, person: User, found_in: str = "web") -> list[Mention]:
    return name_addresses(report=report, texts=texts, found_in=found_in, person=person, at=NOON)


def test_what_waits_is_what_a_person_wrote_without_an_address() -> None:
    old = take("old")
    new = take("new", hours=1)
    urgent = take("urgent", hours=2, at_risk=True)
    mail = take("mail", hours=3, kind=Report.Kind.MAIL)
    take("with", "https://example.org/")
    take("list", kind=Report.Kind.HOTLINE)
    take("aside", standing=Report.Standing.QUARANTINED, at_risk=True)
    assert list(list_without_address()) == [urgent, old, new, mail]
    assert count_in_danger() == 1


def test_a_providers_files_are_for_the_readers_of_pictures() -> None:
    report = take("tip", kind=Report.Kind.CYBERTIP)
    take("with files", kind=Report.Kind.CYBERTIP, with_files=True)
    assert list(list_without_address()) == [report]


def test_a_closed_report_waits_no_more_and_is_closed_once(ana: User, mia: User) -> None:
    report = take("a")
    assert not closed_among([report])
    close_report(report=report, outcome=UNUSABLE, person=ana, at=NOON)
    came = find_without_address(report)
    assert came is not None and (came.outcome, came.read_by, came.read_at) == ("unusable", ana, NOON)
    assert not list_without_address() and closed_among([report]) == {report.pk}
    with pytest.raises(Conflict, match="does not wait any more"):
        close_report(report=report, outcome=UNUSABLE, person=mia, at=NOON)
    (line,) = ledger.search(event="report.closed")
    assert (line.actor, line.subject, line.details) == (
        str(ana.code),
        report.subject,
        {"outcome": "unusable"},
    )


def test_with_an_address_there_is_nothing_to_close(ana: User) -> None:
    report = take("a")
    name(report, "https://example.org/", person=ana)
    with pytest.raises(Conflict):
        close_report(report=report, outcome=UNUSABLE, person=ana, at=NOON)
    came = find_without_address(report)
    assert came is not None and (came.outcome, came.read_by) == ("led_on", ana)
    assert not list_without_address() and not closed_among([report])


def test_what_the_report_names_already_is_left_as_it_is(ana: User) -> None:
    report = take("a", "https://example.org/1")
    (added,) = name(report, "HTTPS://EXAMPLE.org:443/1", "https://example.org/2", person=ana)
    assert added.address.normal == "https://example.org/2" and not added.known
    assert Mention.objects.filter(report=report).count() == 2
    with pytest.raises(Conflict, match="already"):
        name(report, "example.org/2", person=ana)


def test_a_group_is_added_in_words(ana: User) -> None:
    (added,) = name(take("a"), "Group Blue in App X", person=ana, found_in="chat")
    assert added.address.network == "other"


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (["", " "], "Write one on each line"),
        (["https://example.org/", "", "my neighbour's page"], "Line 3 is no address"),
    ],
)
def test_a_line_that_is_no_address_is_named_and_nothing_is_added(
    texts: list[str], words: str, ana: User
) -> None:
    report = take("a")
    with pytest.raises(BadInput, match=words):
        name(report, *texts, person=ana)
    assert not Mention.objects.exists() and list(list_without_address()) == [report]


def test_neither_is_for_whoever_may_not_or_for_a_report_that_was_not_taken_in(ana: User, cleo: User) -> None:
    report, aside = take("a"), take("b", standing=Report.Standing.QUARANTINED)
    for person, which, error in ((cleo, report, NotAllowed), (ana, aside, Conflict)):
        with pytest.raises(error):
            name(which, "https://example.org/", person=person)
        with pytest.raises(error):
            close_report(report=which, outcome=UNUSABLE, person=person, at=NOON)
    assert not Mention.objects.exists() and not closed_among([report, aside])
