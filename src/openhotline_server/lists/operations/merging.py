"""What was staged becomes an edition: a few statements over whole sets, the same for SQLite and PostgreSQL.

A whole list, numbered as the code:

1. Entries that are not staged as they stand are withdrawn: those that are absent, and those that changed.
2. Staged rows without an entry in force become entries; of several rows for one value the first one speaks.
3. References become sources; those that are not staged any more go.

An incremental one:

1. A withdrawal cancels what was staged before it for the same value, or for the same reference.
2. Entries that are staged with other words are withdrawn; 3. new ones come, and take over the sources of those
   that they replace. 4. References become sources.
5. Withdrawals take sources away; where a reference's rows replace its earlier ones, those go too.
6. Entries go that were withdrawn by value, or whose last source went.
"""

# ruff: noqa: S608 - nothing but constants of this file is put into a statement; values are parameters

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Model

from openhotline_server.lists.models import Edition, Entry, EntrySource, Loading, StagedRow

DROPPED_AT_ONCE = 200_000

SAME = (
    "COALESCE(s.quality, -1) = COALESCE(e.quality, -1) AND s.media = e.media AND s.ai = e.ai "
    "AND s.grades = e.grades AND s.tags = e.tags"
)
STAGED = "s.loading_id = %(loading)s AND NOT s.withdrawn"
FOR_ENTRY = "s.algorithm = e.algorithm AND s.value = e.value"
IN_FORCE = "e.hash_list_id = %(list)s AND e.withdrawn_in_id IS NULL"

# 1 of a whole list
ABSENT_OR_CHANGED = f"""
UPDATE lists_entry SET withdrawn_in_id = %(edition)s WHERE id IN (
  SELECT e.id FROM lists_entry e WHERE {IN_FORCE} AND NOT EXISTS (
    SELECT 1 FROM lists_stagedrow s WHERE {STAGED} AND {FOR_ENTRY} AND {SAME}))"""

# 1 of an incremental one
CANCELLED_BY_REFERENCE = """
DELETE FROM lists_stagedrow WHERE loading_id = %(loading)s AND NOT withdrawn AND reference <> '' AND EXISTS (
  SELECT 1 FROM lists_stagedrow w WHERE w.loading_id = %(loading)s AND w.algorithm = '' AND w.value = ''
    AND w.reference = lists_stagedrow.reference AND w.withdrawn AND w.place > lists_stagedrow.place)"""
CANCELLED_BY_VALUE = """
DELETE FROM lists_stagedrow WHERE loading_id = %(loading)s AND NOT withdrawn AND EXISTS (
  SELECT 1 FROM lists_stagedrow w WHERE w.loading_id = %(loading)s AND w.algorithm = lists_stagedrow.algorithm
    AND w.value = lists_stagedrow.value AND w.reference = '' AND w.withdrawn AND w.place > lists_stagedrow.place)"""

# 2 of an incremental one
CHANGED = f"""
UPDATE lists_entry SET withdrawn_in_id = %(edition)s WHERE id IN (
  SELECT e.id FROM lists_stagedrow x
  JOIN lists_entry e ON {IN_FORCE} AND x.algorithm = e.algorithm AND x.value = e.value
  WHERE x.loading_id = %(loading)s AND NOT x.withdrawn AND NOT EXISTS (
    SELECT 1 FROM lists_stagedrow s WHERE {STAGED} AND {FOR_ENTRY} AND {SAME}))"""

# 2 of a whole list, 3 of an incremental one
NEW = f"""
INSERT INTO lists_entry (code, hash_list_id, algorithm, value, media, quality, mode, facts, grades, ai, tags,
  added_in_id, withdrawn_in_id, expires_at, source_reference)
SELECT s.code, %(list)s, s.algorithm, s.value, s.media, s.quality, '', %(nothing)s, s.grades, s.ai, s.tags,
  %(edition)s, NULL, %(expires)s, s.reference
FROM lists_stagedrow s WHERE {STAGED}
  AND NOT EXISTS (SELECT 1 FROM lists_stagedrow f WHERE f.loading_id = %(loading)s AND NOT f.withdrawn
    AND f.algorithm = s.algorithm AND f.value = s.value AND f.place < s.place)
  AND NOT EXISTS (SELECT 1 FROM lists_entry e WHERE {IN_FORCE} AND {FOR_ENTRY})
ORDER BY s.algorithm, s.value"""  # sorted, so that all is found before the first is inserted: see NAMED
RENEWED = f"""
UPDATE lists_entry SET expires_at = %(expires)s WHERE id IN (
  SELECT e.id FROM lists_stagedrow s JOIN lists_entry e ON {IN_FORCE} AND {FOR_ENTRY} WHERE {STAGED})"""

