"""Referring a case to victim identification: one person prepares, another releases, and the ledger has both lines.

Without the second person the pack holds no originals. What was prepared is what is released: if the case changed in
between, its documents' digest is another one, and it is prepared again.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db import transaction

from openhotline.errors import Conflict, NotAllowed, TooLarge
from openhotline_server.accounts.models import User
from openhotline_server.accounts.permissions import Permission
from openhotline_server.evidence.queries import original
from openhotline_server.ledger import operations, queries
from openhotline_server.ledger.events import Event
from openhotline_server.ledger.models import Line
from openhotline_server.sharing import referral_pack
from openhotline_server.sharing.referral_documents import documents_of
from openhotline_server.sharing.referral_grounds import Referral, find_referral
from openhotline_server.sharing.referral_pack import Receiver

LARGEST_ORIGINALS = 256 * 2**20  # bytes of all of them: each is sealed in memory


@dataclass(frozen=True)
class Pack:
    """What was written: the documents' digest, which the ledger holds, how many items, how many originals."""

    content: str
    items: int
    originals: int


def prepare(*, code: uuid.UUID, out: Path, person: User, at: datetime) -> Pack:
    """Write a pack without originals. Raises Conflict where the case has no ground for a referral."""
    _require(person)
    referral = find_referral(code)
    documents = documents_of(referral, at=referral_day(at))
    content = referral_pack.content_digest(documents)
    details = _details(referral, content)
    with transaction.atomic():
        _write_down(Event.REFERRAL_PREPARED, referral, details, person, at)
    _write(out, referral, documents, None, at=at)
    return Pack(content, len(referral.items), 0)


def release(*, code: uuid.UUID, out: Path, receiver: Receiver, person: User, at: datetime) -> Pack:
    """Write the pack with originals sealed for a receiver, after another person has prepared it.

    Raises NotAllowed where one person would do both, Conflict where nobody prepared it or it changed since.
    """
    _require(person)
    referral = find_referral(code)
    prepared = _prepared(referral)
    if prepared.actor == str(person.code):
        raise NotAllowed("Whoever prepared a referral does not release it. Ask another person who may.")
    if _details(referral, "")["state"] != prepared.details["state"]:
        raise Conflict("The case has changed since the referral was prepared. Prepare it again.")
    held = [item for item in referral.items if item.sha256 and not item.destroyed_at]
    if sum(item.size for item in held) > LARGEST_ORIGINALS:
        raise TooLarge(
            "The originals are larger than 256 MiB together. Hand them over in parts, on a medium."
        )
    documents = documents_of(referral, at=referral_day(at))
    sealed = {f"originals/{item.code}.cms": referral_pack.seal(original(item), receiver) for item in held}
    documents |= sealed
    content = referral_pack.content_digest(documents)
    more = {"prepared": prepared.sequence, "receiver": receiver.fingerprint, "originals": len(sealed)}
    with transaction.atomic():
        _write_down(Event.REFERRAL_RELEASED, referral, _details(referral, content) | more, person, at)
    _write(out, referral, documents, receiver, at=at)
    return Pack(content, len(referral.items), len(sealed))


def referral_day(at: datetime) -> datetime:
    """The moment that documents of a referral carry: the day's beginning."""
    return at.replace(hour=0, minute=0, second=0, microsecond=0)


def _require(person: User) -> None:
    if not person.may(Permission.REFERRAL_RELEASE):
        raise NotAllowed("Your role neither prepares nor releases referrals.")


def _prepared(referral: Referral) -> Line:
    """The line that says this case was prepared and not released since."""
    lines = queries.list_of_many([referral.subject])
    last = lines.filter(event__in=[Event.REFERRAL_PREPARED, Event.REFERRAL_RELEASED]).first()
    if last is None or last.event != Event.REFERRAL_PREPARED:
        raise Conflict("Nobody has prepared this referral, or it was released already. Prepare it first.")
    return last


def _details(referral: Referral, content: str) -> dict[str, Any]:
    """What the ledger holds of a pack. ``state`` names what it says, whatever the day."""
    state = referral_pack.content_digest(
        {
            "grounds": repr([(g.code, g.words) for g in referral.grounds]).encode(),
            "items": repr(sorted(str(item.code) for item in referral.items)).encode(),
            "facts": repr(sorted(referral.facts.items(), key=str)).encode(),
        }
    )
    return {
        "grounds": [ground.code for ground in referral.grounds],
        "items": len(referral.items),
        "content": content,
        "state": state,
    }


def _write_down(
    event: Event, referral: Referral, details: Mapping[str, Any], person: User, at: datetime
) -> None:
    actor = str(person.code)
    operations.record(actor=actor, at=at, event=event, subject=referral.subject, details=dict(details))
    entries = [operations.Entry(event, item.subject, {"case": referral.subject}) for item in referral.items]
    operations.record_many(actor=actor, at=at, entries=entries)
    operations.checkpoint(at=at)


def _write(
    out: Path, referral: Referral, documents: Mapping[str, bytes], receiver: Receiver | None, *, at: datetime
) -> None:
    temporary = out.with_name(out.name + ".new")
    with TemporaryDirectory(dir=out.parent) as folder:
        ledger = Path(folder) / referral_pack.LEDGER
        with ledger.open("wb") as stream:
            queries.export(stream)
        with temporary.open("wb") as stream:
            referral_pack.write_pack(stream, referral, documents, ledger, receiver=receiver, at=at)
    temporary.rename(out)
