"""The outbox: letters wait, are claimed, leave; and what happened to each is a row and a ledger line.

::

    WAITING --claim--> WAITING, one worker's for a while --right before DATA--> SENDING --2xx--> SENT
        not now                       back to WAITING, later; after too many tries DEAD
        refused                       DEAD
        no answer, or a dead worker   UNCERTAIN
        a person                      DEAD -> WAITING;  UNCERTAIN -> WAITING | SENT;  WAITING, DEAD: given up

``tries`` is counted up by every claim, and so names the claim: whoever comes late with an old number changes nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from email.message import EmailMessage
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F

from openhotline.errors import BadInput, Conflict, NotAllowed
from openhotline_server.accounts.models import User
from openhotline_server.accounts.permissions import Permission
from openhotline_server.ledger.events import SYSTEM, Event
from openhotline_server.ledger.operations import record
from openhotline_server.notices.letters import fix_letter
from openhotline_server.notices.models import Notice, Outgoing
from openhotline_server.notices.outbox_rules import LEASE, RESTS, is_given_up, next_round, wait_after
from openhotline_server.notices.smtp import Outcome, Result

State = Outgoing.State


class Decision(StrEnum):
    """What a person may decide of a letter that stands still."""

    SEND_AGAIN = "send_again"
    IT_LEFT = "it_left"
    TRY_AGAIN = "try_again"
    GIVE_UP = "give_up"


DECISION_WORDS = {
    Decision.SEND_AGAIN: "Send it again",
    Decision.IT_LEFT: "It did leave",
    Decision.TRY_AGAIN: "Try again",
    Decision.GIVE_UP: "Give it up",
}
DECISIONS: dict[str, tuple[Decision, ...]] = {
    State.WAITING.value: (Decision.GIVE_UP,),
    State.UNCERTAIN.value: (Decision.IT_LEFT, Decision.SEND_AGAIN),
    State.DEAD.value: (Decision.TRY_AGAIN, Decision.GIVE_UP),
}


@transaction.atomic
def enqueue(*, notice: Notice, message: EmailMessage, person: User, at: datetime) -> Outgoing:
    """Put an approved notice's letter into the outbox, as it will leave. In the transaction of its approval."""
    if not person.may(Permission.NOTICE_SEND):
        raise NotAllowed("Sending notices needs the permission for it. Ask the manager.")
    if not notice.email:
        raise BadInput("This notice has no mail address. Correct the contact book and draft it again.")
    if Outgoing.objects.filter(notice=notice).exists():
        raise Conflict("This notice is in the outbox already.")
    code = uuid.uuid4()
    message_id, text = fix_letter(
        message, code=code, sender=settings.MAIL_FROM, recipient=notice.email, at=at
    )
    return Outgoing.objects.create(
        code=code, notice=notice, message_id=message_id, message=text, next_try_at=at, queued_at=at
    )


def claim(*, outgoing: Outgoing, at: datetime) -> Outgoing | None:
    """Take a letter for one try; None where another worker was first. ``tries`` of the answer names the claim."""
    taken = Outgoing.objects.filter(
        pk=outgoing.pk, state=State.WAITING, tries=outgoing.tries, next_try_at=outgoing.next_try_at
    ).update(tries=F("tries") + 1, next_try_at=at + LEASE)
    return Outgoing.objects.select_related("notice__contact").get(pk=outgoing.pk) if taken else None


@transaction.atomic(durable=True)  # a transaction around it would not have committed when the letter leaves
def note_leaving(*, claimed: Outgoing, at: datetime) -> None:
    """Right before DATA: from here on the letter may have left. Committed when this returns."""
    held = Outgoing.objects.filter(
        pk=claimed.pk, state=State.WAITING, tries=claimed.tries, notice__dropped_at=None
    )
    if not held.update(state=State.SENDING, next_try_at=at + LEASE):
        raise Conflict("Another worker has this letter by now, or somebody gave it up.")


@transaction.atomic
def put_off(*, outgoing: Outgoing, why: str, at: datetime) -> None:
    """A letter that may not leave at the moment waits on, and no try is counted."""
    Outgoing.objects.filter(pk=outgoing.pk, state=State.WAITING, tries=outgoing.tries).update(
        next_try_at=at + RESTS, trouble=why[:300]
    )


