"""Capture and destruction of items. The bytes are in the vault before the row that tells of them exists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from django.db import transaction

from openhotline import hashing
from openhotline_server.evidence.models import FailedSighting, Item, Sighting
from openhotline_server.evidence.store import vault
from openhotline_server.intake.models import Report
from openhotline_server.ledger.events import Event
from openhotline_server.ledger.inserting import insert_new, insert_rows
from openhotline_server.ledger.operations import Entry, record_many

TOOL = "openhotline 0.1"


@dataclass(frozen=True)
class Capture:
    """One member of a batch, hashed at capture. ``untrusted_bytes`` is None once they were sealed as a stream."""

    path: str
    modified: int | None
    size: int
    untrusted_bytes: bytes | None
    preview: bytes | None
    sha256: str
    sha1: str
    md5: str


@dataclass(frozen=True)
class Failure:
    """One member of a batch that could not be read, and why, in a sentence."""

    path: str
    reason: str


@dataclass(frozen=True)
class Captured:
    """What a batch became: an item for each distinct content, new ones apart from those already here."""

    new: dict[str, Item]
    known: dict[str, Item]


def seal_stream(stream: BinaryIO) -> hashing.Digests:
    """Seal a large file as it is read, then hash what the vault gives back; its rows follow by :func:`capture_many`.

    Hashing what was sealed, not what was read, proves at capture that it can be opened again.
    """
    stored = vault().put_stream(stream)
    with vault().stream(stored.sha256) as sealed:
        return hashing.digests_of_stream(sealed)


def seal(captures: Iterable[Capture]) -> None:
    """Put bytes and previews into the vault, with one wait for the disk."""
    with vault().writing() as batch:
        for c in captures:
            if c.untrusted_bytes is not None:
                batch.put(c.untrusted_bytes, preview=c.preview, sha256=c.sha256)


def capture_many(*, report: Report, captures: Sequence[Capture], actor: str, at: datetime) -> Captured:
    """Seal a batch in the vault, then write its rows: an item per content, a sighting per place.

    Call it inside a transaction. If the transaction fails, the vault keeps unnamed sealed bytes, which the next
    try of the same batch adopts; a row never names bytes that are not there.
    """
    digests = {c.sha256 for c in captures}
    known = {item.sha256: item for item in Item.objects.filter(sha256__in=digests) if item.sha256}
    unknown = [c for c in captures if c.sha256 not in known]
    seal(unknown)  # copies too: only the one that was looked at brings the preview
    fresh = {c.sha256: c for c in unknown}
    rows = [_item(c, actor=actor, at=at) for c in fresh.values()]
    new = {item.sha256: item for item in insert_new(rows) if item.sha256}
    items = known | new
    _see(report=report, seen=[(c.path, c.modified, items[c.sha256]) for c in captures], at=at)
    fresh_places = {c.sha256: c.path for c in fresh.values()}
    entries = [_captured(i, report) for i in new.values()]
    entries += [
        Entry(Event.ITEM_SIGHTED, items[c.sha256].subject, {"report": str(report.code)})
        for c in captures
        if fresh_places.get(c.sha256) != c.path  # a capture is its own first sighting
    ]
    record_many(actor=actor, at=at, entries=entries)
    return Captured(new=new, known=known)


def _captured(item: Item, report: Report) -> Entry:
    details = {"sha256": item.sha256, "size": item.size, "report": str(report.code)}
    return Entry(Event.ITEM_CAPTURED, item.subject, details)


@transaction.atomic
def keep_previews(previews: Mapping[Item, bytes]) -> None:
    """Store previews in the place of earlier ones, for items that are here; one that was just destroyed is left out."""
    with vault().writing() as batch:
        for item, preview in previews.items():
            if item.sha256 and vault().contains(item.sha256):
                batch.put_preview(item.sha256, preview)


def record_without_file(*, report: Report, places: Sequence[str], actor: str, at: datetime) -> list[Item]:
    """Record items of which no file was taken in (a study's records), one for each named place."""
    rows = [Item(sha256=None, captured_at=at, captured_by=actor, tool=TOOL) for _ in places]
    items = insert_new(rows)
    _see(report=report, seen=[(p, None, i) for p, i in zip(places, items, strict=True)], at=at)
    entries = [Entry(Event.ITEM_RECORDED, i.subject, {"report": str(report.code)}) for i in items]
    record_many(actor=actor, at=at, entries=entries)
    return items


@transaction.atomic
def note_failures(*, report: Report, failures: Sequence[Failure], actor: str, at: datetime) -> None:
    """Name the members that could not be read, so that they are tried again and nobody believes them absent."""
    for failure in failures:
        FailedSighting.objects.update_or_create(
            report=report,
            path=failure.path,
            defaults={"reason": failure.reason, "failed_at": at, "resolved_at": None},
        )
    record_many(
        actor=actor,
        at=at,
        entries=[
            Entry(Event.SIGHTING_FAILED, f"report:{report.code}", {"reason": f.reason}) for f in failures
        ],
    )


def _see(*, report: Report, seen: Sequence[tuple[str, int | None, Item]], at: datetime) -> None:
    insert_rows(
        Sighting,
        ("report_id", "item_id", "path", "modified", "seen_at"),
        [(report.pk, item.pk, path, modified, at) for path, modified, item in seen],
        twice_is_once=True,
    )
    FailedSighting.objects.filter(report=report, path__in=[p for p, _, _ in seen], resolved_at=None).update(
        resolved_at=at
    )


def _item(c: Capture, *, actor: str, at: datetime) -> Item:
    return Item(
        sha256=c.sha256,
        sha1=c.sha1,
        md5=c.md5,
        size=c.size,
        captured_at=at,
        captured_by=actor,
        tool=TOOL,
    )


@transaction.atomic
def destroy(*, item: Item, reason: str, actor: str, at: datetime) -> None:
    """Forget an item's key. Call it through ``pipeline``, which undoes the later stages first."""
    if item.sha256 is None or item.destroyed_at is not None:
        return
    vault().destroy(item.sha256, at=at)
    Item.objects.filter(pk=item.pk).update(destroyed_at=at)
    record_many(actor=actor, at=at, entries=[Entry(Event.ITEM_DESTROYED, item.subject, {"reason": reason})])
