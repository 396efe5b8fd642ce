"""Records of generators (model files) and manuals: what they are called, their hashes, where they lie.

Their content is never kept. A file that somebody has at hand is read once as a stream, to be hashed; no byte of it is
written anywhere, and only its last path component is kept as a name.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePosixPath, PureWindowsPath
from typing import BinaryIO

from django.db import transaction
from django.db.models import QuerySet

from openhotline.errors import BadInput
from openhotline_server.intake.models import Address, FileRecord, Mention, Report
from openhotline_server.ledger.events import Event
from openhotline_server.ledger.operations import record

_PIECE = 1 << 20
_DIGITS = {"sha256": 64, "sha1": 40, "md5": 32}
LONGEST_NAME = 300


@dataclass(frozen=True)
class FileFacts:
    """What is known of a file; hashes are small letters, what is not known is empty. ``size`` is in bytes."""

    name: str = ""
    sha256: str = ""
    sha1: str = ""
    md5: str = ""
    size: int | None = None


def facts_of_stream(untrusted: BinaryIO, *, name: str = "") -> FileFacts:
    """Hash a file as it is read; nothing of it is kept."""
    sha256, sha1 = hashlib.sha256(), hashlib.sha1(usedforsecurity=False)
    md5, size = hashlib.md5(usedforsecurity=False), 0
    while piece := untrusted.read(_PIECE):
        size += len(piece)
        for found in (sha256, sha1, md5):
            found.update(piece)
    return FileFacts(name, sha256.hexdigest(), sha1.hexdigest(), md5.hexdigest(), size)


@transaction.atomic
def record_file(
    *,
    kind: FileRecord.Kind,
    facts: FileFacts,
    report: Report,
    address: Address | None = None,
    actor: str,
    at: datetime,
) -> FileRecord:
    """Record a generator or a manual at a report. The same file at the same place of a report twice is once.

    Raises BadInput where neither a hash nor an address says which file it is, or where the report does not name the
    address.
    """
    known = _checked(facts)
    if not (known.sha256 or known.sha1 or known.md5 or address):
        raise BadInput("Nothing says which file this is. Give a hash, or the address where it lies.")
    if address is not None and not Mention.objects.filter(report=report, address=address).exists():
        raise BadInput("The report does not name this address. Take the address in with the report first.")
    same = _same(kind, known, report, address)
    if same is not None:
        return same
    row = FileRecord.objects.create(
        kind=kind,
        report=report,
        address=address,
        file_name=known.name,
        sha256=known.sha256,
        sha1=known.sha1,
        md5=known.md5,
        size=known.size,
        recorded_by=actor,
        recorded_at=at,
    )
    details = {"kind": str(kind), "report": str(report.code), "has_address": address is not None}
    record(actor=actor, at=at, event=Event.FILE_RECORDED, subject=f"file:{row.code}", details=details)
    return row


def list_file_records(report: Report) -> QuerySet[FileRecord]:
    """The files that a report records, in the order in which they came."""
    return FileRecord.objects.filter(report=report).select_related("address").order_by("pk")


def list_same_file(row: FileRecord) -> QuerySet[FileRecord]:
    """Other records of the same file, by its strongest hash, the oldest first; none where it has no hash."""
    for name in _DIGITS:
        if value := getattr(row, name):
            same = FileRecord.objects.filter(**{name: value}).exclude(pk=row.pk)
            return same.select_related("report").order_by("pk")
    return FileRecord.objects.none()


def origin_of(kind: FileRecord.Kind, facts: FileFacts, places: Iterable[str], received_on: date) -> str:
    """What names a delivery that consists of one record, so that the same one twice is once."""
    return "\n".join(
        ["file", str(kind), facts.sha256, facts.sha1, facts.md5, *places, received_on.isoformat()]
    )


def _same(
    kind: FileRecord.Kind, facts: FileFacts, report: Report, address: Address | None
) -> FileRecord | None:
    return FileRecord.objects.filter(
        kind=kind, report=report, address=address, sha256=facts.sha256, sha1=facts.sha1, md5=facts.md5
    ).first()


def _checked(facts: FileFacts) -> FileFacts:
    hashes = {name: _hash(name, getattr(facts, name)) for name in _DIGITS}
    if facts.size is not None and facts.size < 0:
        raise BadInput("A size is a number of bytes from 0. Correct it.")
    return FileFacts(_name(facts.name), hashes["sha256"], hashes["sha1"], hashes["md5"], facts.size)


def _hash(name: str, text: str) -> str:
    value = text.strip().lower()
    if value and not re.fullmatch(rf"[0-9a-f]{{{_DIGITS[name]}}}", value):
        raise BadInput(
            f"A {name.upper()} has {_DIGITS[name]} hexadecimal digits, and this has not. Correct it."
        )
    return value


def _name(text: str) -> str:
    """The last component of a path of either kind: folders tell of whoever had the file."""
    name = PureWindowsPath(PurePosixPath(text.strip()).name).name
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in name)[
        :LONGEST_NAME
    ]
