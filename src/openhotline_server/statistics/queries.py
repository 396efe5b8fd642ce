"""Counting, in the database, in items: a decided case counts once for each item of its cluster.

Only what stands is counted: assessments in force, and of each the result in the deciding jurisdiction (the
first one configured) by the edition in force; where that was not applied yet, by the last one that was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import (
    Case,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
    TextField,
    Value,
    When,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce

from openhotline import law
from openhotline.chain import GENESIS
from openhotline_server.assessment import results
from openhotline_server.assessment.models import Assessment, Display, LegalResult, Vote
from openhotline_server.evidence.models import FailedSighting
from openhotline_server.intake.models import Report
from openhotline_server.ledger.queries import head_digest
from openhotline_server.notices.models import Notice
from openhotline_server.sharing.models import Publication
from openhotline_server.statistics.origins import Said, said
from openhotline_server.statistics.scope import Row, Scope, has_members, in_scope, members, seen
from openhotline_server.triage import models as triage


@dataclass(frozen=True)
class Group:
    """How many items share one result and the facts that tables are made of; an unanswered fact is ""."""

    outcome: str
    discount_reason: str
    severity: str
    age_band: str
    sex: str
    ai: str
    image_type: str
    basis: str
    items: int


@dataclass(frozen=True)
class Counts:
    """Everything that the tables are made of.

    ``standing`` counts items with an assessment in force, ``by_state`` those without by the state of their
    case; ``milliseconds`` is analyst time; ``said`` is empty where no item had a deep look at its origin.
    """

    reports: int
    sightings: int
    items: int
    unread: int
    standing: int
    by_state: Mapping[str, int]
    groups: tuple[Group, ...]
    second_readings: int
    third_readings: int
    analysts: int
    milliseconds: int
    exposures: int
    originals_opened: int
    notices_delivered: int
    published: int
    said: tuple[Said, ...] = ()


def deciding() -> law.Jurisdiction:
    """The jurisdiction whose outcomes are counted."""
    return results.jurisdictions()[0]


def list_studies() -> list[str]:
    """The titles of all studies, in order."""
    return list(Report.objects.exclude(study="").order_by("study").values_list("study", flat=True).distinct())


def count(scope: Scope) -> Counts:
    """Count what is in scope. An answer is kept until the ledger grows: every change is a line there."""
    head, jurisdiction = head_digest(), deciding()
    if head == GENESIS:
        return _count(scope, jurisdiction)
    return _kept(scope, jurisdiction, head)


@lru_cache(maxsize=16)
def _kept(scope: Scope, jurisdiction: law.Jurisdiction, head: str) -> Counts:
    return _count(scope, jurisdiction)


def _count(scope: Scope, jurisdiction: law.Jurisdiction) -> Counts:
    of_its_cases = has_members("case__cluster", scope)
    votes, shown = Vote.objects.filter(of_its_cases), Display.objects.filter(of_its_cases)
    standing = Assessment.objects.filter(ended_at=None).annotate(members=members("case__cluster", scope))
    return Counts(
        reports=Report.objects.filter(scope.condition()).count(),
        sightings=seen(scope).count(),
        items=_distinct(seen(scope), "item"),
        unread=_unread(scope),
        standing=_sum(standing, "members"),
        by_state=_by_state(scope),
        groups=_groups(scope, jurisdiction),
        second_readings=votes.filter(position=2, undone_at=None).count(),
        third_readings=votes.filter(position=3, undone_at=None).count(),
        analysts=_distinct(votes, "person"),
        milliseconds=_sum(votes, "milliseconds"),
        exposures=_sum(shown, "pictures"),
        originals_opened=shown.filter(kind=Display.Kind.ORIGINAL).count(),
        notices_delivered=Notice.objects.filter(of_its_cases, delivered_at__isnull=False).count(),
        published=_distinct(in_scope(_published(), scope), "item"),
        said=said(scope),
    )


def _unread(scope: Scope) -> int:
    """Files that could not be read; a bad line of somebody's list was never going to be an item."""
    rows = FailedSighting.objects.filter(scope.condition("report__"), resolved_at=None)
    return rows.exclude(report__kind=Report.Kind.HOTLINE).count()


def _groups(scope: Scope, jurisdiction: law.Jurisdiction) -> tuple[Group, ...]:
    """Count the results that stand. ``ai`` and ``image_type`` stand in the facts only, in no result."""
    also: dict[str, Any] = {
        "ai": _fact("ai"),
        "image_type": _fact("image_type"),
        "basis": F("assessment__basis"),
    }
    names = ("outcome", "discount_reason", "severity", "age_band", "sex", *also)
    rows = (
        LegalResult.objects.filter(assessment__ended_at=None)
        .filter(pk=Subquery(_in_force(jurisdiction).values("pk")[:1]))
        .annotate(members=members("assessment__case__cluster", scope), **also)
        .values(*names)
        .annotate(items=Sum("members"))
        .order_by(*names)
    )
    return tuple(Group(**row) for row in rows if row["items"])


def _fact(name: str) -> Coalesce:
    """The answer of a result's assessment to one question of fact; "" where it was left open."""
    return Coalesce(KeyTextTransform(name, "assessment__facts"), Value(""), output_field=TextField())


def _in_force(jurisdiction: law.Jurisdiction) -> QuerySet[LegalResult]:
    """The results of a row's assessment: the edition in force first, then the last one derived."""
    return LegalResult.objects.filter(
        assessment=OuterRef("assessment"), jurisdiction=jurisdiction.code
    ).order_by(
        Case(When(edition=jurisdiction.edition, then=0), default=1, output_field=IntegerField()),
        F("derived_at").desc(),
        "-pk",
    )


def _by_state(scope: Scope) -> dict[str, int]:
    standing = Assessment.objects.filter(case=OuterRef("pk"), ended_at=None)
    rows = (
        triage.Case.objects.filter(~Exists(standing))
        .annotate(members=members("cluster", scope))
        .order_by()
        .values_list("state")
        .annotate(n=Sum("members"))
    )
    return {str(state): n for state, n in rows}


def _published() -> QuerySet[Publication]:
    """The last line of each item on each list, where it is an entry and no tombstone."""
    later = Publication.objects.filter(
        item=OuterRef("item"), hash_list=OuterRef("hash_list"), sequence__gt=OuterRef("sequence")
    )
    return Publication.objects.filter(~Exists(later), act=Publication.Act.PUBLISHED)


def _distinct(rows: QuerySet[Row], name: str) -> int:
    return int(rows.aggregate(n=Count(name, distinct=True))["n"])


def _sum(rows: QuerySet[Row], name: str) -> int:
    return int(rows.aggregate(total=Coalesce(Sum(name), 0))["total"])
