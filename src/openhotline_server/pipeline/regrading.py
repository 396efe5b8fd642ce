"""Cases after lists changed: placed anew, graded unseen by our own list, opened again where a list says otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from openhotline_server.assessment import operations as assessment
from openhotline_server.assessment import queries as assessments
from openhotline_server.assessment.models import Assessment
from openhotline_server.evidence.models import Item
from openhotline_server.evidence.queries import in_parts
from openhotline_server.findings import queries as findings
from openhotline_server.findings.models import Cluster, KnownMatch
from openhotline_server.ledger.events import SYSTEM, Event
from openhotline_server.ledger.operations import gathered, record
from openhotline_server.ledger.queries import search
from openhotline_server.pipeline.opening import known_facts
from openhotline_server.pipeline.origin_verdicts import reconsider
from openhotline_server.sharing.rules import PUBLISHABLE
from openhotline_server.triage import operations as triage
from openhotline_server.triage import queries as cases
from openhotline_server.triage.models import Case
from openhotline_server.triage.rules import Signals
from openhotline_server.triage.signals import gather

AT_ONCE = 400
GONE = "the entry behind its grade is in force no more"
OTHERWISE = "a list names it as known material"

Matches = Mapping[int, Sequence[KnownMatch]]


@transaction.atomic
def regrade(*, items: Iterable[int], lapsed: bool = False, at: datetime) -> int:
    """See to the cases of items whose matches changed; return how many there are. Twice is once.

    ``lapsed`` says that matches went, not came. Only our own list gives grades unseen; other lists give urgency,
    and a reader the last word.
    """
    seen = 0
    for keys in in_parts(sorted(items), size=AT_ONCE):
        reconsider(items=keys, at=at)
        touched = Item.objects.filter(pk__in=keys)
        for members in findings.members_by_cluster(touched, at_once=AT_ONCE):
            with gathered():
                seen += _see_to_all(members, lapsed=lapsed, at=at)
    return seen


def _see_to_all(members: Mapping[Cluster, list[Item]], *, lapsed: bool, at: datetime) -> int:
    signals = gather(members)
    matches = findings.matches_for(i.pk for group in members.values() for i in group)
    standing = cases.list_cases_of(members)
    graded = []
    for case in standing:
        facts = known_facts(members[case.cluster], matches)
        found = any(matches.get(item.pk) for item in members[case.cluster])
        _see_to(case, signals[case.cluster], facts, found=found, lapsed=lapsed, at=at)
        if facts and case.state == Case.State.OPEN:
            graded.append((case, facts))
    assessment.grade_known(graded=graded, at=at)
    return len(standing)


def _see_to(
    case: Case, signals: Signals, facts: Mapping[str, str], *, found: bool, lapsed: bool, at: datetime
) -> None:
    if case.state == Case.State.LEFT_OUT and found and not lapsed:
        triage.move(case=case, to=Case.State.OPEN, actor=SYSTEM, at=at)
    if case.state in Case.WAITING:
        triage.place_again(case=case, signals=signals, lapsed=lapsed, at=at)
    elif case.state == Case.State.DECIDED:
        if lapsed and not facts:
            _ask_where_grade_rested(case, at=at)
        elif found and not lapsed:
            _ask_where_readers_said_otherwise(case, at=at)


def _ask_where_grade_rested(case: Case, *, at: datetime) -> None:
    """A grade given unseen by an entry that is no more goes to a reader; it stands meanwhile."""
    standing = assessments.find_assessment(case)
    if standing is not None and standing.basis == Assessment.Basis.KNOWN:
        assessment.ask_second_vote(case=case, why=GONE, actor=SYSTEM, at=at)


def _ask_where_readers_said_otherwise(case: Case, *, at: datetime) -> None:
    """What one reader found not to be criminal, and a list names, is read again; after two it is written down."""
    standing = assessments.find_assessment(case)
    if standing is None or assessments.deciding_outcome(standing) in PUBLISHABLE:
        return
    if assessments.list_votes(case).count() <= 1:
        assessment.ask_second_vote(case=case, why=OTHERWISE, actor=SYSTEM, at=at)
    elif not search(event=Event.CASE_CONTRADICTED, subject=case.subject).exists():
        record(actor=SYSTEM, at=at, event=Event.CASE_CONTRADICTED, subject=case.subject, details={})
