"""One reader at the desk: her next cases, her answers, what she takes back. Every call here is safe to repeat.

The desk sends its calls over lines that break. Each answer carries a code that the desk made up; one that arrived
before is not counted again, and says so by doing nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from openhotline.errors import Conflict
from openhotline_server.accounts.models import User
from openhotline_server.assessment import displays, operations, rules
from openhotline_server.assessment.briefs import Brief, briefs
from openhotline_server.assessment.models import Vote
from openhotline_server.assessment.queries import seen_today
from openhotline_server.triage import operations as triage
from openhotline_server.triage.models import Case


@dataclass(frozen=True)
class HandOut:
    """What the desk needs to go on: the next cases, where its reader stands, and the vote that she could take back."""

    briefs: list[Brief]
    limits: displays.Limits
    pictures: dict[int, int]
    last_vote: Vote | None


def hand_out(
    *, person: User, at: datetime, without: Collection[uuid.UUID] = (), last_vote: Vote | None = None
) -> HandOut:
    """Give a reader her next cases and tell where she stands. Outside her limits she gives back what she holds.

    ``last_vote``, where it is known, spares looking for it.
    """
    seen = seen_today(person, now=at)
    standing = displays.limits(person, now=at, seen=seen)
    if not standing.open:
        triage.release(person=person, at=at)
    cases = displays.next_cases(person=person, at=at, without=without, standing=standing)
    return HandOut(briefs(cases), standing, seen.pictures, last_vote or find_last_vote(person, at=at))


def find_last_vote(person: User, *, at: datetime) -> Vote | None:
    """The vote that this person could take back now."""
    recent = Vote.objects.filter(person=person, undone_at=None, cast_at__gte=at - operations.UNDO_WITHIN)
    return recent.select_related("case").order_by("-cast_at", "-pk").first()


@transaction.atomic
def answer(
    *,
    case: Case,
    person: User,
    facts: rules.Facts,
    ask_second: bool,
    code: uuid.UUID,
    at: datetime,
    without: Collection[uuid.UUID] = (),
) -> HandOut:
    """Take an answer from the desk and hand out the next cases: one transaction, so one wait for the disk.

    An answer that came before under the same code is not taken again.
    """
    vote = Vote.objects.filter(code=code).first()
    if vote is None:
        displays.require_read(person, case, at=at)
        vote = operations.cast_vote(
            case=case, person=person, facts=facts, ask_second=ask_second, code=code, at=at
        )
    elif (vote.person_id, vote.case_id) != (person.pk, case.pk):
        raise Conflict("This answer's code is taken. Load the desk anew.")
    last = vote if vote.undone_at is None else None
    return hand_out(person=person, at=at, without=without, last_vote=last)


def take_back(*, person: User, code: uuid.UUID, at: datetime) -> Case:
    """Take back a person's last vote, named by its code; one taken back already is not taken back again."""
    vote = (
        Vote.objects.select_related("case__cluster__representative").filter(code=code, person=person).first()
    )
    if vote is None:
        raise Conflict("There is nothing to take back.")
    if vote.undone_at is None:
        last = find_last_vote(person, at=at)
        if last is not None and last.pk != vote.pk:
            raise Conflict("Only your last answer can be taken back.")
        operations.undo_vote(person=person, at=at)
        vote.case.refresh_from_db(fields=["state"])
    return vote.case


def put_aside(*, case: Case, person: User, reason: str, at: datetime) -> None:
    """Give a case back with a reason; one that somebody decided meanwhile is only let go."""
    displays.require_read(person, case, at=at)
    if case.state in Case.WAITING:
        triage.skip(person=person, case=case, reason=reason, at=at)
    else:
        triage.release(person=person, case=case, at=at)


def rest(*, person: User, at: datetime) -> None:
    """Give back everything in a reader's hands, so that others can go on while she rests."""
    triage.release(person=person, at=at)


def where(*, person: User, at: datetime) -> tuple[displays.Limits, dict[int, int]]:
    """Where a reader stands today, and the pictures she was sent, by level."""
    seen = seen_today(person, now=at)
    return displays.limits(person, now=at, seen=seen), seen.pictures
