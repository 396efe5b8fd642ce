"""Silence is an alarm where it is no chance; what reporters wrote is forgotten when its time has come."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from tests.conftest import NOON

from openhotline_server.accounts.models import User
from openhotline_server.intake.forgetting import forget_particulars
from openhotline_server.intake.messages import answer_hotline, ask_reporter
from openhotline_server.intake.models import Address, Mention, Message, Particulars, Report, WithoutAddress
from openhotline_server.intake.without_address import close_report, list_without_address
from openhotline_server.ledger.models import Line
from openhotline_server.pipeline.forgetting import forget_due
from openhotline_server.pipeline.intake_health import intake_health, is_silent
from openhotline_server.triage.models import AddressCase

DAY = timedelta(days=1)


def form(at: datetime, number: int = 0, standing: str = "taken", *, at_risk: bool = False) -> Report:
    report = Report.objects.create(
        kind="form",
        source="x",
        origin_digest=f"{at}{number}"[:64],
        standing=standing,
        received_on=at,
        created_at=at,
    )
    Particulars.objects.create(
        report=report, words="words", contact="rita@example.org", language="de", at_risk_now=at_risk
    )
    WithoutAddress.objects.create(report=report)
    return report


def case_of(report: Report, closed_at: datetime | None) -> AddressCase:
    number = Address.objects.count()
    address = Address.objects.create(
        digest=str(number), normal=str(number), network="web", first_reported_at=NOON
    )
    Mention.objects.create(report=report, address=address, known=False)
    WithoutAddress.objects.filter(report=report).delete()
    times = {"opened_at": NOON, "turn_at": NOON, "due_at": NOON, "closed_at": closed_at}
    return AddressCase.objects.create(address=address, rules_edition="1", **times)


@pytest.mark.parametrize(
    ("days", "before", "silent"),
    [(2, 300, True), (2, 10, False), (0.5, 3000, False), (20, 10, True), (400, 0, False)],
)
def test_a_silence_is_an_alarm_where_it_is_no_chance(days: float, before: int, silent: bool) -> None:
    assert is_silent(quiet=days * DAY, before=before, patience=DAY) is silent


@pytest.mark.django_db
def test_a_site_that_never_had_a_report_is_not_alarmed() -> None:
    assert intake_health(NOON) == ()


@pytest.mark.django_db
def test_a_busy_form_that_falls_silent_is_told_with_what_to_do() -> None:
    for hour in range(200):
        form(NOON - DAY * 3 - timedelta(hours=hour), hour)
    assert intake_health(NOON - 2.5 * DAY) == ()
    (sentence,) = intake_health(NOON)
    assert "for 3 days" in sentence
    assert "Open the form" in sentence


@pytest.mark.django_db
def test_what_waits_in_quarantine_is_told() -> None:
    form(NOON, standing="quarantined")
    (sentence,) = intake_health(NOON)
    assert sentence.startswith("1 report waits in quarantine")


@pytest.mark.django_db
def test_danger_without_an_address_is_told_until_it_was_read(ana: User) -> None:
    report = form(NOON, at_risk=True)
    form(NOON, 1)
    (sentence,) = intake_health(NOON)
    assert sentence.startswith("1 report without an address says that a child may be in danger now.")
    close_report(report=report, outcome=WithoutAddress.Outcome.HANDED_ON, person=ana, at=NOON)
    assert intake_health(NOON) == ()


@pytest.mark.django_db
def test_words_contact_and_messages_are_forgotten_and_the_marks_stay(ana: User) -> None:
    report = form(NOON, at_risk=True)
    ask_reporter(report=report, words="A question", person=ana, at=NOON)
    assert forget_particulars(reports=[report.pk], at=NOON + DAY) == 1
    said = Particulars.objects.get()
    assert (said.words, said.contact, said.language, said.forgotten_at) == ("", "", "", NOON + DAY)
    assert said.at_risk_now
    assert Message.objects.get().words == ""
    assert Line.objects.filter(event="particulars.forgotten").count() == 1
    assert forget_particulars(reports=[report.pk], at=NOON + 2 * DAY) == 0


@pytest.mark.django_db
def test_a_report_is_forgotten_only_when_all_its_cases_are_closed_long_enough(
    settings: object, ana: User
) -> None:
    settings.FORGET_DAYS = 90  # type: ignore[attr-defined]
    done, half, fresh, aside = (form(NOON, n) for n in range(4))
    Report.objects.filter(pk=aside.pk).update(standing="quarantined")
    case_of(done, NOON + DAY)
    case_of(half, NOON + DAY)
    case_of(half, None)
    case_of(fresh, NOON + 50 * DAY)
    closed, just_closed, unread = (form(NOON, n) for n in range(5, 8))
    close_report(report=closed, outcome=WithoutAddress.Outcome.UNUSABLE, person=ana, at=NOON + DAY)
    close_report(report=just_closed, outcome=WithoutAddress.Outcome.OFF_REMIT, person=ana, at=NOON + 50 * DAY)
    refused = form(NOON, 8, standing="refused")
    assert list(list_without_address()) == [unread]
    assert forget_due(at=NOON + 89 * DAY) == 0
    assert forget_due(at=NOON + 92 * DAY) == 3
    forgotten = Particulars.objects.exclude(forgotten_at=None).values_list("report", flat=True)
    assert set(forgotten) == {done.pk, closed.pk, refused.pk}
    assert forget_due(at=NOON + 92 * DAY) == 0


@pytest.mark.django_db
def test_what_a_reporter_writes_afterwards_is_forgotten_in_its_turn() -> None:
    report = form(NOON)
    case_of(report, NOON)
    assert forget_due(at=NOON + 91 * DAY) == 1
    answer_hotline(report=report, words="one more thing", at=NOON + 92 * DAY)
    assert forget_due(at=NOON + 93 * DAY) == 0
    assert forget_due(at=NOON + 183 * DAY) == 1
    assert Message.objects.get().words == ""
