"""Writing to the chain: always inside the transaction of the thing that is written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection

from openhotline import chain
from openhotline_server.ledger.events import Event
from openhotline_server.ledger.models import Checkpoint, Head, Line

LINES_PER_CHECKPOINT = 1000


@dataclass(frozen=True)
class Entry:
    """One line still without its place in the chain. ``details`` holds strings, whole numbers, lists and maps."""

    event: Event
    subject: str
    details: Mapping[str, Any]


def record(*, actor: str, at: datetime, event: Event, subject: str, details: Mapping[str, Any]) -> None:
    """Append one line."""
    record_many(actor=actor, at=at, entries=[Entry(event, subject, details)])


def record_many(*, actor: str, at: datetime, entries: Sequence[Entry]) -> None:
    """Append lines in order. The head row is locked until the transaction ends, so there is one chain."""
    if not connection.in_atomic_block:
        raise RuntimeError("A ledger line belongs into the transaction of what it tells of.")
    if not entries:
        return
    head = _locked_head()
    lines: list[chain.Line] = []
    previous, sequence = head.digest, head.sequence
    for entry in entries:
        sequence += 1
        line = chain.link(
            previous=previous, sequence=sequence, at=at, actor=actor,
            event=entry.event.value, subject=entry.subject, details=entry.details,
        )
        lines.append(line)
        previous = line.digest
    Line.objects.bulk_create([_row(line) for line in lines], batch_size=200)
    Head.objects.filter(pk=1).update(sequence=sequence, digest=previous)
    if sequence // LINES_PER_CHECKPOINT > head.sequence // LINES_PER_CHECKPOINT:
        _store_checkpoint(lines[-1], at=at)


def checkpoint(*, at: datetime) -> Checkpoint | None:
    """Sign the chain as it stands; an empty chain has nothing to sign."""
    head = _locked_head()
    if head.sequence == 0:
        return None
    existing = Checkpoint.objects.filter(sequence=head.sequence).first()
    if existing is not None:
        return existing
    return _store_checkpoint(as_link(Line.objects.get(sequence=head.sequence)), at=at)


def as_link(line: Line) -> chain.Line:
    """The library's view of a stored line."""
    return chain.Line(
        sequence=line.sequence, at=line.at, actor=line.actor, event=line.event, subject=line.subject,
        details=line.details, previous=line.previous, digest=line.digest,
    )


def _locked_head() -> Head:
    try:
        return Head.objects.select_for_update().get(pk=1)
    except Head.DoesNotExist:  # the very first line; whoever comes second waits for the row
        Head.objects.get_or_create(pk=1, defaults={"digest": chain.GENESIS})
        return Head.objects.select_for_update().get(pk=1)


def _row(line: chain.Line) -> Line:
    return Line(
        sequence=line.sequence, at=line.at, actor=line.actor, event=line.event, subject=line.subject,
        details=dict(line.details), previous=line.previous, digest=line.digest,
    )


def _store_checkpoint(line: chain.Line, *, at: datetime) -> Checkpoint:
    signed = chain.sign_checkpoint(line, at=at, key=settings.DATA.ledger_key())
    return Checkpoint.objects.create(
        sequence=signed.sequence, digest=signed.digest, at=signed.at, key_id=signed.key_id,
        signature=signed.signature,
    )
