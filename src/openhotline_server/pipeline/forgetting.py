"""When what a reporter wrote is forgotten: some time after the last case of her report is closed."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from openhotline_server.intake.forgetting import HAS_WORDS, forget_particulars
from openhotline_server.intake.models import Mention, Message, Particulars, Report, WithoutAddress
from openhotline_server.triage.models import AddressCase

AT_ONCE = 200  # in one transaction; the rest follows in the next


def forget_due(*, at: datetime) -> int:
    """Forget what is due; return how many reports. Safe to run twice, and beside another worker's."""
    before = at - timedelta(days=settings.FORGET_DAYS)
    done = 0
    while due := list(_due(before)[:AT_ONCE]):
        forgotten = forget_particulars(reports=due, at=at)
        if not forgotten:  # another worker was faster
            break
        done += forgotten
    return done


def _due(before: datetime) -> QuerySet[Particulars, int]:
    """Reports whose every case is closed for so long; those without any case, by their own day or their closing's.

    While somebody still writes, nothing is forgotten. A report that waits in quarantine never is, nor one without an
    address that nobody has read: first a person decides.
    """
    mentions = Mention.objects.filter(report=OuterRef("report"))
    cases = AddressCase.objects.filter(address=OuterRef("address"))
    has_open = mentions.filter(Exists(cases.filter(Q(closed_at=None) | Q(closed_at__gt=before))))
    talk = Message.objects.filter(report=OuterRef("report"), written_at__gt=before)
    old = Particulars.objects.filter(HAS_WORDS, report__created_at__lte=before)
    old = old.exclude(report__standing=Report.Standing.QUARANTINED)
    old = old.exclude(Exists(has_open)).exclude(Exists(talk))
    waits = Q(outcome=WithoutAddress.Outcome.WAITING, report__standing=Report.Standing.TAKEN)
    unread = waits | Q(read_at__gt=before)
    old = old.exclude(Exists(WithoutAddress.objects.filter(unread, report=OuterRef("report"))))
    return old.order_by("pk").values_list("report", flat=True)
