"""Who may see votes and results: nobody who may still vote on the case.

1. Whoever reads no cases at all (the operator) may see them.
2. A reader who has not voted sees nothing while the case waits.
3. She sees nothing of a decided case either as long as it may come back for a second reading, unless she
   manages the queue: publishing needs the result.
4. A reader who has voted sees everything once her vote can no longer be taken back: another reader has
   answered after her, or the time for undoing has passed. Until then she could look, take it back and vote
   again. The first reader has nothing before her to see.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from openhotline_server.accounts.models import User
from openhotline_server.accounts.permissions import Permission
from openhotline_server.assessment.models import Assessment, Vote
from openhotline_server.assessment.operations import UNDO_WITHIN
from openhotline_server.ledger.events import Event
from openhotline_server.triage.models import Case

# Ledger lines that tell of votes and of what followed from them.
TELLING = frozenset(
    event.value
    for event in (
        Event.VOTE_CAST,
        Event.VOTE_UNDONE,
        Event.SECOND_VOTE_ASKED,
        Event.ASSESSMENT_MADE,
        Event.CASE_CLOSED,
        Event.CASE_REOPENED,
        # A move may rest on a reader's finding about the origin.
        Event.CASE_MOVED,
        Event.CASE_MOVE_TAKEN_BACK,
    )
)
FINAL = (Assessment.Basis.AGREED, Assessment.Basis.THIRD)


@dataclass(frozen=True)
class Reader:
    """What a person may do with cases in general."""

    votes: bool
    manages: bool


@dataclass(frozen=True)
class Standing:
    """One person and one case. ``position`` is that of her own vote, 0 without one."""

    waiting: bool
    final: bool
    position: int = 0
    cast_at: datetime | None = None
    followed: bool = False


def sees(reader: Reader, standing: Standing, *, at: datetime, undo_within: timedelta = UNDO_WITHIN) -> bool:
    """Say whether a person sees the votes and results of a case, by the numbered rules above."""
    if not reader.votes:
        return True  # 1
    if standing.cast_at is None:
        if standing.waiting:
            return False  # 2
        return standing.final or reader.manages  # 3
    return standing.position == 1 or standing.followed or at - standing.cast_at > undo_within  # 4


def visible_to(person: User, cases: Collection[Case], *, at: datetime) -> set[int]:
    """The keys of those cases whose votes and results this person may see. Two queries for any number."""
    reader = _reader(person)
    keys = [case.pk for case in cases]
    votes = list(Vote.objects.filter(case__in=keys, undone_at=None))
    settled = Assessment.objects.filter(case__in=keys, ended_at=None, basis__in=FINAL)
    final = set(settled.values_list("case_id", flat=True))
    return {c.pk for c in cases if sees(reader, _standing(person, c, votes, c.pk in final), at=at)}


def hidden_from(person: User, subjects: Iterable[str], *, at: datetime) -> set[str]:
    """Which of these ledger subjects are cases whose votes and results this person may not see."""
    codes = [subject.removeprefix("case:") for subject in subjects if subject.startswith("case:")]
    cases = list(Case.objects.filter(code__in=codes))
    visible = visible_to(person, cases, at=at)
    return {case.subject for case in cases if case.pk not in visible}


def _reader(person: User) -> Reader:
    votes = person.may(Permission.VOTE_FIRST) or person.may(Permission.VOTE_SECOND)
    return Reader(votes=votes, manages=person.may(Permission.QUEUE_MANAGE))


def _standing(person: User, case: Case, votes: Iterable[Vote], final: bool) -> Standing:
    mine = [v for v in votes if v.case_id == case.pk]
    own = next((v for v in mine if v.person_id == person.pk), None)
    waiting = case.state in Case.WAITING
    if own is None:
        return Standing(waiting=waiting, final=final)
    followed = any(v.position > own.position for v in mine)
    return Standing(waiting, final, own.position, own.cast_at, followed)
