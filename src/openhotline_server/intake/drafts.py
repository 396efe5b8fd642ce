"""Drafts of the CyberTipline protocol: rows only. Their files' bytes are the pipeline's, which seals and destroys them.

A draft lives until a day after it was opened or an hour after its last change, whichever is later. From then on it is
as if it had never been, whether or not housekeeping has come by.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from openhotline.exchange.cybertip.delivering import DRAFT_IDLES, DRAFT_LIVES
from openhotline_server.accounts.models import User
from openhotline_server.intake.models import Draft, DraftFile, Report
from openhotline_server.ledger.events import Event
from openhotline_server.ledger.operations import record

EXPIRED, RETRACTED, FINISHED = "expired", "retracted", "finished"


@dataclass(frozen=True)
class Upload:
    """A file that was sealed: its label, its hashes and its size in bytes."""

    name: str
    sha256: str
    md5: str
    size: int


def subject_of(draft: Draft) -> str:
    """The draft's name in the ledger."""
    return f"draft:{draft.pk}"


@transaction.atomic
def open_draft(*, person: User, document: str, at: datetime) -> Draft:
    """Open a draft with a checked document; its key is the report's number in the protocol."""
    draft = Draft.objects.create(person=person, document=document, opened_at=at, changed_at=at)
    record(actor=str(person.code), at=at, event=Event.DRAFT_OPENED, subject=subject_of(draft), details={})
    return draft


def lock_draft(*, person: User, number: int, at: datetime) -> Draft | None:
    """This partner's draft, held until the transaction ends; None for another's, an expired one or none."""
    drafts = Draft.objects.select_for_update().filter(person=person, pk=number)
    ended = Q(finished_at__isnull=False) | Q(retracted_at__isnull=False)
    return drafts.filter(ended | _alive(at)).first()


def count_open(person: User, *, at: datetime) -> int:
    """How many drafts of a partner are open."""
    return Draft.objects.filter(_alive(at), person=person, finished_at=None, retracted_at=None).count()


def list_expired(*, at: datetime) -> QuerySet[Draft]:
    """Drafts whose time has run out."""
    return Draft.objects.filter(finished_at=None, retracted_at=None).exclude(_alive(at)).order_by("pk")


def list_files(draft: Draft) -> QuerySet[DraftFile]:
    """The files of a draft, in the order in which they came."""
    return DraftFile.objects.filter(draft=draft).order_by("pk")


def count_files(report: Report) -> int:
    """How many files a provider sent with a report."""
    return DraftFile.objects.filter(draft__report=report).count()


def find_file(draft: Draft, code: str) -> DraftFile | None:
    """A draft's file by the name that the protocol gives it."""
    try:
        return list_files(draft).filter(code=uuid.UUID(code)).first()
    except ValueError:
        return None


def named_in_drafts(digests: Iterable[str], *, but: Draft | None = None) -> set[str]:
    """Which of these contents a draft names, leaving out one draft."""
    rows = DraftFile.objects.filter(sha256__in=list(digests))
    rows = rows.exclude(draft=but) if but else rows
    return set(rows.values_list("sha256", flat=True))


@transaction.atomic
def add_file(*, draft: Draft, upload: Upload, at: datetime) -> DraftFile:
    """Name a sealed file in a draft. The same content twice is two files, as the protocol has it."""
    row = DraftFile.objects.create(
        draft=draft,
        name=upload.name,
        sha256=upload.sha256,
        md5=upload.md5,
        size=upload.size,
        uploaded_at=at,
    )
    _changed(draft, at)
    return row


@transaction.atomic
def describe_file(*, file: DraftFile, document: str, at: datetime) -> None:
    """Keep what is said of a file; said again, the last word counts."""
    DraftFile.objects.filter(pk=file.pk).update(document=document)
    _changed(file.draft, at)


@transaction.atomic
def close(*, draft: Draft, report: Report, at: datetime) -> None:
    """Say that a draft has become a report."""
    Draft.objects.filter(pk=draft.pk).update(finished_at=at, report=report)
    _ended(draft, FINISHED, actor=str(draft.person.code), at=at, report=str(report.code))


@transaction.atomic
def retract(*, draft: Draft, at: datetime) -> None:
    """Forget what a draft said; only that it was taken back stays."""
    DraftFile.objects.filter(draft=draft).delete()
    Draft.objects.filter(pk=draft.pk).update(retracted_at=at, document="")
    _ended(draft, RETRACTED, actor=str(draft.person.code), at=at)


@transaction.atomic
def expire(*, draft: Draft, actor: str, at: datetime) -> None:
    """Remove a draft that nobody finished. Its ledger lines stay."""
    _ended(draft, EXPIRED, actor=actor, at=at)
    DraftFile.objects.filter(draft=draft).delete()
    Draft.objects.filter(pk=draft.pk).delete()


def _alive(at: datetime) -> Q:
    return Q(opened_at__gt=at - DRAFT_LIVES) | Q(changed_at__gt=at - DRAFT_IDLES)


def _changed(draft: Draft, at: datetime) -> None:
    Draft.objects.filter(pk=draft.pk, changed_at__lt=at).update(changed_at=at)


def _ended(draft: Draft, why: str, *, actor: str, at: datetime, **more: str) -> None:
    details = {"why": why, **more}
    record(actor=actor, at=at, event=Event.DRAFT_ENDED, subject=subject_of(draft), details=details)
