"""The demonstration's finished batch: two readers' answers on drawn pictures, so that figures and lists show something.

The answers are drawn by lot from the questionnaire and say nothing about the pictures, which are landscapes and shapes.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from openhotline import law
from openhotline.errors import BadInput, Conflict
from openhotline.provenance.signed.trust import update_trust
from openhotline_server.accounts.models import User
from openhotline_server.accounts.permissions import Role
from openhotline_server.accounts.queries import list_people
from openhotline_server.assessment import displays, operations
from openhotline_server.assessment.models import Display, ReviewPolicy
from openhotline_server.assessment.queries import DEFAULT_POLICY, get_policy
from openhotline_server.ledger.events import COMMAND_LINE
from openhotline_server.pipeline.drawing.signing import draw_signed
from openhotline_server.sharing.operations import publish
from openhotline_server.sharing.queries import list_candidates
from openhotline_server.sharing.rules import CONFIRMED_BY

SECOND_VOTES = (
    50  # per cent: more than a hotline would ask for, so that agreement can be shown on a small batch
)
DISAGREE = 0.1
PUBLISHED = 6


def answer_earlier_batch(*, at: datetime) -> None:
    """Let the cast answer everything that waits, four weeks ago, through the console's own operations. Once."""
    if get_policy().pk is not None:
        return
    then = at - timedelta(days=28)
    policy = {**DEFAULT_POLICY, "second_vote_percent": SECOND_VOTES, "last_hour": 24}
    operations.set_policy(policy=ReviewPolicy(**policy), actor=COMMAND_LINE, at=then)
    people = list_people()
    readers = {p.role: p for p in people}
    _answer_all(readers[Role.ANALYST], begins=then)
    _answer_all(next(p for p in people if p.role == Role.SECOND_READER), begins=then)
    confirmed = [a.case for a in list_candidates() if a.basis in CONFIRMED_BY][:PUBLISHED]
    try:
        publish(cases=confirmed, person=readers[Role.MANAGER], at=then + timedelta(days=1))
    except (
        BadInput,
        Conflict,
    ):  # nothing was confirmed, or it is published: the demonstration goes on without
        return


def add_signed(folder: Path, *, trust: Path, seed: int, at: datetime) -> None:
    """Put pictures with signed manifests into a folder, and believe the root that was made for some of them."""
    made = draw_signed(seed=seed, at=at)
    folder.mkdir(parents=True)
    for name, data in made.files.items():
        (folder / name).write_bytes(data)
    with TemporaryDirectory() as passing:
        root = Path(passing) / "root.pem"
        root.write_bytes(made.root)
        update_trust(trust, [root], name="demonstration", dated=at.date())


def _answer_all(reader: User, *, begins: datetime) -> None:
    now = begins
    while cases := displays.next_cases(person=reader, at=now, ahead=1):
        case = cases[0]
        lot = random.Random(f"{case.cluster.representative.sha256}")  # noqa: S311 - every demonstration is alike
        displays.note_display(
            person=reader,
            case=case,
            kind=Display.Kind.SHEET,
            level=2,
            pictures=max(1, len(displays.members_to_show(case))),
            at=now,
        )
        facts = _answers(lot)
        if lot.random() < DISAGREE and reader.role != Role.ANALYST:
            facts = _answers(lot)
        now += timedelta(seconds=lot.randint(6, 50))
        operations.cast_vote(case=case, person=reader, facts=facts, at=now)


def _answers(lot: random.Random) -> dict[str, str]:
    facts: dict[str, str] = {}
    while (question := law.next_question(facts)) is not None:
        facts |= lot.choice(question.options).sets
    return facts
