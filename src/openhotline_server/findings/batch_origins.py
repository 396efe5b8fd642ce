"""What pictures of one report share: a generator, a family of seeds, a model, a camera, a device."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.db.models import Count, QuerySet

from openhotline.provenance.unsigned import marks
from openhotline_server.evidence.models import Item
from openhotline_server.evidence.queries import list_items
from openhotline_server.findings.models import DeviceMatch, OriginExamination, OriginMark
from openhotline_server.intake.models import Report

Keys: TypeAlias = "QuerySet[Item, Any]"

DEVICE, SEED_FAMILY = "device", "seed_family"
LEAST = 2
"""Items that must have something in common before it is worth a line."""

AT_ONCE = 5000
MOST_LINES = 50
"""Of one kind; a batch with more of them has nothing in common by it."""


@dataclass(frozen=True)
class Shared:
    """Something that items of a report have in common: its kind, which one, and how many items have it."""

    kind: str
    value: str
    items: int


@dataclass(frozen=True)
class BatchOrigin:
    """What a report's items share. ``examined`` of ``items`` with bytes had a deep look; the others may share it too."""

    items: int
    examined: int
    shared: tuple[Shared, ...]


def batch_origin(report: Report) -> BatchOrigin:
    """What at least two of a report's items share, the most frequent first. Cost: five queries and every seed."""
    items = list_items(report).exclude(sha256=None).values("pk")
    looked = OriginExamination.objects.filter(item__in=items).values("item").distinct()
    shared = [*_by_mark(items), *_by_seed(items), *_by_device(items)]
    return BatchOrigin(
        items=items.count(),
        examined=looked.count(),
        shared=tuple(sorted(shared, key=lambda one: (-one.items, one.kind, one.value))),
    )


def _by_mark(items: Keys) -> list[Shared]:
    rows = OriginMark.objects.filter(item__in=items).exclude(kind=marks.SEED).order_by()
    counted = rows.values_list("kind", "value").annotate(n=Count("item")).filter(n__gte=LEAST)
    lines: Counter[str] = Counter()
    shared = []
    for kind, value, count in counted.order_by("-n", "kind", "value"):
        lines[kind] += 1
        if lines[kind] <= MOST_LINES:
            shared.append(Shared(kind, value, count))
    return shared


def _by_seed(items: Keys) -> list[Shared]:
    """Seeds that may be of one run (:func:`openhotline.provenance.unsigned.marks.seed_families`); a lead, not a proof."""
    rows = OriginMark.objects.filter(item__in=items, kind=marks.SEED).order_by().values_list("value", "item")
    holders: dict[int, set[int]] = defaultdict(set)
    for seed, item in rows.iterator(chunk_size=AT_ONCE):
        if seed.isdecimal():
            holders[int(seed)].add(item)
    shared = []
    for family in marks.seed_families(holders):
        count = len(set().union(*(holders[seed] for seed in family)))
        if count >= LEAST:
            name = f"{family[0]} to {family[-1]}" if len(family) > 1 else str(family[0])
            shared.append(Shared(SEED_FAMILY, name, count))
    return sorted(shared, key=lambda one: (-one.items, one.value))[:MOST_LINES]


def _by_device(items: Keys) -> list[Shared]:
    rows = DeviceMatch.objects.filter(item__in=items, device__ended_at=None).order_by()
    counted = rows.values_list("device__name").annotate(n=Count("item")).filter(n__gte=LEAST)
    return [
        Shared(DEVICE, name, count) for name, count in counted.order_by("-n", "device__name")[:MOST_LINES]
    ]
