"""The first line of a site's ledger."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from openhotline_server.ledger import queries
from openhotline_server.ledger.events import COMMAND_LINE, Event
from openhotline_server.ledger.operations import record


@transaction.atomic
def note_initialised(*, at: datetime) -> bool:
    """Write that the site was made, once; return whether this was the time."""
    if queries.search(event=Event.SITE_INITIALISED).exists():
        return False
    record(actor=COMMAND_LINE, at=at, event=Event.SITE_INITIALISED, subject="site", details={})
    return True
