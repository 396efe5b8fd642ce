"""A cluster's members as rows: what was found of each, without showing any of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Case as If
from django.db.models import Count, F, QuerySet, Value, When

from openhotline_server.evidence.models import Item, Sighting
from openhotline_server.findings.models import Cluster, ClusterMember, Examination, Fingerprint


@dataclass(frozen=True)
class Member:
    """One member. ``distance`` is in bits to the representative; ``hash`` is None where there is none."""

    item: Item
    representative: bool
    distance: int
    examination: Examination | None
    hash: Fingerprint | None
    sightings: int


def list_memberships(cluster: Cluster) -> QuerySet[ClusterMember]:
    """The members as they stand, the representative first, then the nearest."""
    first = If(When(item=F("cluster__representative"), then=Value(0)), default=Value(1))
    rows = ClusterMember.objects.filter(cluster=cluster, left_at=None).select_related("item", "cluster")
    return rows.annotate(after=first).order_by("after", "distance", "item")


def describe(memberships: Sequence[ClusterMember]) -> list[Member]:
    """What was found of these members. Three queries, however many members."""
    items = [m.item_id for m in memberships]
    looks = {e.item_id: e for e in Examination.objects.filter(item__in=items)}
    prints = Fingerprint.objects.filter(item__in=items, algorithm="pdq").order_by("-mode")
    hashes = {f.item_id: f for f in prints}  # the strict one wins over the fast and the reference one
    seen = dict(Sighting.objects.filter(item__in=items).values_list("item").annotate(n=Count("pk")))
    return [
        Member(
            m.item,
            m.item_id == m.cluster.representative_id,
            m.distance,
            looks.get(m.item_id),
            hashes.get(m.item_id),
            seen.get(m.item_id, 0),
        )
        for m in memberships
    ]


def counts(clusters: Iterable[int]) -> dict[int, int]:
    """How many members stand in each of these clusters, by the cluster's key."""
    rows = ClusterMember.objects.filter(cluster__in=list(clusters), left_at=None)
    return dict(rows.values_list("cluster").annotate(n=Count("pk")))
