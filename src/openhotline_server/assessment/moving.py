"""A manager moves a case within its level: with what readers settled among the evidence."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from openhotline_server.accounts.models import User
from openhotline_server.accounts.permissions import Permission
from openhotline_server.assessment import origin
from openhotline_server.assessment.queries import list_votes
from openhotline_server.triage import ground, moves
from openhotline_server.triage.models import Case, Move


@transaction.atomic
def move_within_level(*, case: Case, person: User, words: str, at: datetime) -> Move:
    """Let a waiting case wait behind the others of its urgency; see :mod:`openhotline_server.triage.moves`."""
    readers = [vote.person_id for vote in list_votes(case)]
    return moves.move_within_level(
        case=case, person=person, words=words, stated=origin.stated(case), readers=readers, at=at
    )


def ground_for(person: User, case: Case) -> ground.Ground | None:
    """What this person could move the case on, or why not; None where it is not hers to move, or has no place."""
    if not person.may(Permission.QUEUE_MANAGE) or case.state not in Case.WAITING:
        return None
    return moves.ground_of(case, stated=origin.stated(case))
