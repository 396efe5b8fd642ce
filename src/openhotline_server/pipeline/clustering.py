"""The step that groups near duplicates, so that a group is decided once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice, pairwise
from typing import TypeAlias, TypeVar

import numpy as np
from django.db import transaction

from openhotline import matching
from openhotline_server.evidence import queries as evidence
from openhotline_server.evidence.models import Item
from openhotline_server.findings import operations, queries
from openhotline_server.findings.models import Cluster
from openhotline_server.findings.packed import Packed, pack_representatives, pack_unclustered
from openhotline_server.intake.models import Report

WITHIN = 31  # bits of 256: the PDQ authors' distance for "the same picture" (ThreatExchange pdq/README.md)
AT_ONCE = 400  # groups written at once, so that memory does not grow with the batch

Thing = TypeVar("Thing")
Group: TypeAlias = list[tuple[int, int]]
"""Item keys with their distances in bits, the representative first."""


@transaction.atomic
def cluster(*, report: Report, at: datetime) -> None:
    """Put a report's items into standing clusters, or into new ones of their own.

    An item that is on a list stands alone: its grade is known, and nothing near it may inherit it unseen.
    """
    waiting = pack_unclustered(evidence.list_items(report))
    if not len(waiting.items):
        return
    listed = list(
        queries.known_among(evidence.list_items(report)).order_by("pk").values_list("pk", flat=True)
    )
    known = np.isin(waiting.items, np.array(listed, np.int64))
    _create(([(key, 0)] for key in waiting.items[known].tolist()), at=at)
    fresh = waiting.only(~known)
    standing, clusters = pack_representatives()
    grouped = matching.cluster(fresh.bits, WITHIN, fresh.usable, representatives=standing.bits)
    joining = np.flatnonzero(grouped.existing >= 0)
    _join(
        zip(
            clusters[grouped.existing[joining]].tolist(),
            fresh.items[joining].tolist(),
            grouped.distance[joining].tolist(),
            strict=True,
        ),
        at=at,
    )
    _create(_new_groups(fresh, grouped), at=at)


def _new_groups(fresh: Packed, grouped: matching.Clusters) -> Iterator[Group]:
    """The groups that form among fresh items, in order of their representatives' capture."""
    inside = np.flatnonzero(grouped.representative >= 0)
    centre = grouped.representative[inside]
    order = inside[np.lexsort((inside, inside != centre, centre))]
    starts = np.flatnonzero(grouped.representative[order] == order).tolist()
    for first, end in pairwise([*starts, len(order)]):
        members = order[first:end]
        yield list(zip(fresh.items[members].tolist(), grouped.distance[members].tolist(), strict=True))


def _create(groups: Iterable[Group], *, at: datetime) -> None:
    for part in _in_parts(groups):
        items = _items(key for group in part for key, _ in group)
        operations.create_clusters(
            groups=[
                operations.Grouping(items[group[0][0]], [(items[key], bits) for key, bits in group[1:]])
                for group in part
            ],
            at=at,
        )


def _join(joins: Iterable[tuple[int, int, int]], *, at: datetime) -> None:
    for part in _in_parts(joins):
        clusters = Cluster.objects.in_bulk({key for key, _, _ in part})
        items = _items(item for _, item, _ in part)
        operations.join_clusters(
            joins=[(clusters[key], items[item], bits) for key, item, bits in part], at=at
        )


def _items(keys: Iterable[int]) -> dict[int, Item]:
    """Items by key, with nothing but what grouping and its ledger lines name."""
    return Item.objects.only("code").in_bulk(list(keys))


def _in_parts(things: Iterable[Thing]) -> Iterator[list[Thing]]:
    waiting = iter(things)
    while part := list(islice(waiting, AT_ONCE)):
        yield part
