"""Items held whose very file came onto a list: one join in the database for each kind of digest."""

# ruff: noqa: S608 - nothing but constants of this file is put into a statement; values are parameters

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from openhotline_server.lists.models import Edition

ALGORITHMS = {"sha256": ("sha256", "file_sha256"), "sha1": ("sha1",), "md5": ("md5", "video_md5")}
"""By the item's own digest, the algorithms of entries that mean the same."""

EDITIONS_AT_ONCE = 500


def held_on(editions: Sequence[Edition], *, at: datetime) -> list[tuple[int, int]]:
    """Every pair of an item held and an entry in force with its digest that came in one of these editions, by keys."""
    pairs: list[tuple[int, int]] = []
    for first in range(0, len(editions), EDITIONS_AT_ONCE):
        keys = [edition.pk for edition in editions[first : first + EDITIONS_AT_ONCE]]
        for column, algorithms in ALGORITHMS.items():
            statement = (
                f"SELECT i.id, e.id FROM lists_entry e JOIN evidence_item i ON i.{column} = e.value "
                f"WHERE e.added_in_id IN ({_marks(keys)}) AND e.algorithm IN ({_marks(algorithms)}) "
                "AND e.withdrawn_in_id IS NULL AND (e.expires_at IS NULL OR e.expires_at > %s)"
            )
            now = connection.ops.adapt_datetimefield_value(at)
            with connection.cursor() as cursor:
                cursor.execute(statement, [*keys, *algorithms, now])
                pairs += cursor.fetchall()
    return sorted(pairs)


def _marks(values: Sequence[object]) -> str:
    return ", ".join(["%s"] * len(values))
