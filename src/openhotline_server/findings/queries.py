"""Reading what machines found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from django.db.models import Exists, OuterRef, QuerySet

from openhotline_server.evidence.models import Item
from openhotline_server.evidence.queries import in_parts
from openhotline_server.findings.models import (
    Cluster,
    ClusterMember,
    Examination,
    KnownMatch,
)
from openhotline_server.findings.standing import standing
from openhotline_server.lists.models import HashList

MIN_QUALITY = 50
"""Of PDQ, 0 to 100. Below it a hash says too little to group by (ThreatExchange pdq/README.md: discard <= 49)."""


def list_unexamined(items: QuerySet[Item]) -> QuerySet[Item]:
    """Items with bytes that nobody has looked at yet."""
    looked = Examination.objects.filter(item=OuterRef("pk"))
    return items.filter(~Exists(looked), destroyed_at=None).exclude(sha256=None).order_by("pk")


def list_members(cluster: Cluster) -> list[Item]:
    """The members as they stand, the representative first, then the nearest."""
    rows = ClusterMember.objects.filter(cluster=cluster, left_at=None).select_related("item")
    return [
        r.item
        for r in sorted(rows, key=lambda r: (r.item_id != cluster.representative_id, r.distance, r.item_id))
    ]


def members_by_cluster(items: QuerySet[Item], *, at_once: int) -> Iterator[dict[Cluster, list[Item]]]:
    """The clusters that hold any of these items, with all their members, about ``at_once`` clusters a time."""
    touched = ClusterMember.objects.filter(item__in=items, left_at=None).order_by("cluster")
    for keys in in_parts(touched.values_list("cluster", flat=True).distinct(), size=at_once):
        rows = ClusterMember.objects.filter(cluster__in=keys, left_at=None)
        pairs = list(rows.order_by("cluster", "distance", "pk").values_list("cluster", "item"))
        clusters, members = Cluster.objects.in_bulk(keys), Item.objects.in_bulk([item for _, item in pairs])
        groups: dict[Cluster, list[Item]] = defaultdict(list)
        for cluster, item in pairs:
            groups[clusters[cluster]].append(members[item])
        for whole in groups:  # the representative never leaves: no query of its own for each
            whole.representative = members[whole.representative_id]
        yield groups


def cluster_of(item: Item) -> Cluster | None:
    """The cluster an item is in."""
    member = ClusterMember.objects.filter(item=item, left_at=None).select_related("cluster").first()
    return member.cluster if member else None


def matches_for(items: Iterable[int]) -> dict[int, list[KnownMatch]]:
    """Matches that count now (:mod:`openhotline_server.findings.standing`), by item key."""
    found: dict[int, list[KnownMatch]] = defaultdict(list)
    for keys in in_parts(items):
        rows = standing().filter(item__in=keys)
        for match in rows.select_related("entry__hash_list", "edition").order_by("distance", "pk"):
            found[match.item_id].append(match)
    return found


def with_preview(items: Iterable[int]) -> set[int]:
    """Which of these items have something to show."""
    rows = Examination.objects.filter(has_preview=True, item__destroyed_at=None)
    return {
        key
        for keys in in_parts(items)
        for key in rows.filter(item__in=keys).values_list("item_id", flat=True)
    }


def list_shown() -> QuerySet[Item]:
    """Items that have something to show, the oldest first."""
    shown = Examination.objects.filter(has_preview=True).values("item")
    return Item.objects.filter(pk__in=shown, destroyed_at=None).order_by("pk")


def known_among(items: QuerySet[Item]) -> QuerySet[Item]:
    """Those of the items whose grade is known: they are on our own list. Other lists only speak for urgency."""
    own = standing().filter(entry__hash_list__origin=HashList.Origin.OWN)
    return items.filter(pk__in=own.values("item"))
