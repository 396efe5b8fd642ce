"""Questions that were refused because a limit was reached: written down, and never so many that they flood the ledger.

The first refusal of a minute is a ledger line at once. Those that follow within the minute are counted in the minute's
row, and the next line says how many there were: a partner's next refusal writes it, or else the worker does once the
minute is over. So there are at most two lines a minute and partner, however often it asks, and none is left out.
"""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import transaction
from django.db.models import F, Sum

from openhotline_server.accounts.models import User
from openhotline_server.ledger.events import Event
from openhotline_server.ledger.operations import record
from openhotline_server.sharing import use_counting
from openhotline_server.sharing.models import MatchUse

AT_ONCE = 500


@transaction.atomic
def note_refusal(*, partner: User, kind: str, limit: str, at: datetime) -> None:
    """Count a refused question, and write it down if it is the first of its minute."""
    minute = at.astimezone(UTC).replace(second=0, microsecond=0)
    use_counting.add_refusal(partner.pk, minute=minute)
    if MatchUse.objects.get(partner=partner, minute=minute).refused == 1:
        _write_down(partner, details={"kind": kind, "limit": limit}, before=None, at=at)


@transaction.atomic
def tell_refusals(*, at: datetime) -> int:
    """Write down what was counted in minutes that are over; return how many partners that was about. For the worker."""
    before = at.astimezone(UTC).replace(second=0, microsecond=0)
    untold = MatchUse.objects.filter(minute__lt=before, refused__gt=F("refused_told"))
    partners = User.objects.filter(pk__in=untold.values("partner")).order_by("pk")[:AT_ONCE]
    for partner in partners:
        _write_down(partner, details={}, before=before, at=at)
    return len(partners)


def _write_down(partner: User, *, details: dict[str, str], before: datetime | None, at: datetime) -> None:
    rows = MatchUse.objects.filter(partner=partner, refused__gt=F("refused_told"))
    if before is not None:
        rows = rows.filter(minute__lt=before)
    refused = rows.aggregate(n=Sum(F("refused") - F("refused_told")))["n"] or 0
    rows.update(refused_told=F("refused"))
    record(
        actor=str(partner.code),
        at=at,
        event=Event.MATCH_REFUSED,
        subject=f"person:{partner.code}",
        details={**details, "refused": refused},
    )
