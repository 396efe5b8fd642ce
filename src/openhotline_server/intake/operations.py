"""Receiving reports."""

from __future__ import annotations

import hashlib
import hmac
from datetime import date, datetime

from django.conf import settings
from django.db import transaction

from openhotline_server.intake.models import Report
from openhotline_server.ledger.events import Event
from openhotline_server.ledger.operations import record


def origin_digest(origin: str) -> str:
    """A keyed digest of where a batch came from: the same origin is found again, and nothing is readable from it."""
    return hmac.new(settings.DATA.site_key().encode(), origin.encode(), hashlib.sha256).hexdigest()


@transaction.atomic
def receive(
    *,
    kind: Report.Kind,
    source: str,
    origin: str,
    received_on: date,
    study: str = "",
    actor: str,
    at: datetime,
) -> Report:
    """Open a report, or find the unfinished or finished one of the same origin: twice is once."""
    report, made = Report.objects.get_or_create(
        origin_digest=origin_digest(origin),
        defaults={
            "kind": kind,
            "source": source,
            "received_on": received_on,
            "study": study,
            "created_at": at,
        },
    )
    if made:
        record(
            actor=actor,
            at=at,
            event=Event.REPORT_RECEIVED,
            subject=f"report:{report.code}",
            details={"kind": kind.value, "received_on": received_on.isoformat()},
        )
    return report


@transaction.atomic
def finish(*, report: Report, at: datetime) -> None:
    """Say that everything of this report was taken in."""
    Report.objects.filter(pk=report.pk, finished_at=None).update(finished_at=at)
    report.finished_at = report.finished_at or at
