"""Cases for the tests of what follows from them: small, without pictures unless bytes are given."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from itertools import count

from openhotline_server.accounts.models import User
from openhotline_server.assessment.models import Display
from openhotline_server.assessment.operations import cast_vote
from openhotline_server.evidence.models import Item
from openhotline_server.findings.operations import Grouping, create_clusters
from openhotline_server.triage.models import Case
from openhotline_server.triage.operations import open_cases
from openhotline_server.triage.rules import Signals
from tests.conftest import NOON

_numbers = count(1)

PSEUDO_B = {
    "child": "yes",
    "age_band": "7-10",
    "image_type": "pseudo_photograph",
    "indecent": "yes",
    "severity": "B",
    "sex": "girl",
    "ai": "wholly_generated",
}
PSEUDO_C = {**PSEUDO_B, "severity": "C"}
NOT_INDECENT = {"child": "yes", "age_band": "7-10", "image_type": "pseudo_photograph", "indecent": "no"}
UNSURE = {"child": "unsure"}
PROHIBITED = {
    "child": "yes",
    "age_band": "11-13",
    "image_type": "non_photographic",
    "pornographic": "yes",
    "focus_or_act": "act",
    "grossly_offensive": "yes",
    "ai": "wholly_generated",
}


def an_item(*, at: datetime = NOON) -> Item:
    """An item whose hashes are real digests of its number."""
    seed = str(next(_numbers)).encode()
    return Item.objects.create(
        sha256=hashlib.sha256(seed).hexdigest(),
        sha1=hashlib.sha1(seed).hexdigest(),
        size=len(seed),
        md5=hashlib.md5(seed).hexdigest(),
        captured_at=at,
        captured_by="command-line",
        tool="a test",
    )


def a_case(*, members: int = 1, at: datetime = NOON) -> Case:
    """A waiting case of a cluster with this many members."""
    items = [an_item(at=at) for _ in range(members)]
    cluster = create_clusters(groups=[Grouping(items[0], [(i, 3) for i in items[1:]])], at=at)[0]
    return open_cases(clusters={cluster: Signals(members=members)}, at=at)[0]


def look(person: User, case: Case, *, at: datetime = NOON) -> None:
    """Let a person have seen a case, as the desk requires before an answer."""
    Display.objects.create(
        person=person, case=case, kind=Display.Kind.SHEET, level=2, pictures=1, shown_at=at
    )


def answered(case: Case, *readings: tuple[User, dict[str, str]], at: datetime = NOON) -> Case:
    """Let readers answer a case in turn, a minute apart."""
    for minute, (person, facts) in enumerate(readings, start=1):
        now = at + timedelta(minutes=minute)
        look(person, case, at=now - timedelta(seconds=20))
        cast_vote(case=case, person=person, facts=facts, ask_second=len(readings) > minute, at=now)
        case.refresh_from_db()
    return case
