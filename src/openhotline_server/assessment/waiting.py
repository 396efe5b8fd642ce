"""What waits for whom: the queue as one reader would work it, and as the manager looks over it."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Case as If
from django.db.models import Count, IntegerField, Min, QuerySet, Value, When

from openhotline_server.accounts.models import User
from openhotline_server.accounts.permissions import Permission
from openhotline_server.assessment.queries import read_by
from openhotline_server.triage import queries as triage
from openhotline_server.triage.models import Case

# Second and third readings come before new cases, as ``displays.next_cases`` hands them out.
WORKED = (Case.State.THIRD, Case.State.SECOND, Case.State.OPEN)


def for_reader(person: User, *, at: datetime, state: str = "") -> QuerySet[Case]:
    """What this person could take now, in the order she would get it; only one state where it is named."""
    states = [s for s in WORKED if s != Case.State.OPEN or person.may(Permission.VOTE_FIRST)]
    cases = triage.queue(states=_chosen(states, state), person=person, at=at)
    return _in_working_order(cases.exclude(pk__in=read_by(person).values("case")))


def for_manager(*, at: datetime, state: str = "") -> QuerySet[Case]:
    """Everything that waits, held by somebody or not. ``holder`` is the name of whoever holds it."""
    return _in_working_order(triage.list_waiting(states=_chosen(WORKED, state), at=at))


def counts(cases: QuerySet[Case]) -> dict[str, int]:
    """How many of these cases wait for a first, a second and a third reader."""
    rows = dict(cases.order_by().values_list("state").annotate(n=Count("pk")))
    return {state.value: rows.get(state.value, 0) for state in WORKED}


def oldest(cases: QuerySet[Case]) -> datetime | None:
    """Since when the longest waiting of these cases waits."""
    found: datetime | None = cases.aggregate(at=Min("opened_at"))["at"]
    return found


def _chosen(states: tuple[Case.State, ...] | list[Case.State], state: str) -> tuple[str, ...]:
    return tuple(s.value for s in states if not state or s.value == state)


def _in_working_order(cases: QuerySet[Case]) -> QuerySet[Case]:
    ranks = [When(state=state, then=Value(rank)) for rank, state in enumerate(WORKED)]
    return cases.annotate(rank=If(*ranks, output_field=IntegerField())).order_by(
        "rank", "-urgency", "turn_at", "pk"
    )