TAKEN_OVER = """
INSERT INTO lists_entrysource (entry_id, reference, added_in_id, withdrawn_in_id)
SELECT n.id, x.reference, %(edition)s, NULL FROM lists_entry o
JOIN lists_entrysource x ON x.entry_id = o.id AND x.withdrawn_in_id IS NULL
JOIN lists_entry n ON n.hash_list_id = %(list)s AND n.algorithm = o.algorithm AND n.value = o.value
  AND n.withdrawn_in_id IS NULL
WHERE o.withdrawn_in_id = %(edition)s"""

# 3 of a whole list, 4 of an incremental one. Sorted, because PostgreSQL would look for each row's source among those
# that the statement itself has inserted, which it cannot see and yet reads.
NAMED = f"""
INSERT INTO lists_entrysource (entry_id, reference, added_in_id, withdrawn_in_id)
SELECT e.id, s.reference, %(edition)s, NULL FROM lists_stagedrow s
JOIN lists_entry e ON {IN_FORCE} AND {FOR_ENTRY}
WHERE {STAGED} AND s.reference <> '' AND NOT EXISTS (
  SELECT 1 FROM lists_entrysource x WHERE x.entry_id = e.id AND x.reference = s.reference
    AND x.withdrawn_in_id IS NULL)
ORDER BY e.id"""
UNNAMED = f"""
UPDATE lists_entrysource SET withdrawn_in_id = %(edition)s WHERE id IN (
  SELECT x.id FROM lists_entry e JOIN lists_entrysource x ON x.entry_id = e.id AND x.withdrawn_in_id IS NULL
  WHERE {IN_FORCE} AND NOT EXISTS (
    SELECT 1 FROM lists_stagedrow s WHERE {STAGED} AND {FOR_ENTRY} AND s.reference = x.reference))"""

# 5 of an incremental one
SOURCES_BY_VALUE = """
UPDATE lists_entrysource SET withdrawn_in_id = %(edition)s WHERE id IN (
  SELECT x.id FROM lists_stagedrow w
  JOIN lists_entry e ON e.hash_list_id = %(list)s AND e.algorithm = w.algorithm AND e.value = w.value
    AND e.withdrawn_in_id IS NULL
  JOIN lists_entrysource x ON x.entry_id = e.id AND x.reference = w.reference AND x.withdrawn_in_id IS NULL
  WHERE w.loading_id = %(loading)s AND w.withdrawn AND w.algorithm <> '' AND w.reference <> '')"""
SOURCES_BY_REFERENCE = f"""
UPDATE lists_entrysource SET withdrawn_in_id = %(edition)s WHERE id IN (
  SELECT x.id FROM lists_stagedrow w
  JOIN lists_entrysource x ON x.reference = w.reference AND x.withdrawn_in_id IS NULL
  JOIN lists_entry e ON e.id = x.entry_id AND e.hash_list_id = %(list)s
  WHERE w.loading_id = %(loading)s AND w.reference <> '' AND ((w.withdrawn AND w.algorithm = '') OR %(keyed)s)
    AND NOT EXISTS (SELECT 1 FROM lists_stagedrow s WHERE {STAGED} AND {FOR_ENTRY}
      AND s.reference = x.reference))"""

# 6 of an incremental one
BY_VALUE = f"""
UPDATE lists_entry SET withdrawn_in_id = %(edition)s WHERE id IN (
  SELECT e.id FROM lists_stagedrow w
  JOIN lists_entry e ON {IN_FORCE} AND w.algorithm = e.algorithm AND w.value = e.value
  WHERE w.loading_id = %(loading)s AND w.withdrawn AND w.algorithm <> '' AND w.reference = ''
    AND NOT EXISTS (SELECT 1 FROM lists_stagedrow s WHERE {STAGED} AND {FOR_ENTRY}))"""
WITHOUT_SOURCE = f"""
UPDATE lists_entry SET withdrawn_in_id = %(edition)s WHERE id IN (
  SELECT e.id FROM lists_entrysource x JOIN lists_entry e ON e.id = x.entry_id AND {IN_FORCE}
  WHERE x.withdrawn_in_id = %(edition)s AND NOT EXISTS (
    SELECT 1 FROM lists_entrysource y WHERE y.entry_id = e.id AND y.withdrawn_in_id IS NULL))"""

