"""A small hotline with something to count, made by the operations that the site uses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import pytest
from tests.conftest import NOON

if TYPE_CHECKING:
    from openhotline_server.accounts.models import User
    from openhotline_server.triage.models import Case

TODAY = NOON.date()


@pytest.fixture
def open_case(db: None):  # type: ignore[no-untyped-def]
    """Make cases of so many items each, in one report; nobody reads a second time."""
    from openhotline_server.assessment.models import ReviewPolicy
    from openhotline_server.assessment.operations import set_policy
    from openhotline_server.assessment.queries import DEFAULT_POLICY
    from openhotline_server.evidence.operations import record_without_file
    from openhotline_server.findings.operations import Grouping, create_clusters
    from openhotline_server.intake.models import Report
    from openhotline_server.intake.operations import receive
    from openhotline_server.triage.operations import open_cases
    from openhotline_server.triage.rules import Signals

    set_policy(policy=ReviewPolicy(**DEFAULT_POLICY | {"second_vote_percent": 0}), actor="test", at=NOON)

    def make(sizes: Sequence[int], *, study: str = "", received_on: date = TODAY) -> list[Case]:
        report = receive(
            kind=Report.Kind.RECORDS,
            source="a test",
            origin=f"{study} {received_on} {sizes}",
            received_on=received_on,
            study=study,
            actor="test",
            at=NOON,
        )
        places = [f"place {number}" for number in range(sum(sizes))]
        items = iter(record_without_file(report=report, places=places, actor="test", at=NOON))
        groups = [Grouping(next(items), [(next(items), 4) for _ in range(size - 1)]) for size in sizes]
        clusters = create_clusters(groups=groups, at=NOON)
        return open_cases(clusters=dict.fromkeys(clusters, Signals()), at=NOON)

    return make


@pytest.fixture
def answer(db: None):  # type: ignore[no-untyped-def]
    """Have people answer a case, one after the other, each in half a minute."""
    from openhotline_server.assessment.operations import cast_vote

    def vote(case: Case, facts: dict[str, str], *people: User, **more: bool) -> None:
        for person in people:
            cast_vote(case=case, person=person, facts=facts, at=NOON, milliseconds=30_000, **more)

    return vote