@transaction.atomic
def settle(*, claimed: Outgoing, result: Result, at: datetime) -> Outgoing:
    """Write down what became of a claimed letter. That it left is believed late, too, unless it leaves anew just now."""
    row = Outgoing.objects.select_for_update(of=("self",)).select_related("notice").get(pk=claimed.pk)
    mine = row.tries == claimed.tries
    if result.outcome == Outcome.TAKEN and row.state != State.SENT and (mine or row.state != State.SENDING):
        return _sent(row, receipt=result.words, at=at)
    if not mine or row.state in (State.SENT, State.DEAD):
        _note(row, Event.SENDING_FAILED, {"late": result.outcome.value, "try": claimed.tries}, at=at)
        return row
    if result.outcome == Outcome.UNKNOWN:
        row.state = State.UNCERTAIN
    elif result.outcome == Outcome.REFUSED or is_given_up(row.tries):
        row.state = State.DEAD
    else:
        row.state = State.WAITING
    row.next_try_at, row.trouble = at + wait_after(row.tries), result.words[:300]
    row.save(update_fields=["state", "next_try_at", "trouble"])
    details = {"outcome": result.outcome.value, "state": row.state, "try": row.tries}
    _note(row, Event.SENDING_FAILED, details, at=at)
    return row


@transaction.atomic
def doubt(*, outgoing: Outgoing, at: datetime) -> bool:
    """A letter whose worker ended while it was sending: it may have left. Nothing sends it again by itself."""
    row = Outgoing.objects.select_for_update(of=("self",)).select_related("notice").get(pk=outgoing.pk)
    if row.state != State.SENDING or row.next_try_at != outgoing.next_try_at:
        return False
    row.state, row.trouble = (
        State.UNCERTAIN,
        "The worker ended before the mail server's answer was written down.",
    )
    row.save(update_fields=["state", "trouble"])
    _note(row, Event.SENDING_FAILED, {"outcome": "lost", "state": row.state, "try": row.tries}, at=at)
    return True


@transaction.atomic
def decide(
    *, outgoing: Outgoing, decision: Decision, person: User, at: datetime, words: str = ""
) -> Outgoing:
    """A person's word on a letter that stands still. Whoever comes second is told so."""
    if not person.may(Permission.NOTICE_SEND):
        raise NotAllowed("Deciding about letters needs the permission to send notices. Ask the manager.")
    row = Outgoing.objects.select_for_update(of=("self",)).select_related("notice").get(pk=outgoing.pk)
    if decision not in DECISIONS.get(row.state, ()) or row.notice.dropped_at is not None:
        raise Conflict("This letter does not wait for that decision any more. Look at it again.")
    before = row.state
    if decision == Decision.IT_LEFT:
        _mark_sent(row, receipt=words or "A person says that it left.", at=at)
    elif decision == Decision.GIVE_UP:
        row.notice.dropped_at = at
        row.notice.save(update_fields=["dropped_at"])
    else:
        row.state, row.tries, row.next_try_at = State.WAITING, next_round(row.tries + 1), at
        row.save(update_fields=["state", "tries", "next_try_at"])
    details = {"decision": decision.value, "before": before, "words": words[:200]}
    _note(row, Event.SENDING_DECIDED, details, at=at, actor=str(person.code))
    return row


def _sent(row: Outgoing, *, receipt: str, at: datetime) -> Outgoing:
    _mark_sent(row, receipt=receipt, at=at)
    details = {"try": row.tries, "kind": row.notice.kind, "message_id": row.message_id}
    _note(row, Event.NOTICE_SENT, details, at=at)
    return row


def _mark_sent(row: Outgoing, *, receipt: str, at: datetime) -> None:
    row.state, row.sent_at, row.receipt, row.trouble = State.SENT, at, receipt[:300], ""
    row.save(update_fields=["state", "sent_at", "receipt", "trouble"])
    notice = row.notice
    notice.delivered_at, notice.receipt = at, receipt[:200]
    notice.save(update_fields=["delivered_at", "receipt"])


def _note(
    row: Outgoing, event: Event, details: Mapping[str, Any], *, at: datetime, actor: str = SYSTEM
) -> None:
    record(
        actor=actor,
        at=at,
        event=event,
        subject=row.notice.subject,
        details={"letter": str(row.code), **details},
    )
