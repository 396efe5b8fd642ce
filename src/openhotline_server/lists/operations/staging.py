"""Rows that were read, written beside the list. Plain SQL: a model for each row would cost most of the time."""

# ruff: noqa: S608 - nothing but constants of this file is put into a statement; values are parameters

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, is_dataclass
from typing import Any

from django.db import connection

from openhotline.hashlists import Row
from openhotline_server.lists.models import LONGEST_REFERENCE, LONGEST_VALUE, Loading

COLUMNS = (
    "loading_id, place, line, code, algorithm, value, reference, media, quality, grades, ai, tags, withdrawn"
)
WORDS = ("media", "quality", "grades", "ai", "tags", "withdrawn")
"""What a row says of its entry. A later row of the same entry and reference has the last word, and is noted."""

DIFFERS = " OR ".join(
    f"excluded.{name} <> lists_stagedrow.{name} OR (excluded.{name} IS NULL) <> (lists_stagedrow.{name} IS NULL)"
    for name in WORDS
)
STAGE = (
    f"INSERT INTO lists_stagedrow ({COLUMNS}) VALUES ({', '.join(['%s'] * 13)}) "
    "ON CONFLICT (loading_id, algorithm, value, reference) DO UPDATE SET "
    f"clash = CASE WHEN {DIFFERS} THEN excluded.line ELSE lists_stagedrow.clash END, place = excluded.place, "
    + ", ".join(f"{name} = excluded.{name}" for name in WORDS)
)
WORST_QUALITY, BEST_QUALITY = 0, 100


def stage(loading: Loading, rows: Sequence[Row], *, first: int) -> None:
    """Write rows; ``first`` is the place of the first of them among all rows of the loading."""
    if not rows:
        return
    parameters = [_parameters(loading.pk, place, row) for place, row in enumerate(rows, first)]
    with connection.cursor() as cursor:
        cursor.executemany(STAGE, parameters)


def fault_of(row: Row) -> str:
    """What keeps a row that its reader took from being stored; empty where nothing does."""
    if not row.withdrawn and not (row.algorithm and row.value):
        return "It has no algorithm or no value."
    if len(row.algorithm) > 20 or len(row.value.encode()) > LONGEST_VALUE:
        return f"Its value is longer than {LONGEST_VALUE:,} bytes."
    if len(row.reference) > LONGEST_REFERENCE:
        return f"Its reference is longer than {LONGEST_REFERENCE} characters."
    if row.quality is not None and not WORST_QUALITY <= row.quality <= BEST_QUALITY:
        return "Its quality is not a number from 0 to 100."
    if len(row.ai) > 20:
        return "What it says about AI is longer than 20 characters."
    if row.withdrawn and not row.algorithm and not row.reference:
        return "It withdraws an entry and does not say which."
    words = (row.algorithm, row.value, row.reference, row.ai, *row.tags)
    return "It holds a NUL character." if any("\0" in word for word in words) else ""


def _parameters(loading: int, place: int, row: Row) -> tuple[Any, ...]:
    return (
        loading,
        place,
        row.line,
        uuid.uuid4().hex,
        row.algorithm,
        row.value,
        row.reference,
        row.media,
        row.quality,
        _json({code: _plain(grade) for code, grade in row.grades.items()}) if row.grades else "{}",
        row.ai,
        _json(list(row.tags)) if row.tags else "[]",
        row.withdrawn,
    )


def _plain(grade: object) -> object:
    """A grade as plain data, whether it comes as a dataclass or as a mapping."""
    if is_dataclass(grade) and not isinstance(grade, type):
        return asdict(grade)
    return dict(grade) if isinstance(grade, Mapping) else str(grade)


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True)
