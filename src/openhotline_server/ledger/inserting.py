"""Many rows into one table, for bulk work: ``bulk_create`` spends four fifths of its time on what no row here needs.

The database's own constraints hold as ever; what a model's ``save`` does is not run, by ``bulk_create`` neither. One
statement for each ``AT_ONCE`` rows, with parameters, alike on PostgreSQL and SQLite (3.35 or newer). Call it inside a
transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import chain
from operator import attrgetter
from typing import Any, TypeAlias, TypeVar

from django.db import connection
from django.db.models import AutoField, DateTimeField, Field, JSONField, Model, UUIDField

Row: TypeAlias = Sequence[Any]
Column: TypeAlias = Field[Any, Any]
Made = TypeVar("Made", bound=Model)

AT_ONCE = 100
"""Rows in one statement: with fewer than 300 columns below every database's limit of parameters (SQLite: 32,766)."""

_TURNED = (DateTimeField, JSONField, UUIDField)  # texts and numbers are taken as they are


def insert_rows(
    model: type[Model], names: Sequence[str], rows: Sequence[Row], *, twice_is_once: bool = False
) -> None:
    """Insert rows of values in the order of ``names``, which are attributes (``item_id``, not ``item``).

    A column that is not named gets its field's default. With ``twice_is_once`` a row that breaks a uniqueness is
    left out.
    """
    ending = " ON CONFLICT DO NOTHING" if twice_is_once else ""
    for statement, values in _statements(model, names, rows):
        with connection.cursor() as cursor:
            cursor.execute(statement + ending, values)


def insert_new(instances: Sequence[Made]) -> list[Made]:
    """Insert instances of one model that have no key yet; each gets the key of its row, and they are returned."""
    if not instances:
        return []
    model = type(instances[0])
    columns = _columns(model)
    (key,) = (field for field in columns.values() if field.primary_key)
    names = [name for name, field in columns.items() if not field.primary_key]
    waiting = iter(instances)
    for statement, values in _statements(model, names, list(map(attrgetter(*names), instances))):
        with connection.cursor() as cursor:
            cursor.execute(f"{statement} RETURNING {_quoted(key)}", values)
            for (number,) in cursor.fetchall():
                instance = next(waiting)
                setattr(instance, key.attname, number)
                instance._state.adding, instance._state.db = False, connection.alias
    return list(instances)


def _statements(
    model: type[Model], names: Sequence[str], rows: Sequence[Row]
) -> Iterator[tuple[str, list[Any]]]:
    columns = _columns(model)
    left_out = [name for name, c in columns.items() if name not in names and not isinstance(c, AutoField)]
    if left_out:
        rows = [(*row, *(columns[name].get_default() for name in left_out)) for row in rows]
    names = (*names, *left_out)
    for first in range(0, len(rows), AT_ONCE):
        part = _turned([columns[name] for name in names], rows[first : first + AT_ONCE])
        yield _statement(model, names, len(part)), list(chain.from_iterable(part))


def _turned(columns: Sequence[Column], rows: Sequence[Row]) -> Sequence[Row]:
    """Turn values into what the database's driver takes."""
    by_column = list(zip(*rows, strict=True))
    for place, column in enumerate(columns):
        if isinstance(column, _TURNED):
            by_column[place] = tuple(map(_turner(column), by_column[place]))
    return list(zip(*by_column, strict=True))


def _turner(column: Column) -> Callable[[Any], Any]:
    def turn(value: Any) -> Any:
        return column.get_db_prep_save(value, connection)

    # the same moment stands in every row
    return lru_cache(maxsize=8)(turn) if isinstance(column, DateTimeField) else turn


@lru_cache(maxsize=256)
def _statement(model: type[Model], names: tuple[str, ...], count: int) -> str:
    columns = _columns(model)
    row = f"({', '.join(['%s'] * len(names))})"
    named = ", ".join(_quoted(columns[name]) for name in names)
    table = connection.ops.quote_name(model._meta.db_table)
    # Names come from the models, values go as parameters.
    return f"INSERT INTO {table} ({named}) VALUES {', '.join([row] * count)}"  # noqa: S608


def _columns(model: type[Model]) -> dict[str, Column]:
    return {field.attname: field for field in model._meta.concrete_fields}


def _quoted(column: Column) -> str:
    return connection.ops.quote_name(str(column.column))
