"""Reading what machines found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from django.db.models import Exists, OuterRef, QuerySet

from openhotline.provenance import Evidence
from openhotline_server.evidence.models import Item
from openhotline_server.evidence.queries import in_parts
from openhotline_server.findings.models import (
    Cluster,
    ClusterMember,
    Examination,
    Fingerprint,
    KnownMatch,
    Provenance,
)

MIN_QUALITY = 50
"""Of PDQ, 0 to 100. Below it a hash says too little to group by (ThreatExchange pdq/README.md: discard <= 49)."""


@dataclass(frozen=True)
class Hashed:
    """An item with its PDQ hash in hexadecimal, or without one."""

    item_id: int
    value: str
    quality: int

    @property
    def usable(self) -> bool:
        return bool(self.value) and self.quality >= MIN_QUALITY


def list_unexamined(items: QuerySet[Item]) -> QuerySet[Item]:
    """Items with bytes that nobody has looked at yet."""
    looked = Examination.objects.filter(item=OuterRef("pk"))
    return items.filter(~Exists(looked), destroyed_at=None).exclude(sha256=None).order_by("pk")


def list_unclustered(items: QuerySet[Item]) -> list[Hashed]:
    """Items that are in no cluster, with their hashes, in order of capture."""
    placed = ClusterMember.objects.filter(item=OuterRef("pk"), left_at=None)
    ids = list(items.filter(~Exists(placed)).order_by("pk").values_list("pk", flat=True))
    return _hashed(ids)


def list_hashed(items: QuerySet[Item]) -> list[Hashed]:
    """Items with their PDQ hashes, in order of capture."""
    return _hashed(list(items.order_by("pk").values_list("pk", flat=True)))


def list_representatives() -> list[tuple[int, Hashed]]:
    """Every cluster's key with its representative's hash; only usable hashes."""
    rows = Cluster.objects.order_by("pk").values_list("pk", "representative_id")
    by_item = {item: cluster for cluster, item in rows}
    return [(by_item[h.item_id], h) for h in _hashed(list(by_item)) if h.usable]


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
        groups: dict[Cluster, list[Item]] = defaultdict(list)
        rows = ClusterMember.objects.filter(cluster__in=keys, left_at=None)
        for row in rows.select_related("cluster", "item").order_by("cluster", "distance", "pk"):
            groups[row.cluster].append(row.item)
        yield groups


def cluster_of(item: Item) -> Cluster | None:
    """The cluster an item is in."""
    member = ClusterMember.objects.filter(item=item, left_at=None).select_related("cluster").first()
    return member.cluster if member else None


def evidence_for(items: Iterable[int]) -> dict[int, list[Evidence]]:
    """Evidence about origin, by item key."""
    found: dict[int, list[Evidence]] = defaultdict(list)
    for p in chain.from_iterable(Provenance.objects.filter(item__in=keys) for keys in in_parts(items)):
        found[p.item_id].append(
            Evidence(
                family=p.family,
                source=p.source,
                claim=p.claim,
                strength=p.strength,
                log10_lr=p.log10_lr,
                doubt=p.doubt,
            )
        )
    return found


def matches_for(items: Iterable[int]) -> dict[int, list[KnownMatch]]:
    """Matches with list entries still in force, by item key."""
    found: dict[int, list[KnownMatch]] = defaultdict(list)
    for keys in in_parts(items):
        rows = KnownMatch.objects.filter(item__in=keys, entry__withdrawn_in=None)
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


def known_among(items: QuerySet[Item]) -> QuerySet[Item]:
    """Those of the items that are on a list in force."""
    matched = KnownMatch.objects.filter(entry__withdrawn_in=None).values("item")
    return items.filter(pk__in=matched)


def _hashed(ids: list[int]) -> list[Hashed]:
    prints: dict[int, Hashed] = {}
    wanted = set(ids)
    # "fast" comes before "strict": where an item has both, the strict one is read last and stands.
    ordered = Fingerprint.objects.filter(algorithm="pdq").order_by("item_id", "mode")
    rows = ordered.values_list("item_id", "value", "quality")
    for item_id, value, quality in rows.iterator(chunk_size=5000):
        if item_id in wanted:
            prints[item_id] = Hashed(item_id, value, quality)
    return [prints.get(i) or Hashed(i, "", 0) for i in ids]
