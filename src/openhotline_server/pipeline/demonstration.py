"""The demonstration's finished batch: answers of two readers on drawn pictures, so that figures have something to show.

The answers are drawn by lot from the questionnaire and say nothing about the pictures, which are landscapes and shapes.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from openhotline import law
from openhotline_server.accounts.models import User
from openhotline_server.accounts.permissions import Role
from openhotline_server.accounts.queries import list_people
from openhotline_server.assessment import displays, operations
from openhotline_server.assessment.models import Display, ReviewPolicy
from openhotline_server.assessment.queries import DEFAULT_POLICY, get_policy
from openhotline_server.intake.models import Report
from openhotline_server.ledger.events import COMMAND_LINE


def answer_earlier_batch(report: Report, *, at: datetime) -> None:
    """Let the cast answer a batch, four weeks ago, through the console's own operations."""
    lot = random.Random(20231001)  # noqa: S311 - a fixed lot, so that every demonstration is alike
    readers = {p.role: p for p in list_people()}
    then = at - timedelta(days=28)
    if get_policy().pk is None:
        policy = ReviewPolicy(**{**DEFAULT_POLICY, "last_hour": 24})
        operations.set_policy(policy=policy, actor=COMMAND_LINE, at=then)
    for role in (Role.ANALYST, Role.SECOND_READER):
        _answer_all(readers[role], lot, begins=then)


def _answer_all(reader: User, lot: random.Random, *, begins: datetime) -> None:
    now = begins
    while cases := displays.next_cases(person=reader, at=now, ahead=1):
        case = cases[0]
        pictures = len(displays.members_to_show(case))
        displays.note_display(
            person=reader, case=case, kind=Display.Kind.SHEET, level=2, pictures=max(1, pictures), at=now
        )
        now += timedelta(seconds=lot.randint(6, 50))
        operations.cast_vote(case=case, person=reader, facts=_answers(lot), at=now)


def _answers(lot: random.Random) -> dict[str, str]:
    facts: dict[str, str] = {}
    while (question := law.next_question(facts)) is not None:
        facts |= lot.choice(question.options).sets
    return facts
