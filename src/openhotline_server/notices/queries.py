"""Reading notices."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from openhotline.errors import NotFound
from openhotline_server.notices.deadlines import deadlines
from openhotline_server.notices.kinds import NoticeKind
from openhotline_server.notices.models import Notice, NoticeAddress, Outgoing, ProviderAnswer
from openhotline_server.triage.models import AddressCase, Case


def list_notices(*, case: Case | None = None) -> QuerySet[Notice]:
    """Notices, the undelivered first, then the newest; of one case where it is named."""
    notices = Notice.objects.select_related("case").order_by("delivered_at", "-drafted_at")
    return notices.filter(case=case) if case else notices


def list_waiting() -> QuerySet[Notice]:
    """Drafts about addresses that wait for a person's word, the oldest first."""
    waiting = _about_addresses().filter(approved_at=None, dropped_at=None, delivered_at=None)
    return waiting.order_by("drafted_at", "pk")


def list_approved() -> QuerySet[Notice]:
    """Notices about addresses that were approved: on their way, or delivered; the newest first."""
    return (
        _about_addresses().filter(approved_at__isnull=False, dropped_at=None).order_by("-approved_at", "-pk")
    )


def list_dropped() -> QuerySet[Notice]:
    """Dropped drafts, and letters that a person gave up; the newest first."""
    return _about_addresses().filter(dropped_at__isnull=False).order_by("-dropped_at", "-pk")


def list_answers_due(*, at: datetime) -> QuerySet[Notice]:
    """Delivered notices that nobody has answered in time, the longest overdue first.

    A referral to the police is answered when no address of it waits for them any more; the others by any answer that
    a person or a machine gave, a bounce excepted.
    """
    times = deadlines()
    waits = NoticeAddress.objects.filter(notice=OuterRef("pk"), case__state=AddressCase.State.REFERRED)
    said = ProviderAnswer.objects.filter(notice=OuterRef("pk")).exclude(kind=ProviderAnswer.Kind.BOUNCE)
    police = Q(kind=NoticeKind.POLICE_REFERRAL, delivered_at__lte=at - times.police_answer) & Exists(waits)
    others = ~Q(kind=NoticeKind.POLICE_REFERRAL) & Q(delivered_at__lte=at - times.answer) & ~Exists(said)
    return _about_addresses().filter(police | others, dropped_at=None).order_by("delivered_at", "pk")


def list_by_hand() -> QuerySet[Notice]:
    """Notices about cases of pictures, which a person hands over; the undelivered first."""
    return (
        Notice.objects.filter(case__isnull=False)
        .select_related("case")
        .order_by("delivered_at", "-drafted_at")
    )


def list_lines(notice: Notice) -> list[NoticeAddress]:
    """The addresses of a notice in its order, each with its case."""
    lines = NoticeAddress.objects.filter(notice=notice).select_related("case__address")
    return list(lines.order_by("pk"))


def find_outgoing(notice: Notice) -> Outgoing | None:
    """The notice's letter in the outbox."""
    return Outgoing.objects.filter(notice=notice).first()


def _about_addresses() -> QuerySet[Notice]:
    lines = NoticeAddress.objects.filter(notice=OuterRef("pk")).order_by().values("notice")
    count = Subquery(lines.annotate(n=Count("pk")).values("n"))
    rows = Notice.objects.filter(case=None).select_related("drafted_by", "approved_by", "contact")
    return rows.annotate(addresses=count)


def get_notice(code: uuid.UUID) -> Notice:
    """The notice with this code."""
    found = (
        Notice.objects.select_related("case", "contact", "drafted_by", "approved_by")
        .filter(code=code)
        .first()
    )
    if found is None:
        raise NotFound("There is no notice with that code.")
    return found
