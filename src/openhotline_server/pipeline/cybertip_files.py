"""The files of a provider's draft: sealed on arrival, destroyed with a draft that ends, items when it is finished.

A file's bytes are untrusted. They are in the vault before a row names them, and nowhere else.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import BinaryIO

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from openhotline import hashing
from openhotline.errors import Busy
from openhotline.exchange.cybertip import read_file_details
from openhotline_server.evidence import operations as evidence
from openhotline_server.evidence.operations import Capture
from openhotline_server.evidence.queries import drafts_without_items, find_items
from openhotline_server.evidence.store import vault
from openhotline_server.intake import drafts
from openhotline_server.intake.batches import Batch, Member
from openhotline_server.intake.drafts import Upload
from openhotline_server.intake.models import Draft, DraftFile, Report
from openhotline_server.pipeline import tasks
from openhotline_server.pipeline.background import after_commit, task
from openhotline_server.pipeline.importing import only_import, take_in_members

LONGEST_NAME = 900  # characters of a label; before it stands the file's code
AGAIN_AFTER = timedelta(seconds=30)
OVERDUE = timedelta(minutes=30)
LOOKED_BACK = timedelta(days=7)
"""Files that are not items so long after the report was finished are queued again, for so many days."""


def seal(untrusted_bytes: bytes, name: str) -> Upload:
    """Seal a file in the vault and hash it. What was destroyed by order stays destroyed: only its name is noted."""
    digests = hashing.digests(untrusted_bytes)
    if digests.sha256 not in find_items([digests.sha256]):
        # A draft that was taken back or ran out had its files destroyed; sent anew, they are kept anew.
        vault().put_stream(io.BytesIO(untrusted_bytes), again=True)
    return Upload(name[:2056], digests.sha256, digests.md5, digests.size)


def is_sealed(upload: Upload) -> bool:
    """Whether a file is kept, or was an item of ours before."""
    return vault().contains(upload.sha256) or bool(find_items([upload.sha256]))


def destroy_files(*, draft: Draft, at: datetime) -> None:
    """Destroy the bytes of a draft that ends without a report.

    What is an item, or lies in another draft too, stays. Call it before the rows go: cut short, it is done again.
    """
    digests = set(drafts.list_files(draft).values_list("sha256", flat=True))
    _destroy(digests - drafts.named_in_drafts(digests, but=draft), at=at)


def destroy_unnamed(upload: Upload, *, at: datetime) -> None:
    """Destroy a file that was sealed for a draft that ended meanwhile."""
    _destroy({upload.sha256} - drafts.named_in_drafts([upload.sha256]), at=at)


def _destroy(digests: set[str], *, at: datetime) -> None:
    for sha256 in sorted(digests - find_items(digests).keys()):
        if vault().contains(sha256):
            vault().destroy(sha256, at=at)


@task()
def take_in_files(draft_id: int) -> None:
    """Make the files of a finished draft items, as an import would, and send them on their way. Twice is once."""
    draft = Draft.objects.select_related("person", "report").get(pk=draft_id)
    assert draft.report is not None  # a finished draft has one
    try:
        with only_import(settings.DATA.import_lock):
            capture(draft, draft.report, clock=timezone.now)
    except (Busy, IntegrityError):
        # Another import is running, or it brought the same content at this very moment.
        take_in_files.using(run_after=timezone.now() + AGAIN_AFTER).enqueue(draft_id)
        return
    with transaction.atomic():
        after_commit(tasks.advance, draft.report.pk)


def take_in_what_waits(*, at: datetime) -> int:
    """Queue the files of drafts whose task was lost with a worker that died; return how many drafts."""
    waiting = drafts_without_items(begin=at - LOOKED_BACK, end=at - OVERDUE)
    for draft_id in waiting:
        take_in_files.enqueue(draft_id)
    return len(waiting)


def capture(draft: Draft, report: Report, *, clock: Callable[[], datetime]) -> None:
    """Capture a finished draft's files: what is an item already gets a sighting, the others are looked at first."""
    files = list(drafts.list_files(draft))
    items = find_items(file.sha256 for file in files)
    actor = str(draft.person.code)
    known = [file for file in files if file.sha256 in items]
    captures = [_seen_again(file, items[file.sha256].sha1) for file in known]
    with transaction.atomic():
        evidence.capture_many(report=report, captures=captures, actor=actor, at=clock())
    fresh = [file for file in files if file.sha256 not in items]
    batch = Batch(drafts.subject_of(draft), "draft", len(fresh), lambda: _members(fresh))
    take_in_members(batch=batch, report=report, actor=actor, clock=clock, workers=1)


def _members(files: Sequence[DraftFile]) -> Iterator[Member]:
    for file in files:

        def opened(sha256: str = file.sha256) -> BinaryIO:
            return vault().stream(sha256)

        yield Member(_label(file), file.size, 0, opened, lambda: True)


def _seen_again(file: DraftFile, sha1: str) -> Capture:
    return Capture(_label(file), 0, file.size, None, None, file.sha256, sha1, file.md5)


def _label(file: DraftFile) -> str:
    """The place where an item was seen: the file's code, which is its own, and the name that the provider gives."""
    details = read_file_details(file.document.encode()) if file.document else None
    name = (details and (details.original_file_name or details.file_name)) or file.name
    return f"{file.code.hex}/{name[:LONGEST_NAME]}"
