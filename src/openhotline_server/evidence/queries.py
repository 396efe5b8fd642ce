"""Reading items and their sightings; bytes only through the two functions at the end."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice

from django.db.models import Count, Exists, OuterRef, QuerySet

from openhotline.errors import NotFound
from openhotline_server.evidence.models import FailedSighting, Item, Sighting
from openhotline_server.evidence.store import vault
from openhotline_server.intake.models import DraftFile, Report


def items_without_bytes() -> list[Item]:
    """Items that should have bytes and have none: something outside this product removed them."""
    rows = Item.objects.filter(destroyed_at=None).exclude(sha256=None).order_by("pk")
    return [
        item for item in rows.iterator(chunk_size=2000) if item.sha256 and not vault().contains(item.sha256)
    ]


def without_preview(items: Iterable[Item]) -> Iterator[Item]:
    """Those of these items whose bytes are here and whose preview is not."""
    for item in items:
        if item.sha256 and vault().contains(item.sha256) and not vault().has_preview(item.sha256):
            yield item


def was_looked_at(sha256: str) -> bool:
    """True if the vault has these bytes with a preview: somebody has decoded them. Asks the disk alone."""
    return vault().has_preview(sha256)


def get_item(code: uuid.UUID) -> Item:
    """The item with this code."""
    found = Item.objects.filter(code=code).first()
    if found is None:
        raise NotFound("There is no item with that code.")
    return found


def find_items(digests: Iterable[str]) -> dict[str, Item]:
    """Items by their SHA-256, destroyed ones too; a content that is no item is left out."""
    found = Item.objects.filter(sha256__in=set(digests))
    return {item.sha256: item for item in found if item.sha256}


def drafts_without_items(*, begin: datetime, end: datetime) -> list[int]:
    """Provider's drafts, by key, that were finished in this time and have a file that is neither seen nor failed."""
    report = OuterRef("draft__report")
    files = DraftFile.objects.filter(draft__finished_at__gte=begin, draft__finished_at__lt=end)
    files = files.exclude(Exists(Sighting.objects.filter(report=report, item__sha256=OuterRef("sha256"))))
    files = files.exclude(Exists(FailedSighting.objects.filter(report=report, resolved_at=None)))
    return sorted(set(files.values_list("draft", flat=True)))


def places_seen(report: Report) -> set[tuple[str, int | None]]:
    """The places of a report that are already taken in, with their time stamps; an import goes on after them."""
    return set(Sighting.objects.filter(report=report).values_list("path", "modified"))


def list_items(report: Report) -> QuerySet[Item]:
    """The distinct items of a report."""
    return Item.objects.filter(pk__in=Sighting.objects.filter(report=report).values("item"))


def list_failures(report: Report) -> QuerySet[FailedSighting]:
    """Members of a report that still could not be read."""
    return FailedSighting.objects.filter(report=report, resolved_at=None).order_by("path")


def count_sightings(items: Iterable[int]) -> Counter[int]:
    """How often each item was seen, by item key."""
    seen: Counter[int] = Counter()
    for keys in in_parts(items):
        rows = Sighting.objects.filter(item__in=keys).order_by().values_list("item")
        seen.update(dict(rows.annotate(n=Count("pk"))))
    return seen


def in_parts(keys: Iterable[int], *, size: int = 5000) -> Iterator[list[int]]:
    """Keys in lists that every database takes as parameters of one query (SQLite: 32,766)."""
    waiting = iter(keys)
    while part := list(islice(waiting, size)):
        yield part


def original(item: Item) -> bytes:
    """The item's own bytes. Only an act with a reason leads here; see ``assessment.operations.open_original``."""
    if item.sha256 is None:
        raise NotFound("This item is a record without a file.")
    return vault().read(item.sha256)


def preview(item: Item) -> bytes:
    """The small grey picture made at capture: what the renderer works from, never sent as it is."""
    if item.sha256 is None:
        raise NotFound("This item is a record without a file.")
    return vault().read_preview(item.sha256)
