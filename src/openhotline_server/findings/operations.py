"""Writing down what machines found. Every operation is safe to run twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter

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
from openhotline_server.ledger.inserting import insert_new, insert_rows
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
    """An item found on a list; what each field means stands in :class:`openhotline_server.lists.asking.Match`."""

    item_id: int
    entry_id: int
    edition_id: int
    distance: int
    threshold: int
    quality: int | None
    variant: str = "original"
    compared: str = ""
    sources: int = 1
    suppressed_by_id: int | None = None


@transaction.atomic
def record_examinations(*, found: Mapping[Item, Found], at: datetime) -> None:
    """Keep what was found of items that have no examination yet."""
    done = set(Examination.objects.filter(item__in=found).values_list("item_id", flat=True))
    todo = {item: f for item, f in found.items() if item.pk not in done}
    insert_rows(Examination, _EXAMINATION, [_examination(i, f, at) for i, f in todo.items()])
    insert_rows(Fingerprint, _FINGERPRINT, [(i.pk, *_HASH(h)) for i, f in todo.items() for h in f.hashes])
    insert_rows(Provenance, _PROVENANCE, [_evidence(i, e) for i, f in todo.items() for e in f.evidence])
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
                variant=m.variant,
                compared=m.compared,
                sources=m.sources,
                suppressed_by_id=m.suppressed_by_id,
                suppressed_at=at if m.suppressed_by_id else None,
                matched_at=at,
            )
            for m in new
        ],
        batch_size=100,
        ignore_conflicts=True,  # an import and a comparison of everything held may find the same at once
    )
    codes = dict(Item.objects.filter(pk__in={m.item_id for m in new}).values_list("pk", "code"))
    lines = [line for m in new for line in matched_lines(f"item:{codes[m.item_id]}", m)]
    record_many(actor=SYSTEM, at=at, entries=lines)


@dataclass(frozen=True)
class Grouping:
    """One cluster to be: its representative and its other members with their distances in bits."""

    representative: Item
    others: Sequence[tuple[Item, int]]


@transaction.atomic
def create_clusters(*, groups: Sequence[Grouping], at: datetime) -> list[Cluster]:
    """Make clusters of items that are in none yet."""
    clusters = insert_new([Cluster(representative=g.representative, created_at=at) for g in groups])
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
    insert_rows(
        ClusterMember,
        ("cluster_id", "item_id", "distance", "joined_at"),
        [(cluster.pk, item.pk, bits, at) for cluster, members in placed for item, bits in members],
    )
    record_many(
        actor=SYSTEM,
        at=at,
        entries=[
            Entry(Event.ITEM_CLUSTERED, item.subject, {"cluster": str(cluster.code)})
            for cluster, members in placed
            # of one that is alone, its case's own line names the item
            if [item.pk for item, _ in members] != [cluster.representative_id]
            for item, _ in members
        ],
    )


def matched_lines(subject: str, m: NewMatch) -> list[Entry]:
    """The ledger's line about a match, and the one about what suppresses it."""
    lines = [Entry(Event.ITEM_MATCHED, subject, {"entry": m.entry_id, "distance": m.distance})]
    if m.suppressed_by_id is not None:
        details = {"entry": m.entry_id, "by": m.suppressed_by_id}
        lines.append(Entry(Event.MATCH_SUPPRESSED, subject, details))
    return lines


_SEEN = ("media_type", "width", "height", "frames", "failure", "has_preview")
_EXAMINATION = ("item_id", *_SEEN, "notes", "examined_at", "version")
_HASHED = ("algorithm", "value", "quality", "mode", "decoder", "near_median")
_FINGERPRINT = ("item_id", *_HASHED)
_SAID = ("family", "source", "claim", "strength", "log10_lr")
_PROVENANCE = ("item_id", *_SAID, "doubt", "version")
_HASH = attrgetter(*_HASHED)


def _examination(item: Item, f: Found, at: datetime) -> tuple[object, ...]:
    return (item.pk, *attrgetter(*_SEEN)(f), list(f.notes), at, VERSION)


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


def _evidence(item: Item, e: Evidence) -> tuple[object, ...]:
    return (item.pk, *attrgetter(*_SAID)(e), e.doubt[:300], VERSION)