SOURCES_OF_WITHDRAWN = """
UPDATE lists_entrysource SET withdrawn_in_id = %(edition)s WHERE withdrawn_in_id IS NULL AND entry_id IN (
  SELECT o.id FROM lists_entry o WHERE o.withdrawn_in_id = %(edition)s)"""

DROP = """
DELETE FROM lists_stagedrow WHERE id IN (
  SELECT id FROM lists_stagedrow WHERE loading_id = %(loading)s LIMIT %(most)s)"""


@dataclass(frozen=True)
class Merged:
    """What an edition changed, in entries; ``sources`` counts sources that came or went."""

    added: int
    withdrawn: int
    sources: int = 0

    @property
    def changes(self) -> int:
        return self.added + self.withdrawn + self.sources


def merge(loading: Loading, edition: Edition, *, at: datetime) -> Merged:
    """Bring a loading's staged rows into force in ``edition``. Call it inside a transaction."""
    run = _Statements(
        {
            "loading": loading.pk,
            "list": loading.hash_list_id,
            "edition": edition.pk,
            "keyed": loading.keyed,
            "nothing": "{}",
            "expires": _expiry(loading, at),
        }
    )
    know_the_size(StagedRow, changed=None)
    know_the_size(Entry, changed=loading.rows)
    know_the_size(EntrySource, changed=loading.rows)
    return _merge_some(run, loading) if loading.incremental else _merge_whole(run, loading)


def renew(loading: Loading, *, at: datetime) -> None:
    """Give staged entries that are in force their full time again, where a list's entries expire."""
    if loading.hash_list.expires_after_days:
        run = _Statements(
            {"loading": loading.pk, "list": loading.hash_list_id, "expires": _expiry(loading, at)}
        )
        run(RENEWED)


def know_the_size(model: type[Model], *, changed: int | None) -> None:
    """Let PostgreSQL count a table of which more than a tenth changed, or where ``changed`` is None.

    Its plans come from statistics that a load outruns: those of an empty table make a loading of n rows cost n².
    """
    if connection.vendor != "postgresql":
        return
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [table])
        if changed is None or 10 * changed > cursor.fetchone()[0]:
            cursor.execute(f"ANALYZE {table}")


def _expiry(loading: Loading, at: datetime) -> Any:
    days = loading.hash_list.expires_after_days
    return connection.ops.adapt_datetimefield_value(at + timedelta(days=days) if days else None)


def _merge_whole(run: _Statements, loading: Loading) -> Merged:
    withdrawn = run(ABSENT_OR_CHANGED)  # 1
    added = run(NEW)  # 2
    know_the_size(Entry, changed=added)
    named = run(NAMED) if loading.named else 0  # 3
    know_the_size(EntrySource, changed=named)
    unnamed = run(UNNAMED) if loading.named else 0
    run(SOURCES_OF_WITHDRAWN)
    return Merged(added, withdrawn, named + unnamed)


def _merge_some(run: _Statements, loading: Loading) -> Merged:
    run(CANCELLED_BY_VALUE)  # 1
    run(CANCELLED_BY_REFERENCE)
    changed = run(CHANGED)  # 2
    added = run(NEW)  # 3
    know_the_size(Entry, changed=added)
    taken = run(TAKEN_OVER)
    sources = run(NAMED) if loading.named else 0  # 4
    know_the_size(EntrySource, changed=taken + sources)
    sources += run(SOURCES_BY_VALUE) + run(SOURCES_BY_REFERENCE)  # 5
    withdrawn = changed + run(BY_VALUE) + run(WITHOUT_SOURCE)  # 6
    run(SOURCES_OF_WITHDRAWN)
    return Merged(added, withdrawn, sources)


def drop_staged(loading: Loading) -> bool:
    """Take away some staged rows of a loading that has ended; return whether there may be more."""
    with connection.cursor() as cursor:
        cursor.execute(DROP, {"loading": loading.pk, "most": DROPPED_AT_ONCE})
        return bool(cursor.rowcount == DROPPED_AT_ONCE)


class _Statements:
    """Runs statements with one set of parameters; answers with the number of rows that changed."""

    def __init__(self, parameters: dict[str, Any]) -> None:
        self._parameters = parameters

    def __call__(self, statement: str) -> int:
        with connection.cursor() as cursor:
            cursor.execute(statement, self._parameters)
            return int(cursor.rowcount)
