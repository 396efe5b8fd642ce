"""The step that groups near duplicates, so that a group is decided once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db import transaction
from numpy.typing import NDArray

from openhotline import matching
from openhotline_server.evidence import queries as evidence
from openhotline_server.findings import operations, queries
from openhotline_server.findings.models import Cluster
from openhotline_server.intake.models import Report

WITHIN = 31  # bits of 256: the PDQ authors' distance for "the same picture" (ThreatExchange pdq/README.md)


@transaction.atomic
def cluster(*, report: Report, at: datetime) -> None:
    """Put a report's items into standing clusters, or into new ones of their own.

    An item that is on a list stands alone: its grade is known, and nothing near it may inherit it unseen.
    """
    waiting = queries.list_unclustered(evidence.list_items(report))
    if not waiting:
        return
    wanted = {h.item_id for h in waiting}
    items = {item.pk: item for item in evidence.list_items(report).iterator() if item.pk in wanted}
    known = set(queries.known_among(evidence.list_items(report)).values_list("pk", flat=True)) & wanted
    operations.create_clusters(groups=[operations.Grouping(items[i], []) for i in sorted(known)], at=at)
    fresh = [h for h in waiting if h.item_id not in known]
    standing = queries.list_representatives()
    grouped = _group(standing, fresh)
    clusters = Cluster.objects.in_bulk({key for key, _, _ in grouped.joins})
    operations.join_clusters(
        joins=[(clusters[key], items[item], distance) for key, item, distance in grouped.joins], at=at
    )
    operations.create_clusters(
        groups=[
            operations.Grouping(items[first], [(items[i], distance) for i, distance in others])
            for first, others in grouped.new.items()
        ],
        at=at,
    )


@dataclass(frozen=True)
class _Grouped:
    """Which items join which standing cluster, and which new groups form; distances in bits."""

    joins: list[tuple[int, int, int]]  # cluster key, item key, distance
    new: dict[int, list[tuple[int, int]]]  # representative's item key -> other item keys and distances


def _group(standing: list[tuple[int, queries.Hashed]], fresh: list[queries.Hashed]) -> _Grouped:
    grouped = matching.cluster(
        _packed(fresh),
        WITHIN,
        np.array([h.usable for h in fresh], dtype=bool),
        representatives=_packed([h for _, h in standing]),
    )
    joins: list[tuple[int, int, int]] = []
    new: dict[int, list[tuple[int, int]]] = {
        h.item_id: [] for index, h in enumerate(fresh) if grouped.representative[index] == index
    }
    for index, hashed in enumerate(fresh):
        bits, old = int(grouped.distance[index]), int(grouped.existing[index])
        centre = int(grouped.representative[index])
        if old >= 0:
            joins.append((standing[old][0], hashed.item_id, bits))
        elif centre != index:
            new[fresh[centre].item_id].append((hashed.item_id, bits))
    return _Grouped(joins, new)


def _packed(hashed: list[queries.Hashed]) -> NDArray[np.uint8]:
    blank = b"\0" * 32
    raw = b"".join(bytes.fromhex(h.value) if h.value else blank for h in hashed)
    return np.frombuffer(raw, dtype=np.uint8).reshape(-1, 32)
