"""Writing down that figures were made for the public."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import transaction

from openhotline_server.ledger.events import Event
from openhotline_server.ledger.operations import record
from openhotline_server.statistics.publication import TableSet
from openhotline_server.statistics.writing import csv_text


@transaction.atomic
def note_public_figures(*, counted: TableSet, actor: str, at: datetime) -> None:
    """Keep in the ledger which figures were made for the public, by the digest of each table's CSV."""
    digests = {table.name: hashlib.sha256(csv_text(table).encode()).hexdigest() for table in counted.tables}
    record(
        actor=actor,
        at=at,
        event=Event.STATISTICS_PUBLISHED,
        subject="statistics",
        details={"study": counted.scope.study, "csv_sha256": digests},
    )
