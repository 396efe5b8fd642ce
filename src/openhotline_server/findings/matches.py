"""What becomes of matches after they were found: taken back by a false positive, left without their entry.

Also what was asked: how many items each list was asked about, and which could not be asked about at all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Sum

from openhotline_server.evidence.queries import in_parts
from openhotline_server.findings.models import KnownMatch, MatchRun, Unmatchable
from openhotline_server.findings.standing import resting_on
from openhotline_server.intake.models import Report
from openhotline_server.ledger.events import SYSTEM, Event
from openhotline_server.ledger.operations import Entry as Line
from openhotline_server.ledger.operations import record_many
from openhotline_server.lists.models import Edition, HashList
from openhotline_server.lists.rules import Share

AT_ONCE = 500


@dataclass(frozen=True)
class TooPoor:
    """An item without a hash (``quality`` None), or with one below ``least``, which every list asks for."""

    quality: int | None
    least: int


@dataclass(frozen=True)
class Asked:
    """What came of asking one list: items asked about, found, and too poor for this list."""

    looked: int
    matched: int
    too_poor: int


@transaction.atomic
def suppress(*, suppressors: Mapping[int, int | None], at: datetime) -> set[int]:
    """Set which entry of false positives takes each match back, or that none does; both by their keys.

    Returns the keys of the items whose matches changed.
    """
    changed: set[int] = set()
    for keys in in_parts(suppressors, size=AT_ONCE):
        lines = []
        for match in KnownMatch.objects.filter(pk__in=keys).select_related("item"):
            now = suppressors[match.pk]
            if match.suppressed_by_id == now:
                continue
            match.suppressed_by_id, match.suppressed_at = now, at if now else None
            match.save(update_fields=["suppressed_by", "suppressed_at"])
            details = {"entry": match.entry_id, "by": now or "nothing any more"}
            lines.append(Line(Event.MATCH_SUPPRESSED, match.item.subject, details))
            changed.add(match.item_id)
        record_many(actor=SYSTEM, at=at, entries=lines)
    return changed


@transaction.atomic
def lapse(*, editions: Iterable[Edition], at: datetime) -> set[int]:
    """Mark matches whose entry went in one of these editions; return the keys of their items."""
    lapsed = list(resting_on(editions).select_related("item"))
    for first in range(0, len(lapsed), AT_ONCE):
        part = lapsed[first : first + AT_ONCE]
        KnownMatch.objects.filter(pk__in=[m.pk for m in part]).update(lapsed_at=at)
        lines = [Line(Event.MATCH_LAPSED, m.item.subject, {"entry": m.entry_id}) for m in part]
        record_many(actor=SYSTEM, at=at, entries=lines)
    return {match.item_id for match in lapsed}


@transaction.atomic
def note_unmatchable(*, poor: Mapping[int, TooPoor], asked: Collection[int], at: datetime) -> None:
    """Keep which of the ``asked`` items no list could be asked about by their looks; the others lose that note."""
    for keys in in_parts(asked):
        Unmatchable.objects.filter(item__in=keys).exclude(item__in=[k for k in keys if k in poor]).delete()
    Unmatchable.objects.bulk_create(
        [
            Unmatchable(
                item_id=item,
                reason=Unmatchable.Reason.NO_HASH if p.quality is None else Unmatchable.Reason.TOO_POOR,
                quality=p.quality,
                least=p.least,
                noted_at=at,
            )
            for item, p in poor.items()
        ],
        batch_size=200,
        update_conflicts=True,
        unique_fields=["item"],
        update_fields=["reason", "quality", "least", "noted_at"],
    )


@transaction.atomic
def note_run(
    *, hash_list: HashList, edition: Edition, report: Report | None, asked: Asked, at: datetime
) -> bool:
    """Keep what came of asking a list about a report, or about everything held; return whether it is the first time."""
    same: dict[str, Any] = {"hash_list": hash_list, "report": report}
    if report is None:
        same["edition"] = edition
    _, first = MatchRun.objects.update_or_create(
        **same,
        defaults={
            "edition": edition,
            "looked": asked.looked,
            "matched": asked.matched,
            "too_poor": asked.too_poor,
            "ran_at": at,
        },
    )
    return first


@transaction.atomic
def tell_of_asking(
    *, subject: str, event: Event, asked: Mapping[str, Asked], editions: Mapping[str, int], at: datetime
) -> None:
    """Write down which editions were asked and what came of it; one line for all lists, named by their names."""
    details = {
        name: {
            "edition": editions[name],
            "looked": one.looked,
            "matched": one.matched,
            "too_poor": one.too_poor,
        }
        for name, one in asked.items()
    }
    record_many(actor=SYSTEM, at=at, entries=[Line(event, subject, details)])


def share_of_reports(hash_list: HashList, *, since: datetime, before: datetime | None = None) -> Share:
    """How much of what reports brought was on a list, from ``since`` until just before ``before``."""
    runs = MatchRun.objects.filter(hash_list=hash_list, ran_at__gte=since).exclude(report=None)
    if before is not None:
        runs = runs.filter(ran_at__lt=before)
    sums = runs.aggregate(matched=Sum("matched"), looked=Sum("looked"))
    return Share(matched=sums["matched"] or 0, looked=sums["looked"] or 0)


def list_unmatchable(items: Sequence[int]) -> dict[int, Unmatchable]:
    """Which of these items no list could be asked about by their looks, by item key."""
    return {row.item_id: row for keys in in_parts(items) for row in Unmatchable.objects.filter(item__in=keys)}
