"""Many rows of one table changed at once, for bulk work: ``bulk_update`` spends most of its time on building one
statement with a case for every row. Here one statement is run for each row, which the drivers send together.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from django.db import connection
from django.db.models import Field, Model


def update_rows(rows: Sequence[Model], names: Sequence[str]) -> None:
    """Write these attributes (``item_id``, not ``item``) of rows of one model. Call it inside a transaction.

    What stands in memory is written: lock the rows where somebody else may change them.
    """
    if not rows:
        return
    meta = type(rows[0])._meta
    columns: dict[str, Field[Any, Any]] = {field.attname: field for field in meta.concrete_fields}
    quoted = connection.ops.quote_name
    wanted = [columns[name] for name in names]
    setting = ", ".join(f"{quoted(str(column.column))} = %s" for column in wanted)
    key = next(field for field in columns.values() if field.primary_key)
    # Names come from the models, values go as parameters.
    statement = f"UPDATE {quoted(meta.db_table)} SET {setting} WHERE {quoted(str(key.column))} = %s"  # noqa: S608
    values = [
        [*(column.get_db_prep_save(attrgetter(column.attname)(row), connection) for column in wanted), row.pk]
        for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.executemany(statement, values)
