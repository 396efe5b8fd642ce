"""Noting a generator or a manual: a report of its own, its address into the queue, and the record."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from openhotline_server.intake.file_records import FileFacts, origin_of, record_file
from openhotline_server.intake.given import Given, GivenAddress
from openhotline_server.intake.models import FileRecord, Report
from openhotline_server.pipeline.reporting import take_in

_WORDS = {
    FileRecord.Kind.GENERATOR: "A record of an image generator (model file). Its content is not kept.",
    FileRecord.Kind.MANUAL: "A record of a manual. Its content is not kept.",
}


@transaction.atomic
def note_file(
    *,
    kind: FileRecord.Kind,
    facts: FileFacts,
    address: str = "",
    source: str,
    received_on: date,
    actor: str,
    at: datetime,
) -> FileRecord:
    """Take in where the file lies, if that is known, and record the file. The same one twice on a day is once.

    Raises BadInput for an address that is none, and where nothing says which file it is.
    """
    given = Given(addresses=[GivenAddress(address)] if address.strip() else [], words=_WORDS[kind])
    taken = take_in(
        kind=Report.Kind.HOTLINE,
        source=source,
        given=given,
        received_on=received_on,
        origin=origin_of(kind, facts, [address.strip()], received_on),
        actor=actor,
        at=at,
    )
    place = taken.mentions[0].address if taken.mentions else None
    return record_file(kind=kind, facts=facts, report=taken.report, address=place, actor=actor, at=at)
