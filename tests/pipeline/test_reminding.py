"""A host that does not act is reminded, then whoever stands above it is told; each is a draft, made once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.conftest import NOON
from tests.notices.notice_cast import GB, MAIL_FROM, US, a_contact, found_at

from openhotline_server.accounts.models import User
from openhotline_server.findings.traces import newest_trace
from openhotline_server.notices.following_rules import REMINDERS
from openhotline_server.notices.kinds import ContactKind, NoticeKind
from openhotline_server.notices.models import Notice, Removal
from openhotline_server.notices.removals import begin
from openhotline_server.pipeline.acting import after_assessment, draft_due
from openhotline_server.triage.address_cases import move
from openhotline_server.triage.models import AddressCase

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def a_site(settings: object) -> None:
    settings.COUNTRY, settings.MAIL_FROM = GB, MAIL_FROM  # type: ignore[attr-defined]


def told(person: User, mia: User) -> tuple[AddressCase, Notice]:
    """An address abroad whose agency was told at noon."""
    a_contact(ContactKind.AGENCY, mia, email="agency@example.net")
    case = found_at("https://img.example.org/1", US, person)
    after_assessment(case=case, person=person, at=NOON)
    [notice] = draft_due(at=NOON, person=person).notices
    Notice.objects.filter(pk=notice.pk).update(approved_at=NOON, approved_by=mia, delivered_at=NOON)
    notice.refresh_from_db()
    begin(case=case, notice=notice, trace=newest_trace(case.address), at=NOON)
    move(case=case, to=AddressCase.State.WATCHED, actor="test", at=NOON)
    return case, notice


def test_a_reminder_is_due_after_a_while_and_is_drafted_once(ana: User, mia: User) -> None:
    _, notice = told(ana, mia)
    soon, later = NOON + REMINDERS[0] - timedelta(minutes=1), NOON + REMINDERS[0]
    assert not draft_due(at=soon, person=ana).notices
    [reminder] = draft_due(at=later, person=ana).notices
    assert (reminder.kind, reminder.email) == (notice.kind, notice.email)
    assert "Reminder: " in reminder.title and "This is a reminder." in reminder.words
    assert "2026-11-03" in reminder.words
    assert not draft_due(at=later, person=ana).notices
    Notice.objects.filter(pk=reminder.pk).update(dropped_at=later)
    assert len(draft_due(at=later, person=ana).notices) == 1


def test_after_the_reminders_the_registrar_is_told(ana: User, mia: User) -> None:
    told(ana, mia)
    a_contact(ContactKind.REGISTRAR, mia, domains=("org",), email="registry@example.net")
    Removal.objects.update(reminders=len(REMINDERS))
    later = NOON + timedelta(days=30)
    [notice] = draft_due(at=later, person=ana).notices
    assert (notice.kind, notice.email) == (NoticeKind.DOMAIN_ALERT, "registry@example.net")
    Notice.objects.filter(pk=notice.pk).update(delivered_at=later)
    [again] = draft_due(at=later, person=ana).notices
    assert again.kind == NoticeKind.NATIONAL_AGENCY and "Reminder: " in again.title


def test_what_is_missed_at_the_moment_is_not_reminded_of(ana: User, mia: User) -> None:
    told(ana, mia)
    Removal.objects.update(misses=1)
    assert not draft_due(at=NOON + timedelta(days=30), person=ana).notices
