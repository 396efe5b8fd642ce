"""What people's acts lead to, from the assessment of an address to a letter in the outbox."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from openhotline.errors import Conflict, OpenHotlineError
from openhotline.trace.asking import Asking
from openhotline_server.accounts.models import User
from openhotline_server.assessment.addresses import find_address_assessment
from openhotline_server.findings.models import Check
from openhotline_server.ledger.events import SYSTEM
from openhotline_server.notices import approving, drafting, planning, reminders
from openhotline_server.notices.drafting import Drafted
from openhotline_server.notices.models import Notice, Outgoing, PoliceAnswer
from openhotline_server.notices.police import record_police_answer
from openhotline_server.notices.standing import list_to_trace
from openhotline_server.pipeline.routing import ROUTED, route
from openhotline_server.pipeline.sending import send_after_commit
from openhotline_server.pipeline.tracing import check_now, trace_now
from openhotline_server.triage.address_cases import move
from openhotline_server.triage.models import AddressCase

State = AddressCase.State
UNTOLD = (State.REFERRED, State.ON_HOLD, State.TO_TELL)
AT_ONCE = 200  # cases that one call drafts for; the rest are due still


@transaction.atomic
def after_assessment(*, case: AddressCase, person: User, at: datetime) -> AddressCase:
    """Lead an assessed address on: to its end without a notice, to the police of our own country, or to be told."""
    standing = find_address_assessment(case)
    if standing is None or not standing.outcome:
        raise Conflict("Nobody has said yet what stands at this address. Assess it first.")
    return route(case=case, actor=str(person.code), at=at)


@transaction.atomic
def police_answered(
    *, case: AddressCase, answer: PoliceAnswer.Answer, reference: str, person: User, at: datetime
) -> AddressCase:
    """Keep what the police said and move the case by it: authorised, it is told; on hold, nobody is."""
    record_police_answer(case=case, answer=answer, reference=reference, person=person, at=at)
    return route(case=case, actor=str(person.code), at=at)


@transaction.atomic
def police_answered_all(
    *, notice: Notice, answer: PoliceAnswer.Answer, reference: str, person: User, at: datetime
) -> int:
    """One answer to a whole referral, for each of its addresses that still waits; return for how many."""
    waiting = [case for case in approving.list_cases(notice) if case.state in ROUTED]
    for case in waiting:
        police_answered(case=case, answer=answer, reference=reference, person=person, at=at)
    if not waiting:
        raise Conflict("None of these addresses waits for the police any more.")
    return len(waiting)


def draft_due(*, at: datetime, person: User | None = None, limit: int = AT_ONCE) -> Drafted:
    """Draft everything that is due, grouped by recipient, with reminders. Nothing leaves by it; twice is once.

    Cases are led on first, each for itself: where an address lies may have changed since, and the police come first
    wherever that is our own country.
    """
    drafting.require_writer(person)
    actor = str(person.code) if person else SYSTEM
    for case in planning.list_traced_since(limit=limit):
        route(case=case, actor=actor, at=at)
    cases = [route(case=case, actor=actor, at=at) for case in planning.list_due(limit=limit)]
    due = [case for case in cases if case.state in planning.DUE]
    with transaction.atomic():
        drafted = drafting.draft_planned(cases=due, person=person, at=at)
        words = reminders.draft_words(person=person, at=at)
    return Drafted((*drafted.notices, *words), drafted.left)


def approve_and_queue(
    *, notice: Notice, person: User, at: datetime, asking: Asking | None = None
) -> Outgoing:
    """Trace once more what was traced too long ago, then let the notice leave, or say why it may not.

    The network is asked before the transaction begins. A trace that cannot be made leaves the old one, and an old one
    keeps the notice here.
    """
    approving.require_sender(person)
    for case in list_to_trace(notice, at=at):
        _trace(case, at=at, asking=asking)
    with transaction.atomic():
        outgoing = approving.approve_and_queue(notice=notice, person=person, at=at)
        send_after_commit()
    return outgoing


def note_gone_before(
    *, case: AddressCase, person: User, at: datetime, asking: Asking | None = None
) -> AddressCase:
    """Close an address that was gone before its host was told: by a look now, and a person's word."""
    drafting.require_writer(person)
    if case.state not in UNTOLD or planning.has_left_for_removal(case):
        raise Conflict("This address is past that point. Its page says how far it is.")
    check = check_now(address=case.address, at=at, asking=asking)
    if check.outcome != Check.Outcome.GONE:
        raise Conflict(f"The look does not say that it is gone: {check.get_outcome_display().lower()}.")
    with transaction.atomic():
        move(case=case, to=State.GONE_BEFORE, actor=str(person.code), at=at)
    return case


def trace_again(
    *, cases: Iterable[AddressCase], person: User, at: datetime, asking: Asking | None = None
) -> int:
    """Trace these addresses now, because a person asked; return how many could be."""
    drafting.require_writer(person)
    return sum(_trace(case, at=at, asking=asking) for case in cases)


def _trace(case: AddressCase, *, at: datetime, asking: Asking | None) -> bool:
    try:
        trace_now(address=case.address, at=at, asking=asking)
    except OpenHotlineError:  # asking is switched off: the trace stays as old as it is, which is then said
        return False
    route(case=case, actor=SYSTEM, at=at)
    return True
