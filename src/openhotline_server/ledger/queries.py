"""Reading and verifying the chain."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import closing
from datetime import date, datetime, time, timedelta
from typing import BinaryIO

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from openhotline import chain
from openhotline.errors import ChainBroken
from openhotline_server.ledger.models import Checkpoint, Head, Line
from openhotline_server.ledger.operations import as_link


def search(*, event: str = "", subject: str = "", actor: str = "", on: date | None = None) -> QuerySet[Line]:
    """Lines that fit every given part, newest first; ``subject`` may be a beginning."""
    lines = Line.objects.order_by("-sequence")
    if event:
        lines = lines.filter(event=event)
    if subject:
        lines = lines.filter(subject__startswith=subject)
    if actor:
        lines = lines.filter(actor=actor)
    if on:
        begins = timezone.make_aware(datetime.combine(on, time.min))
        lines = lines.filter(at__gte=begins, at__lt=begins + timedelta(days=1))
    return lines


def head_digest() -> str:
    """The last line's digest: it changes with everything that is written, so it names a state of the site."""
    return Head.objects.filter(pk=1).values_list("digest", flat=True).first() or chain.GENESIS


def list_of_many(subjects: Iterable[str], *, without: Iterable[str] = ()) -> QuerySet[Line]:
    """Everything written about these subjects, newest first, except some kinds of events."""
    lines = Line.objects.filter(subject__in=list(subjects)).exclude(event__in=list(without))
    return lines.order_by("-sequence")


def find_last_checkpoint() -> Checkpoint | None:
    """The newest signature over the chain."""
    return Checkpoint.objects.order_by("-sequence").first()


def length() -> int:
    """How many lines the ledger holds, by its head."""
    head = Head.objects.filter(pk=1).first()
    return head.sequence if head else 0


def verify() -> chain.Verified:
    """Walk the whole stored chain in flat memory; raises ChainBroken naming the first line that does not fit."""
    # Closed here and not by the garbage collector: PostgreSQL's cursor must not be closed within another query.
    with closing(_links()) as links:
        verified = chain.verify(links, checkpoints=list_checkpoints(), public_key=_public_key())
    head = Head.objects.filter(pk=1).first()
    if head is not None and (head.sequence, head.digest) != (verified.lines, verified.head):
        raise ChainBroken(
            "The ledger's last lines are missing. Restore the database from a backup and compare it.",
            sequence=verified.lines + 1,
        )
    return verified


def export(stream: BinaryIO) -> None:
    """Write the whole chain with its checkpoints and public key, for a stranger to verify."""
    chain.write_export(stream, _links(), list_checkpoints(), _public_key())


def list_checkpoints() -> list[chain.Checkpoint]:
    """Every signed checkpoint, oldest first."""
    return [
        chain.Checkpoint(
            sequence=c.sequence, digest=c.digest, at=c.at, key_id=c.key_id, signature=c.signature
        )
        for c in Checkpoint.objects.order_by("sequence")
    ]


def _links() -> Generator[chain.Line]:
    lines = Line.objects.order_by("sequence").iterator(chunk_size=2000)
    return (as_link(line) for line in lines)


def _public_key() -> chain.PublicKey:
    return settings.DATA.ledger_key().public_key()
