"""The worker's part of the outbox: due letters leave one by one, and what follows from a letter that left happens.

Safe with several workers and under a kill at any moment. No database transaction is open while the mail server is talked
to: a claim is committed, then SENDING right before DATA, then what became of it together with what follows.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from openhotline.errors import Conflict
from openhotline.trace.asking import Asking
from openhotline_server.accounts.models import User
from openhotline_server.notices import outbox, outbox_queries, smtp
from openhotline_server.notices.mail_server import MailServer, mail_server_of
from openhotline_server.notices.models import Outgoing
from openhotline_server.pipeline.background import after_commit, is_waiting, task
from openhotline_server.pipeline.leaving import begin_clocks, trace_anew, why_wait

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=1)
SOON = 50
"""Before ordinary work: a notice does not wait behind thousands of traces."""
LETTERS_A_RUN = 200

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Round:
    """What one round did. ``stopped``: the mail server did not work, so the others wait for the next round."""

    sent: int = 0
    failed: int = 0
    put_off: int = 0
    doubted: int = 0
    stopped: bool = False


@task(priority=SOON)
def send_letters() -> None:
    """Send what is due now. Safe to run twice, and beside another worker's."""
    send_due(clock=timezone.now)


@task(priority=SOON)
def keep_sending() -> None:
    """Send what is due, and come again."""
    begin_later()  # first: what follows may fail
    now = timezone.now()
    begin_clocks(at=now)
    send_due(clock=timezone.now)


def send_after_commit() -> None:
    """Let the worker send at once when the present transaction has committed: for whoever put a letter in."""
    after_commit(send_letters)


def begin() -> None:
    """Send at once and then again and again, unless that was begun: for a worker that starts."""
    if not is_waiting(keep_sending):
        keep_sending.enqueue()
    elif not is_waiting(send_letters):
        send_letters.enqueue()


def begin_later() -> None:
    """Come again after a while, unless somebody will."""
    if not is_waiting(keep_sending):
        keep_sending.using(run_after=timezone.now() + EVERY).enqueue()


def send_due(
    *,
    clock: Clock,
    server: MailServer | None = None,
    limits: smtp.Limits | None = None,
    asking: Asking | None = None,
    most: int = LETTERS_A_RUN,
) -> Round:
    """One round over the outbox. Without a mail server letters wait, which :mod:`outbox_health` tells.

    ``asking`` gives tests and trials recorded sources for the last-minute trace.
    """
    at = clock()
    doubted = sum(outbox.doubt(outgoing=letter, at=at) for letter in outbox_queries.list_stranded(at=at))
    if server is None:
        if not settings.SMTP_URL:
            return Round(doubted=doubted)
        server = mail_server_of(settings.SMTP_URL)
    sent = failed = put_off = 0
    for letter in list(outbox_queries.list_due(at=at)[:most]):
        trace_anew(letter, at=clock(), asking=asking)
        if reason := why_wait(letter, at=clock()):
            outbox.put_off(outgoing=letter, why=reason, at=clock())
            put_off += 1
            continue
        result = _send_one(letter, server, limits, clock)
        if result is None:
            continue
        sent += result.outcome == smtp.Outcome.TAKEN
        failed += result.outcome != smtp.Outcome.TAKEN
        if not result.server_works:
            return Round(sent, failed, put_off, doubted, stopped=True)
    return Round(sent, failed, put_off, doubted)


def decide_letter(
    *, letter: Outgoing, decision: outbox.Decision, person: User, at: datetime, words: str = ""
) -> Outgoing:
    """A person's word on a letter that stands still, and what follows from it."""
    with transaction.atomic():
        decided = outbox.decide(outgoing=letter, decision=decision, person=person, at=at, words=words)
        if decided.state == Outgoing.State.SENT:
            begin_clocks(at=at, notice=decided.notice)
        elif decided.state == Outgoing.State.WAITING:
            send_after_commit()
    return decided


def _send_one(
    letter: Outgoing, server: MailServer, limits: smtp.Limits | None, clock: Clock
) -> smtp.Result | None:
    """Claim one letter and send it; None where another worker has it, or it has to wait after all."""
    claimed = outbox.claim(outgoing=letter, at=clock())
    if claimed is None:
        return None

    def before_data() -> None:
        if why_wait(claimed, at=clock()):
            raise Conflict("This letter has to wait after all.")
        outbox.note_leaving(claimed=claimed, at=clock())

    envelope = smtp.Letter(settings.MAIL_FROM, claimed.notice.email, claimed.message.encode("ascii"))
    try:
        result = smtp.send(server=server, letter=envelope, before_data=before_data, limits=limits)
    except Conflict:
        return None
    with transaction.atomic():
        settled = outbox.settle(claimed=claimed, result=result, at=clock())
        if settled.state == Outgoing.State.SENT:
            begin_clocks(at=clock(), notice=settled.notice)
    log.info("letter.tried letter=%s outcome=%s", claimed.code, result.outcome.value)
    return result
