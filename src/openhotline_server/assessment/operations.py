"""Votes and what follows from them. Displays and limits stand in ``displays.py``."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from openhotline import law
from openhotline.errors import BadInput, Conflict, NotAllowed
from openhotline_server.accounts.models import User
from openhotline_server.accounts.permissions import Permission
from openhotline_server.assessment import results, rules
from openhotline_server.assessment.models import Assessment, ReviewPolicy, Vote
from openhotline_server.assessment.queries import (
    find_assessment,
    get_policy,
    last_activity,
    list_votes,
)
from openhotline_server.assessment.settling import made_line, settle, unmake
from openhotline_server.ledger.events import SYSTEM, Event
from openhotline_server.ledger.operations import record, record_many
from openhotline_server.triage import operations as triage
from openhotline_server.triage.models import Case

UNDO_WITHIN = timedelta(minutes=15)
POSITION = {Case.State.OPEN: 1, Case.State.SECOND: 2, Case.State.THIRD: 3}
LAST = 3


@transaction.atomic
def cast_vote(
    *,
    case: Case,
    person: User,
    facts: rules.Facts,
    ask_second: bool = False,
    at: datetime,
    milliseconds: int | None = None,
    code: uuid.UUID | None = None,
    recorded: bool = False,
) -> Vote:
    """Take one reader's answers and let the case go where it stands next.

    ``milliseconds`` is measured on the server unless a record of past work (a study) brings its own. ``code`` is
    the sender's own name for the vote, so that one sent twice over a poor line is one. ``recorded`` marks such a
    record: it may leave open what the deciding outcome does not need, and no sample sends it to a second reader,
    for whom there would be nothing to see.
    Raises BadInput for answers the questionnaire does not know or that leave it unfinished, Conflict if the case
    was meanwhile answered, NotAllowed if this person may not read it.
    """
    case = Case.objects.select_for_update(of=("self",)).select_related("cluster").get(pk=case.pk)
    position = _position(case, person)
    law.check_facts(facts)
    if not (law.reader_complete(facts) or ask_second or (recorded and results.settles(facts))):
        raise BadInput("Some questions are still open. Answer them, or send the case to a second reader.")
    if position == LAST and not law.reader_complete(facts):
        raise BadInput(
            "No further reader follows on this case. Answer its questions; unsure is an answer too."
        )
    decision = results.decide(facts)
    vote = Vote.objects.create(
        code=code or uuid.uuid4(),
        case=case,
        person=person,
        position=position,
        facts=dict(facts),
        asked_second=ask_second,
        cast_at=at,
        outcome=decision.outcome if decision else "",
        milliseconds=_elapsed(person, case, at) if milliseconds is None else milliseconds,
    )
    record(
        actor=str(person.code),
        at=at,
        event=Event.VOTE_CAST,
        subject=case.subject,
        details={"vote": str(vote.code), "position": position, "outcome": vote.outcome},
    )
    _go_on(case, vote, decision, sampled=not recorded, at=at)
    return vote


@transaction.atomic
def undo_vote(*, person: User, at: datetime) -> Case:
    """Take back this person's last vote and give her the case again, as if it had not been cast."""
    vote = Vote.objects.filter(person=person, undone_at=None).order_by("-cast_at", "-pk").first()
    if vote is None or vote.cast_at < at - UNDO_WITHIN:
        raise Conflict(
            "There is nothing to take back: only your own last answer of the past 15 minutes can be."
        )
    case = Case.objects.select_for_update(of=("self",)).select_related("cluster").get(pk=vote.case_id)
    if list_votes(case).filter(position__gt=vote.position).exists():
        raise Conflict("Another reader has answered this case since. Ask the manager to re-open it.")
    vote.undone_at = at
    vote.save(update_fields=["undone_at"])
    unmake(case, vote, at=at)
    record(
        actor=str(person.code),
        at=at,
        event=Event.VOTE_UNDONE,
        subject=case.subject,
        details={"vote": str(vote.code)},
    )
    back = {1: Case.State.OPEN, 2: Case.State.SECOND, 3: Case.State.THIRD}[vote.position]
    triage.move(case=case, to=back, actor=str(person.code), at=at)
    triage.claim(person=person, cases=[case], at=at)
    return case


@transaction.atomic
def ask_second_vote(*, case: Case, why: str, actor: str, at: datetime) -> None:
    """Send a decided case to a second reader, who sees nothing of the first answer. The result stands meanwhile."""
    case = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if case.state != Case.State.DECIDED or list_votes(case).count() > 1:
        return  # it waits already, or two readers have answered: there is nothing blind left to ask for
    triage.move(case=case, to=Case.State.SECOND, actor=actor, at=at)
    record(actor=actor, at=at, event=Event.SECOND_VOTE_ASKED, subject=case.subject, details={"why": why})


