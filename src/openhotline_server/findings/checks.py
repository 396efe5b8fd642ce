"""Looks whether addresses still answer. A check that could not run is kept as one, never as an answer."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from openhotline.trace.asking import Look
from openhotline_server.findings.models import Check
from openhotline_server.intake.models import Address
from openhotline_server.ledger.events import SYSTEM, Event
from openhotline_server.ledger.operations import record


@transaction.atomic
def note_check(*, address: Address, look: Look, at: datetime, actor: str = SYSTEM) -> Check:
    """Keep one look."""
    check = Check.objects.create(
        address=address,
        outcome=Check.Outcome(look.outcome),
        status=look.status,
        ip=look.ip or None,
        words=look.words[:200],
        checked_at=at,
    )
    record(
        actor=actor,
        at=at,
        event=Event.ADDRESS_CHECKED,
        subject=address.subject,
        details={"outcome": look.outcome, "status": look.status or 0, "certificate": look.certificate},
    )
    return check


def newest_check(address: Address) -> Check | None:
    """The last look, whatever the clock said then; None where nobody has looked."""
    return Check.objects.filter(address=address).order_by("-id").first()
