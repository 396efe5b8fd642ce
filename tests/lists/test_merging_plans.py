"""On PostgreSQL a loading of n rows looks at some n rows, also where statistics were taken of empty tables."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction
from tests.lists.lists_cast import a_list, fed, random_pdqs

from openhotline.hashlists import Row

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="plans are PostgreSQL's"),
]

ROWS = 3000
LOOKED_AT = 50 * ROWS
"""By one statement. One that looks at every row for every row looks at nine million."""


@pytest.mark.parametrize("incremental", [False, True], ids=["whole", "incremental"])
def test_no_statement_looks_at_every_row_for_every_row(incremental: bool) -> None:
    _forget_the_sizes()
    partner = a_list()
    rows = [
        Row("pdq", value, line, 90, reference=f"r{line}") for line, value in enumerate(random_pdqs(ROWS), 1)
    ]
    with _explained() as looked_at:
        for quality in (90, 80, 80):
            fed(
                partner,
                [row._replace(quality=quality) for row in rows],
                incremental=incremental,
                keyed=incremental,
            )
        if incremental:
            fed(partner, [row._replace(withdrawn=True) for row in rows], keyed=True)
    assert len(looked_at) > 10
    assert {statement: count for statement, count in looked_at if count > LOOKED_AT} == {}


def _forget_the_sizes() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '1min'")
        for table in ("lists_stagedrow", "lists_entry", "lists_entrysource"):
            cursor.execute(f"ANALYZE {table}")


@contextmanager
def _explained() -> Iterator[list[tuple[str, int]]]:
    """Explain each statement that changes a table of lists before it runs; gather how many rows it looks at."""
    looked_at: list[tuple[str, int]] = []

    def explain(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if (
            sql.lstrip().startswith(("INSERT INTO lists_", "UPDATE lists_", "DELETE FROM lists_"))
            and not many
        ):
            looked_at.append((sql, _looks(sql, params)))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        yield looked_at


def _looks(sql: str, params: Any) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}", params)
        (answer,) = cursor.fetchone()
        transaction.set_rollback(True)
    plan = json.loads(answer) if isinstance(answer, str) else answer
    return _rows(plan[0]["Plan"])


def _rows(node: dict[str, Any]) -> int:
    seen = (
        node["Actual Rows"]
        + node.get("Rows Removed by Filter", 0)
        + node.get("Rows Removed by Join Filter", 0)
    )
    return int(seen * node["Actual Loops"]) + sum(_rows(below) for below in node.get("Plans", []))
