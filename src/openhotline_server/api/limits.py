"""How often a partner may ask, counted from the ledger so that every process counts alike."""

from __future__ import annotations

from datetime import datetime, timedelta

from openhotline_server.accounts.models import User
from openhotline_server.ledger.events import Event
from openhotline_server.ledger.queries import search

DOWNLOADS_AN_HOUR = 30


def too_often(partner: User, *, now: datetime) -> bool:
    """Whether a partner has used up this hour's downloads."""
    lately = search(event=Event.LIST_DOWNLOADED, actor=str(partner.code)).filter(
        at__gt=now - timedelta(hours=1)
    )
    return lately.count() >= DOWNLOADS_AN_HOUR
