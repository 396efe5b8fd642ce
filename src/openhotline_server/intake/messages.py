"""What the hotline and a reporter say to each other, through her receipt. No name on her side, none shown on ours."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from openhotline.errors import BadInput, Conflict
from openhotline_server.accounts.models import User
from openhotline_server.intake.models import Message, Report
from openhotline_server.ledger.events import Event
from openhotline_server.ledger.operations import record

REPORTER = "reporter"  # the actor of what a reporter does, in the ledger
LONGEST = 2000  # characters
IN_A_ROW = 20
"""Messages of a reporter without one of ours between them: enough to remember something, too few to flood us."""


@transaction.atomic
def ask_reporter(*, report: Report, words: str, person: User, at: datetime) -> Message:
    """Write to the reporter. She reads it when she comes back with her code."""
    message = Message.objects.create(
        report=report, from_reporter=False, written_by=person, words=_checked(words), written_at=at
    )
    _note(Event.REPORTER_ANSWERED, str(person.code), message, at)
    return message


@transaction.atomic
def answer_hotline(*, report: Report, words: str, at: datetime) -> Message:
    """Take a message of the reporter. The same words twice in a row, as a page loaded anew sends them, are once."""
    words = _checked(words)
    Report.objects.select_for_update().get(pk=report.pk)  # one at a time, so that the count below holds
    latest = list(Message.objects.filter(report=report).order_by("-pk")[:IN_A_ROW])
    if latest and latest[0].from_reporter and latest[0].words == words:
        return latest[0]
    if len(latest) == IN_A_ROW and all(message.from_reporter for message in latest):
        raise Conflict("There are many messages of yours already. Wait until the hotline has answered.")
    message = Message.objects.create(report=report, from_reporter=True, words=words, written_at=at)
    _note(Event.REPORTER_WROTE, REPORTER, message, at)
    return message


@transaction.atomic
def mark_read(*, report: Report, from_reporter: bool, at: datetime) -> int:
    """Say that one side's messages were seen by the other; return how many were new."""
    unread = Message.objects.filter(report=report, from_reporter=from_reporter, read_at=None)
    return unread.update(read_at=at)


def list_messages(report: Report) -> QuerySet[Message]:
    """Both sides' messages, oldest first."""
    return Message.objects.filter(report=report).order_by("pk")


def list_unread() -> QuerySet[Message]:
    """Reporters' messages that nobody here has read yet, oldest first."""
    return Message.objects.filter(from_reporter=True, read_at=None).select_related("report").order_by("pk")


def _checked(words: str) -> str:
    words = words.strip()
    if not words or len(words) > LONGEST:
        raise BadInput(
            f"A message has from 1 to {LONGEST:,} characters. Write something, or make it shorter."
        )
    return words


def _note(event: Event, actor: str, message: Message, at: datetime) -> None:
    """The ledger learns that something was said, never what."""
    record(
        actor=actor,
        at=at,
        event=event,
        subject=message.report.subject,
        details={"message": str(message.code)},
    )
