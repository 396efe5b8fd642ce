"""A list that suddenly matches far more than usual is set aside, and somebody is told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from openhotline_server.findings.matches import share_of_reports
from openhotline_server.ledger.events import SYSTEM
from openhotline_server.lists import operations as lists
from openhotline_server.lists.models import HashList
from openhotline_server.lists.rules import FloodRule, Share

USUAL_DAYS = 90
"""What came before the window, as far back as this, is a list's usual."""


def set_floods_aside(asked: Iterable[HashList], *, at: datetime) -> list[HashList]:
    """Judge these lists by what reports brought in their windows; return those that were set aside now."""
    return [one for one in asked if judge(one, recent=recent_share(one, at=at), at=at)]


def judge(hash_list: HashList, *, recent: Share, at: datetime) -> bool:
    """Set a list aside if such a share is far beyond its usual; return whether it was.

    Our own list is not judged: what stands on it two readers saw. Nor is one of known false positives: what it
    takes back stays recorded and in sight.
    """
    if hash_list.is_own or hash_list.purpose == HashList.Purpose.SUPPRESSES:
        return False
    rule = rule_of(hash_list)
    usual = share_of_reports(hash_list, since=at - timedelta(days=USUAL_DAYS), before=_window(hash_list, at))
    if not rule.is_flood(recent, usual=usual):
        return False
    reason = (
        f"{recent.matched:,} of {recent.looked:,} items matched, {recent.percent:.1f} %. "
        f"More than {rule.limit(usual):.1f} % is far beyond its usual {usual.percent:.1f} %."
    )
    return lists.set_aside(
        hash_list=hash_list, reason=reason, seen_percent=recent.percent, actor=SYSTEM, at=at
    )


def recent_share(hash_list: HashList, *, at: datetime) -> Share:
    """How much of what reports brought within the list's window was on it."""
    return share_of_reports(hash_list, since=_window(hash_list, at))


def rule_of(hash_list: HashList) -> FloodRule:
    """The flood rule of a list."""
    return FloodRule(
        least_items=hash_list.flood_least_items,
        times_usual=hash_list.flood_times_usual,
        least_percent=hash_list.flood_least_percent,
        accepted_percent=hash_list.flood_accepted_percent,
    )


def _window(hash_list: HashList, at: datetime) -> datetime:
    begins = at - timedelta(hours=hash_list.flood_window_hours)
    return max(begins, hash_list.flood_since or begins)
