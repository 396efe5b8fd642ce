"""Sightings that somebody states by a hash alone: noted where the content is held, never made into items.

A hash that nothing held has is no item: there is nothing to look at, to grade or to keep in custody. Whoever sends many
of them means a hash list, which has its own way in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from openhotline_server.evidence.models import Item, Sighting
from openhotline_server.intake.models import Report
from openhotline_server.ledger.events import Event
from openhotline_server.ledger.inserting import insert_rows
from openhotline_server.ledger.operations import Entry, record_many

ALGORITHMS = ("sha256", "sha1", "md5")
IN_PART = 5000


@dataclass(frozen=True)
class Stated:
    """One content that a sender says was seen at ``place`` ("line 12"); hashes by algorithm, in small letters."""

    place: str
    hashes: Mapping[str, str] = field(default_factory=dict)

    @property
    def strongest(self) -> tuple[str, str] | None:
        """The best of its hashes that items are known by."""
        return next(((name, self.hashes[name]) for name in ALGORITHMS if self.hashes.get(name)), None)


@transaction.atomic
def note_stated(*, report: Report, stated: Sequence[Stated], actor: str, at: datetime) -> int:
    """Note a sighting for each stated content that is held; return how many are. Twice is once."""
    items = _held(found for one in stated if (found := one.strongest))
    seen = [
        (one.place, items[found]) for one in stated if (found := one.strongest) is not None and found in items
    ]
    already = set(Sighting.objects.filter(report=report).values_list("path", "item"))
    fresh = [(place, item) for place, item in seen if (place, item.pk) not in already]
    insert_rows(
        Sighting,
        ("report_id", "item_id", "path", "modified", "seen_at"),
        [(report.pk, item.pk, place[:1000], None, at) for place, item in fresh],
        twice_is_once=True,
    )
    details = {"report": str(report.code), "stated": True}
    entries = [Entry(Event.ITEM_SIGHTED, item.subject, details) for _, item in fresh]
    record_many(actor=actor, at=at, entries=entries)
    return len(seen)


def _held(hashes: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Item]:
    """Items by algorithm and value. Two items of one MD5 are possible by intent; then the older one is taken."""
    wanted: dict[str, list[str]] = {}
    for name, value in dict.fromkeys(hashes):
        wanted.setdefault(name, []).append(value)
    found: dict[tuple[str, str], Item] = {}
    for name, values in wanted.items():
        for first in range(0, len(values), IN_PART):
            part = {f"{name}__in": values[first : first + IN_PART]}
            for item in Item.objects.filter(**part).order_by("pk"):
                found.setdefault((name, str(getattr(item, name))), item)
    return found
