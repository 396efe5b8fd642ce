"""Counting questions: a few plain statements that both databases carry out whole, because every question runs them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

LOCKED = "SELECT id FROM sharing_matchgrant WHERE id IN ({}) AND ended_at IS NULL ORDER BY id{}"
USED = (
    "SELECT COALESCE(SUM(questions), 0), COALESCE(SUM(CASE WHEN minute = %s THEN questions END), 0) "
    "FROM sharing_matchuse WHERE partner_id = %s AND minute >= %s"
)
COUNTED = (
    "INSERT INTO sharing_matchuse (partner_id, minute, questions) VALUES (%s, %s, %s) "
    "ON CONFLICT (partner_id, minute) DO UPDATE SET questions = sharing_matchuse.questions + excluded.questions"
)

REFUSED = (
    "INSERT INTO sharing_matchuse (partner_id, minute, questions, refused, refused_told) VALUES (%s, %s, 0, 1, 0) "
    "ON CONFLICT (partner_id, minute) DO UPDATE SET refused = sharing_matchuse.refused + 1"
)


@dataclass(frozen=True)
class Used:
    """What a partner asked about today and in this minute."""

    today: int
    now: int


def lock_grants(keys: Sequence[int]) -> int:
    """Hold these grants until the transaction ends; return how many of them have not ended.

    Two processes that count at once would both find room. SQLite's transactions exclude each other by themselves.
    """
    suffix = " FOR UPDATE" if connection.features.has_select_for_update else ""
    return len(_run(LOCKED.format(", ".join(["%s"] * len(keys)), suffix), *keys))


def used_by(partner: int, *, minute: datetime, day: datetime) -> Used:
    """Count what a partner asked about since the day began."""
    [(today, now)] = _run(USED, _moment(minute), partner, _moment(day))
    return Used(int(today), int(now))


def add_use(partner: int, *, minute: datetime, questions: int) -> None:
    """Add to a minute's count."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTED, [partner, _moment(minute), questions])


def add_refusal(partner: int, *, minute: datetime) -> None:
    """Count a call that a limit refused."""
    with connection.cursor() as cursor:
        cursor.execute(REFUSED, [partner, _moment(minute)])


def _run(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def _moment(at: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(at)
