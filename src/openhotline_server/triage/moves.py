"""A person lets a case wait behind the others of its level, because it is generated; and how that is taken back.

A level is the cases of one urgency. A move changes the turn within it and nothing else: no urgency falls, nothing is
closed, and whoever comes to the level later stands behind. Only a person moves; what speaks for a real child takes a
move back by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from openhotline.errors import BadInput, Conflict, NotAllowed
from openhotline.provenance import Evidence
from openhotline_server.accounts.models import User
from openhotline_server.accounts.permissions import Permission
from openhotline_server.findings.queries import list_members
from openhotline_server.findings.weights import readable_settings
from openhotline_server.ledger.events import SYSTEM, Event
from openhotline_server.ledger.operations import record
from openhotline_server.triage import ground
from openhotline_server.triage.models import Case, Move
from openhotline_server.triage.rules import Signals
from openhotline_server.triage.signals import gather

SHORTEST_WORDS = 10  # characters
OPENED_AGAIN = "The case was opened again."


@transaction.atomic
def move_within_level(
    *,
    case: Case,
    person: User,
    words: str,
    stated: Sequence[Evidence] = (),
    readers: Collection[int] = (),
    at: datetime,
) -> Move:
    """Let a waiting case wait behind the others of its urgency.

    ``stated`` is what readers found, and ``readers`` the keys of those who did: both come from a later stage. Raises
    NotAllowed for whoever does not manage the queue or whose own answer it would rest on, BadInput without a reason,
    Conflict where the case does not wait, was moved before, or the evidence gives no ground.
    """
    if not person.may(Permission.QUEUE_MANAGE):
        raise NotAllowed("Only whoever manages the queue moves a case.")
    said = " ".join(words.split())[:300]
    if len(said) < SHORTEST_WORDS:
        raise BadInput("A move needs a reason of a sentence. Write why this case may wait.")
    case = Case.objects.select_for_update(of=("self",)).select_related("cluster").get(pk=case.pk)
    if case.state not in Case.WAITING:
        raise Conflict("This case does not wait, so it has no place to change.")
    if find_standing(case) is not None:
        raise Conflict("This case was moved already.")
    found = ground_of(case, stated=stated)
    if not found.stands:
        raise Conflict(found.against)
    if found.other_person and person.pk in readers:
        raise NotAllowed("It would rest on your own answer. Somebody else must decide to move this case.")
    # Later than the opening, by which ``look_again`` knows a case that was never moved without asking the database.
    at = max(at, case.opened_at + timedelta(microseconds=1))
    moved = Move.objects.create(
        case=case,
        person=person,
        families=list(found.families),
        words=said,
        turn_before=case.turn_at,
        moved_at=at,
    )
    Case.objects.filter(pk=case.pk).update(turn_at=at)
    record(
        actor=str(person.code),
        at=at,
        event=Event.CASE_MOVED,
        subject=case.subject,
        details={"families": list(found.families), "words": said},
    )
    return moved


@transaction.atomic
def take_back(*, case: Case, why: str, actor: str, at: datetime) -> bool:
    """Give a moved case the place back that it had; say whether there was a move to take back."""
    moved = find_standing(case)
    if moved is None:
        return False
    moved.taken_back_at, moved.taken_back_why = at, why[:200]
    moved.save(update_fields=["taken_back_at", "taken_back_why"])
    # Where a reader put the case aside since, her reason stands.
    Case.objects.filter(pk=case.pk, turn_at=moved.moved_at).update(turn_at=moved.turn_before)
    record(
        actor=actor,
        at=at,
        event=Event.CASE_MOVE_TAKEN_BACK,
        subject=case.subject,
        details={"why": moved.taken_back_why},
    )
    return True


@transaction.atomic
def undo(*, case: Case, person: User, words: str, at: datetime) -> None:
    """Give a moved case its place back, by a person's word. Raises Conflict where it was not moved."""
    if not person.may(Permission.QUEUE_MANAGE):
        raise NotAllowed("Only whoever manages the queue gives a case its place back.")
    if not take_back(case=case, why=" ".join(words.split()), actor=str(person.code), at=at):
        raise Conflict("This case was not moved, or has its place back already.")


def look_again(*, case: Case, signals: Signals, at: datetime) -> bool:
    """Take a move back where something speaks against it now, or its ground is gone. Nothing here makes a move.

    ``case`` is as the database has it. Cost: nothing for a case whose turn nobody changed, else one query.
    """
    moved = find_standing(case) if case.turn_at > case.opened_at else None
    if moved is None:
        return False
    why = ground.lost(signals, families=moved.families, settings=readable_settings())
    return bool(why) and take_back(case=case, why=why, actor=SYSTEM, at=at)


def ground_of(case: Case, *, stated: Sequence[Evidence] = ()) -> ground.Ground:
    """What a case could be moved on as it stands, by what evidence weighs at this site, or why not."""
    return ground.of(signals_of(case), stated=stated, settings=readable_settings())


def signals_of(case: Case) -> Signals:
    """What triage looks at, of one case as it stands."""
    return gather({case.cluster: list_members(case.cluster)})[case.cluster]


def find_standing(case: Case) -> Move | None:
    """The move that stands, if this case was moved."""
    return Move.objects.filter(case=case, taken_back_at=None).select_related("person").first()


def standing_among(cases: Iterable[Case]) -> set[int]:
    """The keys of those cases that were moved."""
    rows = Move.objects.filter(case__in=[case.pk for case in cases], taken_back_at=None)
    return set(rows.values_list("case_id", flat=True))
