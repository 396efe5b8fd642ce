"""A partner with a key and feeds, and something published for it."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime, timedelta

from tests.conftest import NOON
from tests.desk_of import PSEUDO_B, a_case, answered

from openhotline_server.accounts.models import User
from openhotline_server.accounts.operations import issue_partner_key
from openhotline_server.assessment.operations import set_policy
from openhotline_server.assessment.queries import DEFAULT_POLICY, ReviewPolicy
from openhotline_server.evidence.models import Item
from openhotline_server.findings.queries import list_members
from openhotline_server.sharing.feeds import ensure_standard_feeds
from openhotline_server.sharing.operations import entitle, publish, withdraw
from openhotline_server.sharing.queries import get_feed


def settled_policy() -> None:
    """Nobody is sampled and no hour is the last."""
    policy = ReviewPolicy(**{**DEFAULT_POLICY, "second_vote_percent": 0, "last_hour": 24})
    set_policy(policy=policy, actor="system", at=NOON - timedelta(days=1))


def a_key(partner: User, *feeds: str) -> str:
    """Give a partner a key, and the right to these feeds."""
    ensure_standard_feeds(at=NOON)
    for name in feeds:
        entitle(partner=partner, feed=get_feed(name), actor="system", at=NOON)
    return issue_partner_key(partner=partner, actor="system", at=NOON).secret


def basic(name: str, key: str) -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(f'{name}:{key}'.encode()).decode()}"}


def published(
    readers: tuple[User, User],
    person: User,
    *,
    members: int = 1,
    facts: dict[str, str] = PSEUDO_B,
    at: datetime = NOON,
) -> list[Item]:
    """Publish a case of so many items, and return them."""
    case = answered(a_case(members=members, at=at), (readers[0], facts), (readers[1], facts), at=at)
    publish(cases=[case], person=person, at=at)
    return list(list_members(case.cluster))


def withdrawn(item: Item, person: User, *, at: datetime) -> None:
    withdraw(item=item, reason="graded in error", person=person, at=at)


def sha256s(items: list[Item]) -> set[str]:
    return {item.sha256 or "" for item in items}


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
