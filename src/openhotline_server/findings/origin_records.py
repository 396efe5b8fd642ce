"""Writing down deep looks at where items come from. Every operation is safe to run twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from openhotline.provenance import Evidence
from openhotline.provenance.contradictions import Contradiction
from openhotline_server.evidence.models import Item
from openhotline_server.evidence.queries import in_parts
from openhotline_server.findings.models import (
    Device,
    DeviceMatch,
    OriginExamination,
    OriginMark,
    Provenance,
)
from openhotline_server.findings.operations import VERSION
from openhotline_server.findings.origins import origin_of
from openhotline_server.ledger.events import SYSTEM, Event
from openhotline_server.ledger.inserting import insert_new, insert_rows
from openhotline_server.ledger.operations import Entry, record_many


@dataclass(frozen=True)
class FoundOrigin:
    """Everything one deep look gave. ``energies`` are by the digest of a device's pattern; ``marks`` kind and value.

    ``marks`` is None where the file was not read anew: its former marks stay.
    """

    outcome: str
    log10_lr: float
    scale: str
    evidence: tuple[Evidence, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    abstained: tuple[str, ...] = ()
    marks: tuple[tuple[str, str], ...] | None = None
    energies: Mapping[str, float] | None = None
    record: Mapping[str, Any] | None = None
    failure: str = ""


@transaction.atomic
def record_origins(
    *, found: Mapping[Item, FoundOrigin], inputs: str, actor: str = SYSTEM, at: datetime
) -> list[OriginExamination]:
    """Keep deep looks made with ``inputs``, each as its item's next; return the new ones.

    An item whose latest look was made with the same inputs, and the same facts of our own, keeps that one. What was
    found before stays beside it.
    """
    before = origin_of(item.pk for item in found)
    todo = {i: f for i, f in found.items() if _differs(before.get(i.pk), f, inputs)}
    rows = insert_new([_examination(i, f, before.get(i.pk), inputs=inputs, at=at) for i, f in todo.items()])
    looks = list(zip(rows, todo.items(), strict=True))
    said = [(i.pk, row.pk, *_said(e)) for row, (i, f) in looks for e in f.evidence]
    insert_rows(Provenance, _PROVENANCE, said)
    _mark(todo)
    _match_devices(todo, at=at)
    record_many(
        actor=actor, at=at, entries=[_line(row, item, before.get(item.pk)) for row, (item, _) in looks]
    )
    return rows


def _differs(before: OriginExamination | None, f: FoundOrigin, inputs: str) -> bool:
    if before is None or before.inputs != inputs:
        return True
    return facts_of(before.record) != facts_of(f.record or {})


def facts_of(record: Mapping[str, Any]) -> tuple[bool, bool]:
    """The facts of our own that entered a result: whether it matches known real material, and a device."""
    return bool(record.get("known_real")), bool(record.get("device_match"))


def _examination(
    item: Item, f: FoundOrigin, before: OriginExamination | None, *, inputs: str, at: datetime
) -> OriginExamination:
    return OriginExamination(
        item=item,
        number=before.number + 1 if before else 1,
        outcome=f.outcome[:24],
        log10_lr=f.log10_lr,
        scale=f.scale[:120],
        contradictions=[{"code": c.code, "words": c.words} for c in f.contradictions],
        abstained=list(f.abstained),
        record=dict(f.record or {}),
        inputs=inputs,
        failure=f.failure[:200],
        examined_at=at,
    )


def _mark(found: Mapping[Item, FoundOrigin]) -> None:
    """The marks of the latest look that read the file stand in the place of all former ones."""
    read = {item.pk: f.marks for item, f in found.items() if f.marks is not None}
    for keys in in_parts(read):
        OriginMark.objects.filter(item__in=keys).delete()
    marks = [(key, kind[:20], value[:120]) for key, pairs in read.items() for kind, value in pairs]
    insert_rows(OriginMark, ("item_id", "kind", "value"), marks, twice_is_once=True)


def _match_devices(found: Mapping[Item, FoundOrigin], *, at: datetime) -> None:
    """A match stands from the first time it is found; a later look adds, and takes none away."""
    digests = {digest for f in found.values() for digest in f.energies or ()}
    devices = {d.digest: d.pk for d in Device.objects.filter(digest__in=digests, ended_at=None)}
    rows = [
        (item.pk, devices[digest], energy, at)
        for item, f in found.items()
        for digest, energy in (f.energies or {}).items()
        if digest in devices
    ]
    insert_rows(DeviceMatch, ("item_id", "device_id", "energy", "matched_at"), rows, twice_is_once=True)


def _line(row: OriginExamination, item: Item, before: OriginExamination | None) -> Entry:
    event = Event.ORIGIN_EXAMINED_AGAIN if before else Event.ORIGIN_EXAMINED
    details: dict[str, object] = {"number": row.number, "outcome": row.outcome, "inputs": row.inputs}
    if before:
        details["before"] = before.outcome
    if row.contradictions:
        details["contradictions"] = [c["code"] for c in row.contradictions]
    return Entry(event, item.subject, details)


_PROVENANCE = (
    *("item_id", "origin_id", "family", "source", "claim", "strength", "log10_lr"),
    *("doubt", "version"),
)


def _said(e: Evidence) -> Sequence[object]:
    return (
        e.family[:40],
        e.source[:80],
        e.claim[:80],
        e.strength[:40],
        e.log10_lr,
        e.doubt[:300],
        VERSION,
    )
