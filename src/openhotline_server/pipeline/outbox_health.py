"""Alarms for silence: whatever should have left, been decided or been looked at, and was not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef

from openhotline_server.findings.models import Check
from openhotline_server.notices import outbox_queries, removal_queries
from openhotline_server.notices.models import Outgoing, Removal
from openhotline_server.pipeline.background import last_end
from openhotline_server.pipeline.following import keep_following
from openhotline_server.pipeline.leaving import HELD, RESTING, count_unwatched
from openhotline_server.pipeline.sending import keep_sending

WAITS_TOO_LONG = timedelta(hours=1)
NO_WORKER_AFTER = timedelta(minutes=15)
UNSEEN_AFTER = timedelta(days=2)
"""Longer than any pause between two looks at a running clock's address."""

State = Outgoing.State


def outbox_health(at: datetime) -> tuple[str, ...]:
    """Sentences for the home page, each with what to do; none where everything goes its way."""
    return (*_letters(at), *_workers(at), *_looks(at))


def _letters(at: datetime) -> Iterator[str]:
    counts = outbox_queries.counts()
    waiting = counts.get(State.WAITING, 0)
    if waiting and not settings.SMTP_URL:
        yield f"{_letters_words(waiting)} and no mail server is set. Set OPENHOTLINE_SMTP_URL."
    late = (
        outbox_queries.list_letters(State.WAITING)
        .filter(queued_at__lt=at - WAITS_TOO_LONG)
        .exclude(trouble__in=(RESTING, HELD))
        .count()
    )
    if late:
        yield f"{_letters_words(late)} for more than an hour. The outbox says why."
    if uncertain := counts.get(State.UNCERTAIN, 0):
        yield f"Letters that may have left: {uncertain}. Look at the mail server's log, then decide in the outbox."
    if dead := counts.get(State.DEAD, 0):
        yield f"Letters given up: {dead}. Try them again in the outbox, or give them up for good."
    if unwatched := count_unwatched():
        yield f"Addresses whose notice left and that nobody watches: {unwatched}. Look at the worker's log."


def _letters_words(count: int) -> str:
    return "A letter waits" if count == 1 else f"{count} letters wait"


def _workers(at: datetime) -> Iterator[str]:
    """A worker is missed where it has something to do."""
    ended = last_end(keep_sending)
    waits = outbox_queries.list_due(at=at).filter(queued_at__lt=at - NO_WORKER_AFTER).exists()
    if waits and (ended is None or at - ended > NO_WORKER_AFTER):
        yield "No worker sends letters. Start `openhotline worker`."
    watched = Removal.objects.filter(next_check_at__lt=at - NO_WORKER_AFTER).exists()
    ended = last_end(keep_following)
    if watched and (ended is None or at - ended > NO_WORKER_AFTER):
        yield "No worker looks whether addresses are gone. Start `openhotline worker`."


def _looks(at: datetime) -> Iterator[str]:
    if overdue := removal_queries.count_overdue(at=at):
        yield f"Addresses that should have been looked at by now: {overdue}. Look at the worker's log."
    told = Check.objects.filter(
        address=OuterRef("case__address"),
        outcome__in=(Check.Outcome.ONLINE, Check.Outcome.GONE),
        checked_at__gt=at - UNSEEN_AFTER,
    )
    running = Removal.objects.filter(ended_at=None, began_at__lt=at - UNSEEN_AFTER)
    if blind := running.filter(~Exists(told)).count():
        yield (
            f"Watched addresses that no look could tell anything of for two days: {blind}. "
            "Look at their checks, and at OPENHOTLINE_ASK_NETWORK."
        )
