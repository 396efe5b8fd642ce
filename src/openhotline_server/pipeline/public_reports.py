"""A report through the public form, whole or not at all: taken in, and its receipt made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from openhotline_server.intake.messages import REPORTER
from openhotline_server.intake.models import Report
from openhotline_server.intake.receipts import make_receipt
from openhotline_server.intake.reports import Given
from openhotline_server.pipeline.reporting import take_in

SOURCE = "Public form"


@dataclass(frozen=True)
class Sent:
    """What the reporter is told: her code, and whether every address of hers was known before."""

    code: str
    all_known: bool


@transaction.atomic
def receive_form(*, given: Given, secret: str, flood: bool, at: datetime) -> Sent:
    """Take a form in. ``secret`` names this sending: twice is once, and shows the same code. ``flood``: set it aside."""
    taken = take_in(
        kind=Report.Kind.FORM,
        source=SOURCE,
        given=given,
        received_on=at.date(),
        origin=f"form:{secret}",
        actor=REPORTER,
        at=at,
        standing=Report.Standing.QUARANTINED if flood else Report.Standing.TAKEN,
    )
    code = make_receipt(report=taken.report, at=at, seed=secret)
    return Sent(code=code, all_known=bool(taken.known) and not taken.new)
