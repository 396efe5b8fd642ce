"""A host that was told and has not acted: a reminder, then whoever stands above it. Each is a draft like the others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from openhotline_server.accounts.models import User
from openhotline_server.notices import recipients
from openhotline_server.notices.drafting import make, require_writer
from openhotline_server.notices.gathering import Gathered, gather
from openhotline_server.notices.kinds import ContactKind, NoticeKind
from openhotline_server.notices.models import Notice, NoticeAddress
from openhotline_server.notices.planning import is_told
from openhotline_server.notices.recipients import Recipient
from openhotline_server.notices.removal_queries import ReminderDue, list_reminders_due
from openhotline_server.triage.models import AddressCase


@dataclass(frozen=True)
class Word:
    """One letter that is due: a reminder of ``before``, or, with another recipient, an escalation."""

    before: Notice
    kind: NoticeKind
    recipient: Recipient
    told: tuple[Gathered, ...]

    @property
    def is_reminder(self) -> bool:
        """Whether it goes to whoever was told before."""
        return self.recipient.key == self.before.email.lower()


def list_words_due(*, at: datetime) -> list[Word]:
    """Reminders and escalations that are due and not drafted yet, one for each earlier notice and recipient."""
    groups: dict[tuple[int, str, str], tuple[Notice, NoticeKind, Recipient, list[Gathered]]] = {}
    due = list_reminders_due(at=at)
    cases = {one.case.pk: one for one in gather(_open_cases(due))}
    for reminder in due:
        one, before = cases.get(reminder.removal.case_id), reminder.removal.notice
        if one is None or before is None or one.settled is None or _is_drafted(one.case, before):
            continue
        kind, recipient = _whom(one, before, escalation=reminder.escalation)
        key = (before.pk, kind.value, recipient.key)
        groups.setdefault(key, (before, kind, recipient, []))[3].append(one)
    return [Word(before, kind, who, tuple(told)) for before, kind, who, told in groups.values()]


@transaction.atomic
def draft_words(*, person: User | None, at: datetime) -> tuple[Notice, ...]:
    """Draft the reminders and escalations that are due. A person approves each."""
    require_writer(person)
    list(
        AddressCase.objects.select_for_update(of=("self",))
        .filter(state=AddressCase.State.WATCHED)
        .order_by("pk")
    )
    return tuple(
        make(
            kind=word.kind,
            recipient=word.recipient,
            told=word.told,
            person=person,
            at=at,
            reminder_of=(word.before.delivered_at or word.before.drafted_at) if word.is_reminder else None,
        )
        for word in list_words_due(at=at)
    )


def _whom(one: Gathered, before: Notice, *, escalation: bool) -> tuple[NoticeKind, Recipient]:
    """Beyond the thresholds the registrar, then the national agency; who has both been told is reminded."""
    if escalation:
        above = [
            (NoticeKind.DOMAIN_ALERT, recipients.find_registrar(one.address)),
            (NoticeKind.NATIONAL_AGENCY, recipients.find_by_country(ContactKind.AGENCY, one.law.country)),
        ]
        for kind, recipient in above:
            if recipient is not None and not is_told(one.case, kind, recipient):
                return kind, recipient
    name, language = before.recipient, before.language
    wants_json = before.contact is None or before.contact.wants_json
    again = Recipient(name, before.email, language, wants_json, before.contact, "it was told before")
    return NoticeKind(before.kind), again


def _is_drafted(case: AddressCase, before: Notice) -> bool:
    """Whether another letter about it already waits for approval or in the outbox."""
    waiting = NoticeAddress.objects.filter(
        case=case,
        notice__dropped_at=None,
        notice__delivered_at=None,
        notice__drafted_at__gte=before.drafted_at,
    )
    return waiting.exclude(notice=before).exists()


def _open_cases(due: Iterable[ReminderDue]) -> list[AddressCase]:
    watched = [one.removal.case for one in due if one.removal.case.state == AddressCase.State.WATCHED]
    return list({case.pk: case for case in watched}.values())
