"""How many reports a partner may send, counted from the ledger so that every process counts alike."""

from __future__ import annotations

from datetime import datetime, timedelta

from openhotline_server.accounts.models import User
from openhotline_server.ledger.events import Event
from openhotline_server.ledger.queries import search

REPORTS_A_MINUTE = 20_000
"""Many: a partner that was cut off for a day sends a day's reports at once, and a bulk call brings a thousand."""

COUNTED = (Event.REPORT_RECEIVED, Event.DRAFT_OPENED)


def wait_to_send(partner: User, *, now: datetime, more: int = 1) -> int:
    """How many seconds a partner waits until it may send ``more`` reports; 0: not at all."""
    lines = search(actor=str(partner.code)).filter(event__in=COUNTED).values_list("at", flat=True)
    last = REPORTS_A_MINUTE - more
    oldest = next(iter(lines[last : last + 1]), None)
    if oldest is None:
        return 0
    left = (oldest + timedelta(minutes=1) - now).total_seconds()
    return max(0, -int(-left // 1))
