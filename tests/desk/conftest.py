"""The desk's stage: cases of drawn pictures, made through the operations that an import uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest import NOON

if TYPE_CHECKING:
    from django.test import Client

    from openhotline_server.accounts.models import User
    from tests.desk.desk_cast import Desk


@pytest.fixture
def open_all_day(db: None) -> None:
    """Nobody is stopped by the clock, and no case is read a second time by lot."""
    from openhotline_server.assessment.models import ReviewPolicy
    from openhotline_server.assessment.operations import set_policy
    from openhotline_server.assessment.queries import DEFAULT_POLICY

    policy = ReviewPolicy(**{**DEFAULT_POLICY, "last_hour": 24, "second_vote_percent": 0})
    set_policy(policy=policy, actor="test", at=NOON)


@pytest.fixture
def anas_desk(client: Client, ana: User, open_all_day: None) -> Desk:
    from tests.desk.desk_cast import Desk

    client.force_login(ana)
    return Desk(client)


@pytest.fixture
def bens_desk(ben: User, open_all_day: None) -> Desk:
    from django.test import Client

    from tests.desk.desk_cast import Desk

    client = Client()
    client.force_login(ben)
    return Desk(client)
