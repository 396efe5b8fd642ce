"""Reading and claiming the clocks of removal: which looks are due, and to whom another word is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet

from openhotline_server.notices import following_rules as rules
from openhotline_server.notices.models import Removal

LEASE = timedelta(minutes=15)
"""For so long one worker has a look to itself; one that ended in the middle is followed by another after it."""
NOT_LOOKED_AT = timedelta(hours=2)


@dataclass(frozen=True)
class ReminderDue:
    """A host that was told and has not acted. ``escalation``: the host has been reminded often enough."""

    removal: Removal
    due_at: datetime
    escalation: bool


def list_looks_due(*, at: datetime) -> QuerySet[Removal]:
    """Addresses to look at now, running clocks first. A time that was set by a clock that ran ahead is due as well."""
    due = Q(next_check_at__lte=at) | Q(next_check_at__gt=at + rules.FARTHEST)
    rows = Removal.objects.select_related("case__address", "trace", "notice").filter(due)
    return rows.order_by(F("ended_at").asc(nulls_first=True), "next_check_at", "id")


def claim_look(*, removal: Removal, at: datetime) -> bool:
    """Take one look; False where another worker was first."""
    mine = Removal.objects.filter(pk=removal.pk, next_check_at=removal.next_check_at)
    return bool(mine.update(next_check_at=at + LEASE))


def count_overdue(*, at: datetime) -> int:
    """Looks that should have been made a good while ago."""
    return Removal.objects.filter(next_check_at__lt=at - NOT_LOOKED_AT).count()


def list_reminders_due(*, at: datetime) -> list[ReminderDue]:
    """Running clocks whose host has let a threshold pass, the longest overdue first. A person writes to them."""
    rows = Removal.objects.select_related("case__address", "notice").filter(
        ended_at=None, notice__isnull=False, began_at__lte=at - rules.REMINDERS[0], misses=0
    )
    due = [
        ReminderDue(
            row, rules.reminder_due_at(row.began_at, row.reminders), rules.is_escalation(row.reminders)
        )
        for row in rows
    ]
    return sorted((one for one in due if one.due_at <= at), key=lambda one: one.due_at)
