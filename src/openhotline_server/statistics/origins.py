"""Counting what was said about generation: by files, by machines, by readers. Items with a deep look only."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce

from openhotline.provenance.evidence import (
    ASSERTED_UNSIGNED,
    BROKEN_INTEGRITY,
    SIGNED_BUT_NOT_VERIFIABLE,
    SIGNED_BUT_UNTRUSTED,
)
from openhotline.provenance.fusion import SYNTHETIC
from openhotline_server.assessment.models import Assessment
from openhotline_server.findings.models import ClusterMember, OriginExamination, Provenance
from openhotline_server.statistics.scope import Scope, in_scope

CLAIMS = ("ai_generated", "ai_edited")
WITHOUT_PROOF = (ASSERTED_UNSIGNED, SIGNED_BUT_UNTRUSTED, BROKEN_INTEGRITY, SIGNED_BUT_NOT_VERIFIABLE)


@dataclass(frozen=True)
class Said:
    """How many items have this in common. ``ai`` is the settled answer on generation, "" where it was left open."""

    claimed: bool
    indicated: bool
    assessed: bool
    ai: str
    items: int


def said(scope: Scope) -> tuple[Said, ...]:
    """Count the items in scope that had a deep look, by what was said of them. One query."""
    answer = KeyTextTransform("ai", "facts")
    rows = (
        in_scope(_latest(), scope)
        .annotate(
            claimed=Exists(_claims()),
            assessed=Exists(_settled()),
            ai=Coalesce(
                Subquery(_settled().annotate(answer=answer).values("answer")[:1]),
                Value(""),
                output_field=TextField(),
            ),
        )
        .order_by("claimed", "outcome", "assessed", "ai")
        .values("claimed", "outcome", "assessed", "ai")
        .annotate(n=Count("pk"))
    )
    return tuple(
        Said(row["claimed"], row["outcome"] == SYNTHETIC, row["assessed"], row["ai"], row["n"])
        for row in rows
    )


def _latest() -> QuerySet[OriginExamination]:
    later = OriginExamination.objects.filter(item=OuterRef("item"), number__gt=OuterRef("number"))
    return OriginExamination.objects.filter(~Exists(later))


def _claims() -> QuerySet[Provenance]:
    """Claims of generation that nothing proves, of a row's item: found by the look, or on the way in."""
    of_look = Q(origin=OuterRef("pk")) | Q(origin=None)
    return Provenance.objects.filter(
        of_look, item=OuterRef("item"), claim__in=CLAIMS, strength__in=WITHOUT_PROOF
    )


def _settled() -> QuerySet[Assessment]:
    """The assessment in force of the case in which a row's item stands."""
    clusters = ClusterMember.objects.filter(item=OuterRef(OuterRef("item")), left_at=None).values("cluster")
    return Assessment.objects.filter(ended_at=None, case__cluster__in=clusters)
