"""Writing to the chain: always inside the transaction of the thing that is written down."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.conf import settings
from django.db import connection

from openhotline import chain
from openhotline_server.ledger.events import Event
from openhotline_server.ledger.inserting import insert_rows
from openhotline_server.ledger.models import Checkpoint, Head, Line
from openhotline_server.ledger.prepared import Prepared

LINES_PER_CHECKPOINT = 1000

_locked = Prepared(lambda: Head.objects.select_for_update().filter(pk=1))
_MOVED = "UPDATE ledger_head SET sequence = %s, digest = %s WHERE id = 1"
_COLUMNS = ("sequence", "at", "actor", "event", "subject", "details", "previous", "digest")


@dataclass(frozen=True)
class Entry:
    """One line still without its place in the chain. ``details`` holds strings, whole numbers, lists and maps."""

    event: Event
    subject: str
    details: Mapping[str, Any]


Waiting = tuple[str, datetime, Entry]
_gathering: ContextVar[list[Waiting] | None] = ContextVar("gathering", default=None)


def record(*, actor: str, at: datetime, event: Event, subject: str, details: Mapping[str, Any]) -> None:
    """Append one line."""
    record_many(actor=actor, at=at, entries=[Entry(event, subject, details)])


def record_many(*, actor: str, at: datetime, entries: Sequence[Entry]) -> None:
    """Append lines in order. The head row is locked until the transaction ends, so there is one chain."""
    _require_transaction()
    waiting = _gathering.get()
    if waiting is None:
        _append([(actor, at, entry) for entry in entries])
    else:
        waiting += [(actor, at, entry) for entry in entries]


@contextmanager
def gathered() -> Iterator[None]:
    """Append the lines of a block at its end, all at once: for bulk work, where a line by itself costs most.

    An exception must leave the whole block, and with it the transaction: one that is caught inside would leave
    the lines of what was rolled back.
    """
    _require_transaction()
    waiting: list[Waiting] = []
    token = _gathering.set(waiting)
    try:
        yield
    finally:
        _gathering.reset(token)
    _append(waiting)


def _require_transaction() -> None:
    if not connection.in_atomic_block:
        raise RuntimeError("A ledger line belongs into the transaction of what it tells of.")


def _append(waiting: Sequence[Waiting]) -> None:
    if not waiting:
        return
    head = _locked_head()
    lines: list[chain.Line] = []
    previous, sequence = head.digest, head.sequence
    for actor, at, entry in waiting:
        sequence += 1
        line = chain.link(
            previous=previous,
            sequence=sequence,
            at=at,
            actor=actor,
            event=entry.event.value,
            subject=entry.subject,
            details=entry.details,
        )
        lines.append(line)
        previous = line.digest
    insert_rows(Line, _COLUMNS, list(map(attrgetter(*_COLUMNS), lines)))
    with connection.cursor() as cursor:
        cursor.execute(_MOVED, [sequence, previous])
    if sequence // LINES_PER_CHECKPOINT > head.sequence // LINES_PER_CHECKPOINT:
        _store_checkpoint(lines[-1], at=lines[-1].at)


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
        sequence=line.sequence,
        at=line.at,
        actor=line.actor,
        event=line.event,
        subject=line.subject,
        details=line.details,
        previous=line.previous,
        digest=line.digest,
    )


def _locked_head() -> Head:
    head = _locked.first()
    if head is None:  # the very first line; whoever comes second waits for the row
        Head.objects.get_or_create(pk=1, defaults={"digest": chain.GENESIS})
        head = Head.objects.select_for_update().get(pk=1)
    return head


def _store_checkpoint(line: chain.Line, *, at: datetime) -> Checkpoint:
    signed = chain.sign_checkpoint(line, at=at, key=settings.DATA.ledger_key())
    return Checkpoint.objects.create(
        sequence=signed.sequence,
        digest=signed.digest,
        at=signed.at,
        key_id=signed.key_id,
        signature=signed.signature,
    )
