"""Forgetting what reporters wrote about themselves and others. The addresses stay; words, contact, messages and a
provider's whole document go."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from openhotline_server.intake.models import Draft, DraftFile, Message, Particulars
from openhotline_server.ledger.events import SYSTEM, Event
from openhotline_server.ledger.operations import record

_UNFORGOTTEN = Message.objects.filter(report=OuterRef("report")).exclude(words="")
HAS_WORDS = Q(forgotten_at=None) | Exists(_UNFORGOTTEN)
"""Particulars with something left to forget: a reporter may have written once more after it was done."""


@transaction.atomic
def forget_particulars(*, reports: Iterable[int], at: datetime, actor: str = SYSTEM) -> int:
    """Empty the words, contact, language, messages and documents of these reports (keys); return how many had any.

    The two marks (a child in danger; a picture of herself) stay, as they are counted, and name nobody. The receipt
    stays too: its owner may still ask what became of her report.
    """
    kept = Particulars.objects.filter(report__in=list(reports)).filter(HAS_WORDS)
    done = 0
    for particulars in kept.select_for_update(of=("self",)).select_related("report").order_by("pk"):
        particulars.words = particulars.contact = particulars.language = ""
        particulars.forgotten_at = at
        particulars.save(update_fields=["words", "contact", "language", "forgotten_at"])
        messages = Message.objects.filter(report=particulars.report).update(words="")
        DraftFile.objects.filter(draft__report=particulars.report).update(document="", name="")
        Draft.objects.filter(report=particulars.report).update(document="")
        record(
            actor=actor,
            at=at,
            event=Event.PARTICULARS_FORGOTTEN,
            subject=particulars.report.subject,
            details={"messages": messages},
        )
        done += 1
    return done
