"""Assessments come into force and end. Called by the operations, inside their transactions."""

from __future__ import annotations

from datetime import datetime

from openhotline_server.assessment import results, rules
from openhotline_server.assessment.models import Assessment, Vote
from openhotline_server.ledger.events import SYSTEM, Event
from openhotline_server.ledger.operations import Entry, record_many
from openhotline_server.triage import operations as triage
from openhotline_server.triage.models import Case


def settle(
    case: Case, facts: rules.Facts, basis: Assessment.Basis, *, actor: str, at: datetime
) -> Assessment:
    """Make facts the assessment in force, derive its results and close the case. Call it inside a transaction."""
    _end(case, at=at)
    made = Assessment.objects.create(case=case, facts=dict(facts), basis=basis, made_at=at)
    results.store([made], at=at)
    record_many(actor=actor, at=at, entries=[made_line(made)])
    triage.move(case=case, to=Case.State.DECIDED, actor=actor, at=at)
    return made


def _end(case: Case, *, at: datetime) -> None:
    Assessment.objects.filter(case=case, ended_at=None).update(ended_at=at)


def unmake(case: Case, vote: Vote, *, at: datetime) -> None:
    """End what this vote settled, if it settled anything; what it had superseded stands again, as a row of its own.

    A vote and the assessment that it settles are of one moment, and so is the end of the one before.
    """
    if not Assessment.objects.filter(case=case, ended_at=None, made_at=vote.cast_at).update(ended_at=at):
        return
    before = Assessment.objects.filter(case=case, ended_at=vote.cast_at).order_by("-pk").first()
    if before is not None:
        again = Assessment.objects.create(case=case, facts=before.facts, basis=before.basis, made_at=at)
        results.store([again], at=at)
        record_many(actor=SYSTEM, at=at, entries=[made_line(again)])


def made_line(assessment: Assessment) -> Entry:
    """The ledger's line about a new assessment."""
    return Entry(
        Event.ASSESSMENT_MADE,
        assessment.case.subject,
        {"assessment": str(assessment.code), "basis": str(assessment.basis), "facts": dict(assessment.facts)},
    )
