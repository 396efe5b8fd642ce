"""Writing down what machines found. Every operation is safe to run twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from openhotline.provenance import Evidence
from openhotline_server.evidence.models import Item
from openhotline_server.findings.models import (
    Cluster,
    ClusterMember,
    Examination,
    Fingerprint,
    KnownMatch,
    Provenance,
)
from openhotline_server.ledger.events import SYSTEM, Event
from openhotline_server.ledger.operations import Entry, record_many

VERSION = "1"


@dataclass(frozen=True)
class FoundHash:
    """A perceptual hash with its doubt; ``value`` is hexadecimal."""

    algorithm: str
    value: str
    quality: int
    mode: str
    decoder: str
    near_median: int | None


@dataclass(frozen=True)
class Found:
    """Everything one look at an item gave. ``failure`` is empty unless it could not be decoded."""

    media_type: str
    width: int | None
    height: int | None
    frames: int | None
    failure: str
    has_preview: bool
    notes: tuple[str, ...] = ()
    hashes: tuple[FoundHash, ...] = ()
    evidence: tuple[Evidence, ...] = field(default=())


@dataclass(frozen=True)
class NewMatch:
    """An item found on a list."""

    item_id: int
    entry_id: int
    edition_id: int
    distance: int
    threshold: int
    quality: int | None


@transaction.atomic
def record_examinations(*, found: Mapping[Item, Found], at: datetime) -> None:
    """Keep what was found of items that have no examination yet."""
    done = set(Examination.objects.filter(item__in=found).values_list("item_id", flat=True))
    todo = {item: f for item, f in found.items() if item.pk not in done}
    Examination.objects.bulk_create([_examination(i, f, at) for i, f in todo.items()], batch_size=80)
    Fingerprint.objects.bulk_create(
        [fingerprint_row(i, h) for i, f in todo.items() for h in f.hashes], batch_size=100
    )
    Provenance.objects.bulk_create(
        [_evidence(i, e) for i, f in todo.items() for e in f.evidence], batch_size=100
    )
    record_many(
        actor=SYSTEM,
        at=at,
        entries=[
            Entry(Event.ITEM_EXAMINED, i.subject, {"version": VERSION, "readable": int(not f.failure)})
            for i, f in todo.items()
        ],
    )


@transaction.atomic
def record_matches(*, matches: Sequence[NewMatch], at: datetime) -> None:
    """Keep matches that are not kept yet."""
    items = [m.item_id for m in matches]
    have = set(KnownMatch.objects.filter(item__in=items).values_list("item_id", "entry_id"))
    new = [m for m in matches if (m.item_id, m.entry_id) not in have]
    KnownMatch.objects.bulk_create(
        [
            KnownMatch(
                item_id=m.item_id,
                entry_id=m.entry_id,
                edition_id=m.edition_id,
                distance=m.distance,
                threshold=m.threshold,
                quality=m.quality,
                matched_at=at,
            )
            for m in new
        ],
        batch_size=100,
    )
    codes = dict(Item.objects.filter(pk__in={m.item_id for m in new}).values_list("pk", "code"))
    record_many(
        actor=SYSTEM,
        at=at,
        entries=[
            Entry(
                Event.ITEM_MATCHED, f"item:{codes[m.item_id]}", {"entry": m.entry_id, "distance": m.distance}
            )
            for m in new
        ],
    )


@dataclass(frozen=True)
class Grouping:
    """One cluster to be: its representative and its other members with their distances in bits."""

    representative: Item
    others: Sequence[tuple[Item, int]]


@transaction.atomic
def create_clusters(*, groups: Sequence[Grouping], at: datetime) -> list[Cluster]:
    """Make clusters of items that are in none yet."""
    clusters = Cluster.objects.bulk_create(
        [Cluster(representative=g.representative, created_at=at) for g in groups], batch_size=200
    )
    placed = [
        (cluster, [(group.representative, 0), *group.others])
        for cluster, group in zip(clusters, groups, strict=True)
    ]
    _place(placed, at=at)
    return clusters


@transaction.atomic
def join_clusters(*, joins: Sequence[tuple[Cluster, Item, int]], at: datetime) -> None:
    """Put items into clusters that stand already, with their distance to the representative in bits."""
    _place([(cluster, [(item, distance)]) for cluster, item, distance in joins], at=at)


@transaction.atomic
def leave_cluster(*, item: Item, actor: str, at: datetime) -> Cluster:
    """Take one member out, by a person's word, into a cluster of its own. The representative cannot leave."""
    member = ClusterMember.objects.select_related("cluster").get(item=item, left_at=None)
    if member.cluster.representative_id == item.pk:
        raise ValueError("the representative stays")
    member.left_at = at
    member.save(update_fields=["left_at"])
    record_many(
        actor=actor,
        at=at,
        entries=[Entry(Event.ITEM_LEFT_CLUSTER, item.subject, {"cluster": str(member.cluster.code)})],
    )
    return create_clusters(groups=[Grouping(item, [])], at=at)[0]


def _place(placed: Sequence[tuple[Cluster, Sequence[tuple[Item, int]]]], *, at: datetime) -> None:
    rows = [
        ClusterMember(cluster=cluster, item=item, distance=distance, joined_at=at)
        for cluster, members in placed
        for item, distance in members
    ]
    ClusterMember.objects.bulk_create(rows, batch_size=150)
    alone = {c.pk for c, members in placed if [i.pk for i, _ in members] == [c.representative_id]}
    record_many(
        actor=SYSTEM,
        at=at,
        entries=[
            Entry(Event.ITEM_CLUSTERED, r.item.subject, {"cluster": str(r.cluster.code)})
            for r in rows
            if r.cluster_id not in alone  # its case's own line names the item
        ],
    )


def _examination(item: Item, f: Found, at: datetime) -> Examination:
    return Examination(
        item=item,
        media_type=f.media_type,
        width=f.width,
        height=f.height,
        frames=f.frames,
        failure=f.failure,
        has_preview=f.has_preview,
        notes=list(f.notes),
        examined_at=at,
        version=VERSION,
    )


def fingerprint_row(item: Item, h: FoundHash) -> Fingerprint:
    """An unsaved row for a hash that was found."""
    return Fingerprint(
        item=item,
        algorithm=h.algorithm,
        value=h.value,
        quality=h.quality,
        mode=h.mode,
        decoder=h.decoder,
        near_median=h.near_median,
    )


def _evidence(item: Item, e: Evidence) -> Provenance:
    return Provenance(
        item=item,
        family=e.family,
        source=e.source,
        claim=e.claim,
        strength=e.strength,
        log10_lr=e.log10_lr,
        doubt=e.doubt[:300],
        version=VERSION,
    )
