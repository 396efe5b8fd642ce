"""What is counted: the items of some reports. A case counts with those of its members that are in scope."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from django.db.models import Count, Exists, IntegerField, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from openhotline_server.evidence.models import Sighting
from openhotline_server.findings.models import ClusterMember

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Scope:
    """Which reports are counted: of one study, received in a period (both days included), or all."""

    study: str = ""
    first_day: date | None = None
    last_day: date | None = None

    def condition(self, report: str = "") -> Q:
        """The condition on a report; ``report`` is a row's way to it, ending in two underscores."""
        asked = {
            "study": self.study or None,
            "received_on__gte": self.first_day,
            "received_on__lte": self.last_day,
        }
        return Q(**{report + name: value for name, value in asked.items() if value is not None})


def seen(scope: Scope) -> QuerySet[Sighting]:
    """The sightings in scope."""
    return Sighting.objects.filter(scope.condition("report__"))


def in_scope(rows: QuerySet[Row], scope: Scope) -> QuerySet[Row]:
    """Those rows whose ``item`` was seen in a report in scope."""
    return rows.filter(Exists(seen(scope).filter(item=OuterRef("item"))))


def members(cluster: str, scope: Scope) -> Coalesce:
    """How many items of a cluster are in scope, for each row; ``cluster`` is the row's way to it."""
    counted = _members_of(cluster, scope).order_by().values("cluster").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0, output_field=IntegerField())


def has_members(cluster: str, scope: Scope) -> Exists:
    """Whether any item of a cluster is in scope, for each row."""
    return Exists(_members_of(cluster, scope))


def _members_of(cluster: str, scope: Scope) -> QuerySet[ClusterMember]:
    return in_scope(ClusterMember.objects.filter(cluster=OuterRef(cluster), left_at=None), scope)
