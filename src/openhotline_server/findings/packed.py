"""PDQ hashes side by side, for grouping: some forty bytes each, so that a million take no more than 40 MB."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import Exists, OuterRef, QuerySet
from numpy.typing import NDArray

from openhotline_server.evidence.models import Item
from openhotline_server.evidence.queries import in_parts
from openhotline_server.findings.models import Cluster, ClusterMember, Fingerprint
from openhotline_server.findings.queries import MIN_QUALITY

AT_ONCE = 5000
HASH_BYTES = 32


@dataclass(frozen=True)
class Packed:
    """Parallel arrays; ``items`` holds keys, int64[n].

    ``bits`` is uint8[n, 32], zeros where there is no hash; ``usable`` bool[n]: there is one, good enough to group by.
    """

    items: NDArray[np.int64]
    bits: NDArray[np.uint8]
    usable: NDArray[np.bool_]

    def only(self, wanted: NDArray[np.bool_] | NDArray[np.int64]) -> Packed:
        """Those that a mask or places name."""
        return Packed(self.items[wanted], self.bits[wanted], self.usable[wanted])


def pack_unclustered(items: QuerySet[Item]) -> Packed:
    """Items that are in no cluster, in order of capture, with or without a hash."""
    placed = ClusterMember.objects.filter(item=OuterRef("pk"), left_at=None)
    return _packed(items.filter(~Exists(placed)))


def pack_representatives() -> tuple[Packed, NDArray[np.int64]]:
    """Representatives that have a usable hash, and the keys of their clusters beside them, in the clusters' order."""
    packed = _packed(Item.objects.filter(pk__in=Cluster.objects.values("representative")))
    clusters = _keys(Cluster.objects.order_by("pk").values_list("pk", flat=True))
    places = np.searchsorted(
        packed.items, _keys(Cluster.objects.order_by("pk").values_list("representative", flat=True))
    )
    usable = packed.usable[places]
    return packed.only(places[usable]), clusters[usable]


def _packed(items: QuerySet[Item]) -> Packed:
    keys = _keys(items.order_by("pk").values_list("pk", flat=True))
    bits, usable = np.zeros((len(keys), HASH_BYTES), np.uint8), np.zeros(len(keys), np.bool_)
    # "fast" comes before "strict": where an item has both, the strict one is read last and stands.
    # By their keys, for a condition within a condition has misled PostgreSQL's planner by minutes.
    for part in in_parts(map(int, keys), size=AT_ONCE):
        rows = Fingerprint.objects.filter(algorithm="pdq", item__in=part).order_by("item", "mode")
        for item, value, quality in rows.values_list("item", "value", "quality"):
            place = int(np.searchsorted(keys, item))
            bits[place] = np.frombuffer(bytes.fromhex(value), np.uint8)
            usable[place] = quality >= MIN_QUALITY
    return Packed(keys, bits, usable)


def _keys(rows: QuerySet[Any, int]) -> NDArray[np.int64]:
    """Whole numbers, without ever holding them all as objects."""
    return np.fromiter(rows.iterator(chunk_size=AT_ONCE), np.int64)
