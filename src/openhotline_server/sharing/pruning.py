"""What is kept for each question and each page, and may go once it can no longer matter.

How far an answer went: see ``answers.py``. What a partner asked in a minute (``MatchUse``) counts for the limits of its
day, and is shown by the day for two weeks; after ``USE_KEPT`` it goes, and the ledger has every question. A row with a
refusal that is not yet written down stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from openhotline_server.sharing.answers import forget_overtaken
from openhotline_server.sharing.models import AnsweredUntil, MatchUse

USE_KEPT = timedelta(days=30)


@dataclass(frozen=True)
class Pruned:
    """How many rows went."""

    answers: int
    minutes: int


@transaction.atomic
def prune(*, at: datetime) -> Pruned:
    """Let go of what can no longer matter. Safe to run at any time, and twice."""
    return Pruned(answers=forget_overtaken(AnsweredUntil.objects.all()), minutes=_prune_use(at))


def _prune_use(at: datetime) -> int:
    rows = MatchUse.objects.filter(minute__lt=at - USE_KEPT, refused__lte=F("refused_told"))
    return rows.delete()[0]
