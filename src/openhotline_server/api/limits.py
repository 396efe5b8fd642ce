"""How often a partner may ask, counted from the ledger so that every process counts alike."""

from __future__ import annotations

from datetime import datetime, timedelta

from openhotline_server.accounts.models import User
from openhotline_server.ledger.events import Event
from openhotline_server.ledger.queries import search

DOWNLOADS_AN_HOUR = 30
CALLS_A_MINUTE = 300
"""Pages of a feed and feedback. The peers' own NCMEC client asks up to a hundred times for a first fetch."""

WHOLE_FILES = ("csv", "json")
COUNTED = (Event.LIST_DOWNLOADED, Event.FEEDBACK_RECEIVED)


def too_often(partner: User, *, now: datetime) -> bool:
    """Whether a partner has used up this hour's downloads of whole files."""
    begins = now - timedelta(hours=1)
    # Newest first and not further than this hour: a partner's whole past is never counted through.
    most = DOWNLOADS_AN_HOUR + 60 * CALLS_A_MINUTE
    lines = search(event=Event.LIST_DOWNLOADED, actor=str(partner.code)).values_list("at", "details")[:most]
    lately = [details for at, details in lines if at > begins]
    return sum(details["protocol"] in WHOLE_FILES for details in lately) >= DOWNLOADS_AN_HOUR


def wait_seconds(partner: User, *, now: datetime) -> int:
    """How long a partner waits until its next call; 0: not at all."""
    # Questions whether something is on a list have limits of their own.
    lines = search(actor=str(partner.code)).filter(event__in=COUNTED).values_list("at", flat=True)
    last = CALLS_A_MINUTE - 1
    oldest = next(iter(lines[last : last + 1]), None)
    if oldest is None:
        return 0
    left = (oldest + timedelta(minutes=1) - now).total_seconds()
    return max(0, -int(-left // 1))
