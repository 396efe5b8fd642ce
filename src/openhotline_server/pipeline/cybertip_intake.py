"""A provider's report in the CyberTipline protocol, from the first call to the report that it becomes."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from django.db import transaction

from openhotline.errors import BadInput, OpenHotlineError, Refused
from openhotline.exchange import cybertip
from openhotline.exchange.cybertip import Code
from openhotline_server.accounts.models import User
from openhotline_server.intake import drafts
from openhotline_server.intake.models import Draft, DraftFile, Report
from openhotline_server.ledger.events import SYSTEM
from openhotline_server.pipeline import cybertip_files as files
from openhotline_server.pipeline.background import after_commit
from openhotline_server.pipeline.cybertip_reading import given_by
from openhotline_server.pipeline.reporting import take_in

T = TypeVar("T")
log = logging.getLogger(__name__)

LARGEST_FILE = 64 * 2**20  # bytes; held in memory while it is sealed
MOST_FILES = 500  # in one report
MOST_OPEN = 500  # drafts of one partner


class SaidNoError(Exception):
    """The protocol's own refusal: a code, and a sentence that repeats nothing of what was sent."""

    def __init__(self, code: Code, words: str) -> None:
        super().__init__(words)
        self.code = code
        self.words = words


@dataclass(frozen=True)
class Finished:
    """A finished report: its number in the protocol, the report here, and the names of its files."""

    number: int
    report: Report
    file_ids: tuple[str, ...]


def open_report(*, person: User, document: bytes, at: datetime) -> Draft:
    """Open a draft with what ``submit`` brings."""
    text = _checked(document, cybertip.Report)[1]
    if drafts.count_open(person, at=at) >= MOST_OPEN:
        raise SaidNoError(
            Code.SAVE_FAILED, "Too many reports are open. Finish or retract some, then try again."
        )
    return drafts.open_draft(person=person, document=text, at=at)


def add_file(*, person: User, number: int, untrusted_bytes: bytes, name: str, at: datetime) -> DraftFile:
    """Seal an uploaded file and name it in its draft. The sealing waits for the disk, so no transaction waits with it."""
    with transaction.atomic():
        draft = _open(person, number, at)
        if drafts.list_files(draft).count() >= MOST_FILES:
            raise SaidNoError(Code.INVALID_REQUEST, f"A report has at most {MOST_FILES} files. Open another.")
    upload = files.seal(untrusted_bytes, name)
    try:
        with transaction.atomic():
            row = drafts.add_file(draft=_open(person, number, at), upload=upload, at=at)
            # A draft with the same content may have ended just now, and taken the bytes with it.
            if not files.is_sealed(upload):
                raise SaidNoError(Code.FILE_UPLOAD_FAILED, "The file could not be kept. Send it again.")
    except SaidNoError:
        files.destroy_unnamed(upload, at=at)
        raise
    return row


def describe_file(*, person: User, document: bytes, at: datetime) -> int:
    """Keep what ``fileinfo`` says of a file; return its report's number."""
    details, text = _checked(document, cybertip.FileDetails)
    with transaction.atomic():
        draft = _open(person, details.report_id, at)
        file = drafts.find_file(draft, details.file_id)
        if file is None:
            raise SaidNoError(Code.NO_SUCH_FILE, "The report has no such file. Upload it first.")
        drafts.describe_file(file=file, document=text, at=at)
    return details.report_id


def finish(*, person: User, number: int, at: datetime) -> Finished:
    """Make a draft a report: its addresses at once, its files by the worker."""
    with transaction.atomic():
        draft = _open(person, number, at)
        mine = list(drafts.list_files(draft))
        details = [cybertip.read_file_details(file.document.encode()) for file in mine if file.document]
        try:
            taken = take_in(
                kind=Report.Kind.CYBERTIP,
                source=person.display_name,
                given=replace(
                    given_by(cybertip.read_report(draft.document.encode()), details), with_files=bool(mine)
                ),
                received_on=at.date(),
                origin=f"cybertip:{person.code}:{number}",
                actor=str(person.code),
                at=at,
            )
        except Refused as error:
            raise SaidNoError(Code.INVALID_REQUEST, error.message) from None
        drafts.close(draft=draft, report=taken.report, at=at)
        if mine:
            after_commit(files.take_in_files, draft.pk)
    return Finished(number, taken.report, tuple(file.code.hex for file in mine))


def retract(*, person: User, number: int, at: datetime) -> None:
    """Take a draft back: its files are destroyed, what it said is forgotten."""
    with transaction.atomic():
        draft = _open(person, number, at)
        files.destroy_files(draft=draft, at=at)
        drafts.retract(draft=draft, at=at)


def end_expired(*, at: datetime) -> int:
    """End every draft whose time has run out; return how many. One that cannot be ended does not keep the others."""
    done = 0
    for draft in drafts.list_expired(at=at).select_related("person"):
        try:
            with transaction.atomic():
                files.destroy_files(draft=draft, at=at)
                drafts.expire(draft=draft, actor=SYSTEM, at=at)
        except OpenHotlineError as error:
            log.warning("draft.not_ended draft=%s problem=%s", draft.pk, type(error).__name__)
            continue
        done += 1
    return done


def _open(person: User, number: int, at: datetime) -> Draft:
    """A partner's draft that may still be changed."""
    draft = drafts.lock_draft(person=person, number=number, at=at)
    if draft is None:
        raise SaidNoError(
            Code.NO_SUCH_REPORT, "There is no such report, or its time ran out. Submit it again."
        )
    if draft.retracted_at:
        raise SaidNoError(Code.ALREADY_RETRACTED, "The report was retracted. Submit a new one.")
    if draft.finished_at:
        raise SaidNoError(Code.ALREADY_FINISHED, "The report is finished and can no longer be changed.")
    return draft


def _checked(document: bytes, kind: type[T]) -> tuple[T, str]:
    """A document as sent, read, and as text in one encoding to be kept."""
    try:
        root = cybertip.parse(document)
    except BadInput as error:
        raise SaidNoError(Code.MALFORMED_XML, error.message) from None
    try:
        return cybertip.checked(root, kind), cybertip.text_of(root)
    except BadInput as error:
        raise SaidNoError(Code.VALIDATION_FAILED, error.message) from None