@transaction.atomic
def grade_known(*, graded: Sequence[tuple[Case, rules.Facts]], at: datetime) -> None:
    """Give known material its earlier grade, unseen; a sample goes to a blind reader all the same."""
    waiting = [(case, facts) for case, facts in graded if case.state == Case.State.OPEN]
    made = Assessment.objects.bulk_create(
        [Assessment(case=c, facts=dict(f), basis=Assessment.Basis.KNOWN, made_at=at) for c, f in waiting],
        batch_size=100,
    )
    results.store(made, at=at)
    record_many(actor=SYSTEM, at=at, entries=[made_line(a) for a in made])
    percent = get_policy().automatic_check_percent
    for case, _ in waiting:
        triage.move(case=case, to=Case.State.DECIDED, actor=SYSTEM, at=at)
        if _in_sample(case, percent, "automatic"):
            ask_second_vote(case=case, why="sample of automatic grades", actor=SYSTEM, at=at)


@transaction.atomic
def derive_again(*, at: datetime) -> int:
    """Derive every standing assessment by the jurisdiction files now in force; earlier editions' results stay."""
    standing = list(Assessment.objects.filter(ended_at=None))
    results.store(standing, at=at)
    editions = [f"{j.code} {j.edition}" for j in results.jurisdictions()]
    record(actor=SYSTEM, at=at, event=Event.RESULTS_DERIVED, subject="law", details={"editions": editions})
    return len(standing)


@transaction.atomic
def set_policy(*, policy: ReviewPolicy, actor: str, at: datetime) -> ReviewPolicy:
    """Put a new review policy in force; the earlier ones stay readable."""
    policy.pk = None
    policy.set_by, policy.set_at = actor, at
    policy.full_clean()
    policy.save(force_insert=True)
    record(
        actor=actor,
        at=at,
        event=Event.POLICY_SET,
        subject="policy",
        details={"second_vote_percent": policy.second_vote_percent, "daily_minutes": policy.daily_minutes},
    )
    return policy


def _position(case: Case, person: User) -> int:
    """Which reader this person would be; refuses whoever read the case before."""
    position = POSITION.get(Case.State(case.state))
    if position is None:
        raise Conflict("This case is decided already. The next one is waiting.")
    needed = Permission.VOTE_FIRST if position == 1 else Permission.VOTE_SECOND
    if not person.may(needed):
        raise NotAllowed("Your role does not read cases at this stage.")
    if list_votes(case).filter(person=person).exists():
        raise NotAllowed("You have read this case before; another reader must answer it.")
    return position


def _go_on(case: Case, vote: Vote, decision: rules.Decision | None, *, sampled: bool, at: datetime) -> None:
    if vote.position == 1:
        _after_first(case, vote, decision, sampled=sampled, at=at)
    elif vote.position == 2:
        _after_second(case, vote, decision, at=at)
    else:
        facts = vote.facts if decision else rules.with_second_opinion(vote.facts)
        settle(case, facts, Assessment.Basis.THIRD, actor=str(vote.person.code), at=at)


def _after_first(
    case: Case, vote: Vote, decision: rules.Decision | None, *, sampled: bool, at: datetime
) -> None:
    chosen = sampled and _in_sample(case, get_policy().second_vote_percent, "second")
    if decision is None or vote.asked_second:
        triage.move(case=case, to=Case.State.SECOND, actor=str(vote.person.code), at=at)
        return
    settle(case, vote.facts, Assessment.Basis.ONE, actor=str(vote.person.code), at=at)
    if chosen:
        ask_second_vote(case=case, why="sample", actor=SYSTEM, at=at)


def _after_second(case: Case, vote: Vote, decision: rules.Decision | None, *, at: datetime) -> None:
    earlier = _earlier_facts(case)
    actor = str(vote.person.code)
    if rules.both_unsure(earlier, vote.facts):
        settle(case, rules.with_second_opinion(vote.facts), Assessment.Basis.AGREED, actor=actor, at=at)
    elif decision is not None and not vote.asked_second and decision == results.decide(earlier):
        settle(case, earlier, Assessment.Basis.AGREED, actor=actor, at=at)
    else:
        triage.move(case=case, to=Case.State.THIRD, actor=actor, at=at)


def _earlier_facts(case: Case) -> rules.Facts:
    """What the first reader answered, or what the machine took over from known material."""
    first = list_votes(case).filter(position=1).first()
    if first is not None:
        return dict(first.facts)
    standing = find_assessment(case)
    return dict(standing.facts) if standing else {}


def _in_sample(case: Case, percent: int, purpose: str) -> bool:
    key = settings.DATA.site_key().encode()
    return rules.sampled(str(case.code), percent=percent, key=key, purpose=purpose)


def _elapsed(person: User, case: Case, at: datetime) -> int:
    """Milliseconds since this case first stood before this person, idle time cut off."""
    since = last_activity(person, case, before=at)
    return int(min(at - since, rules.IDLE).total_seconds() * 1000) if since else 0
