"""A person lets a notice leave, or drops it. Everything that it rests on is looked at once more in that moment."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction

from openhotline.errors import Conflict, NotAllowed
from openhotline_server.accounts.models import User
from openhotline_server.accounts.permissions import Permission
from openhotline_server.ledger.events import Event
from openhotline_server.ledger.operations import record
from openhotline_server.notices.mailing import compose
from openhotline_server.notices.models import Notice, NoticeAddress, Outgoing
from openhotline_server.notices.outbox import enqueue
from openhotline_server.notices.standing import list_objections
from openhotline_server.triage.models import AddressCase


@transaction.atomic
def approve_and_queue(*, notice: Notice, person: User, at: datetime) -> Outgoing:
    """Put the notice into the outbox as it was drafted, or say why it may not leave.

    Whoever drafted it may approve it too (a night shift is one person); the ledger line says so.
    """
    require_sender(person)
    _lock_cases(notice)
    notice = _waiting(notice)
    if not settings.MAIL_FROM:
        raise Conflict("Letters need a sender's address. Set OPENHOTLINE_MAIL_FROM.")
    objections = list_objections(notice, at=at)
    if objections:
        raise Conflict(" ".join(objections))
    notice.approved_at, notice.approved_by = at, person
    notice.save(update_fields=["approved_at", "approved_by"])
    outgoing = enqueue(notice=notice, message=compose(notice), person=person, at=at)
    record(
        actor=str(person.code),
        at=at,
        event=Event.NOTICE_APPROVED,
        subject=notice.subject,
        details={
            "kind": notice.kind,
            "letter": str(outgoing.code),
            "own_draft": "yes" if notice.drafted_by_id == person.pk else "no",
        },
    )
    return outgoing


@transaction.atomic
def drop(*, notice: Notice, person: User, at: datetime, reason: str = "") -> Notice:
    """Drop a draft. It stays readable; what it told of may be drafted again."""
    if not person.may(Permission.NOTICE_WRITE):
        raise NotAllowed("Dropping a draft needs the permission to write notices. Ask the manager.")
    notice = _waiting(notice)
    notice.dropped_at = at
    notice.save(update_fields=["dropped_at"])
    record(
        actor=str(person.code),
        at=at,
        event=Event.NOTICE_DROPPED,
        subject=notice.subject,
        details={"kind": notice.kind, "reason": " ".join(reason.split())[:200]},
    )
    return notice


def require_sender(person: User) -> None:
    """Refuse whoever may not let a notice leave."""
    if not person.may(Permission.NOTICE_SEND):
        raise NotAllowed("Sending notices needs the permission for it. Ask the manager.")


def list_cases(notice: Notice) -> list[AddressCase]:
    """The address cases that a notice tells of, in its order."""
    lines = NoticeAddress.objects.filter(notice=notice).select_related("case__address").order_by("pk")
    return [line.case for line in lines]


def _lock_cases(notice: Notice) -> None:
    """The cases first and the notice after, the order in which drafting takes them too."""
    cases = AddressCase.objects.select_for_update(of=("self",)).order_by("pk")
    keys = list(NoticeAddress.objects.filter(notice=notice).values_list("case", flat=True))
    list(cases.filter(pk__in=keys).values_list("pk", flat=True))


def _waiting(notice: Notice) -> Notice:
    found = Notice.objects.select_for_update(of=("self",)).get(pk=notice.pk)
    if found.dropped_at is not None:
        raise Conflict("This draft was dropped. Draft it again.")
    if found.approved_at is not None or found.delivered_at is not None:
        raise Conflict("This notice was approved already. Look at the outbox.")
    return found
