"""Reading the outbox."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from openhotline.errors import NotFound
from openhotline_server.notices.models import Outgoing
from openhotline_server.notices.outbox_rules import LEASE, LONGEST_WAIT, RESTS

State = Outgoing.State
FARTHEST = max(LEASE, LONGEST_WAIT, RESTS)


def list_letters(state: str = "") -> QuerySet[Outgoing]:
    """Letters of one state, or all; the oldest first, and of what was sent the newest. Given-up ones are left out."""
    letters = Outgoing.objects.select_related("notice__contact").filter(
        Q(notice__dropped_at=None) | Q(state=State.SENT)
    )
    letters = letters.filter(state=state) if state else letters
    return letters.order_by("-sent_at", "-id") if state == State.SENT else letters.order_by("queued_at", "id")


def get_letter(code: uuid.UUID) -> Outgoing:
    """The letter with this code."""
    found = Outgoing.objects.select_related("notice__contact").filter(code=code).first()
    if found is None:
        raise NotFound("There is no letter with that code.")
    return found


def list_due(*, at: datetime) -> QuerySet[Outgoing]:
    """Letters whose time has come, the longest waiting first."""
    return _when(State.WAITING, at=at).filter(notice__dropped_at=None)


def list_stranded(*, at: datetime) -> QuerySet[Outgoing]:
    """Letters that somebody began to send, and that nobody ended within his time."""
    return _when(State.SENDING, at=at)


def counts() -> dict[str, int]:
    """How many letters each state holds."""
    rows = list_letters().order_by().values("state").annotate(n=Count("pk"))
    return {row["state"]: row["n"] for row in rows}


def _when(state: str, *, at: datetime) -> QuerySet[Outgoing]:
    """A time farther away than any that is ever set was set by a clock that has been put back since."""
    return (
        Outgoing.objects.select_related("notice__contact")
        .filter(Q(next_try_at__lte=at) | Q(next_try_at__gt=at + FARTHEST), state=state)
        .order_by("next_try_at", "id")
    )
