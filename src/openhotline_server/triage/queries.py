"""Reading the queue."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery

from openhotline.errors import NotFound
from openhotline_server.accounts.models import User
from openhotline_server.findings.models import Cluster
from openhotline_server.triage.models import Case, Claim
from openhotline_server.triage.operations import queue_order


def get_case(code: uuid.UUID | str) -> Case:
    """The case with this code."""
    found = Case.objects.select_related("cluster__representative").filter(code=code).first()
    if found is None:
        raise NotFound("There is no case with that code.")
    return found


def find_case_of(cluster: Cluster) -> Case | None:
    """The case of a cluster."""
    return Case.objects.select_related("cluster__representative").filter(cluster=cluster).first()


def list_cases_of(clusters: Iterable[Cluster]) -> list[Case]:
    """The cases of these clusters."""
    return list(Case.objects.filter(cluster__in=list(clusters)).select_related("cluster").order_by("pk"))


def queue(*, states: tuple[str, ...], person: User, at: datetime) -> QuerySet[Case]:
    """Cases in these states that this person could take, in the order they are worked."""
    elsewhere = Claim.objects.filter(case=OuterRef("pk"), expires_at__gt=at).exclude(person=person)
    return (
        Case.objects.filter(~Exists(elsewhere), state__in=states)
        .select_related("cluster__representative")
        .order_by(*queue_order())
    )


def held_by(person: User, *, at: datetime) -> QuerySet[Case]:
    """What a person holds now, in the order it is worked."""
    # Their few keys first: left to itself, the database walks all waiting cases to find them.
    held = list(Claim.objects.filter(person=person, expires_at__gt=at).values_list("case_id", flat=True))
    return Case.objects.filter(pk__in=held).select_related("cluster__representative").order_by(*queue_order())


def holds(person: User, case: Case, *, at: datetime) -> bool:
    """Whether a case is in this person's hands now."""
    return Claim.objects.filter(person=person, case=case, expires_at__gt=at).exists()


def counts() -> dict[str, int]:
    """How many cases stand where, by state."""
    rows = Case.objects.order_by().values_list("state").annotate(n=Count("pk"))
    return dict.fromkeys(Case.State.values, 0) | {str(state): n for state, n in rows}


def list_waiting(*, states: tuple[str, ...], at: datetime) -> QuerySet[Case]:
    """Every case in these states, with ``holder``: the name of whoever has it in hand now."""
    claims = Claim.objects.filter(case=OuterRef("pk"), expires_at__gt=at)
    return (
        Case.objects.filter(state__in=states)
        .annotate(holder=Subquery(claims.values("person__display_name")[:1]))
        .select_related("cluster__representative")
        .order_by(*queue_order())
    )


def find_holder(case: Case, *, at: datetime) -> User | None:
    """Whoever has a case in hand now."""
    held = Claim.objects.filter(case=case, expires_at__gt=at).select_related("person").first()
    return held.person if held else None
