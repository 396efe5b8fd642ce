"""Tables to files: CSV, JSON and an SVG chart each, the same bytes for the same table every time."""

from __future__ import annotations

import csv
import io
import json
import os
import tempfile
from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from openhotline.errors import OpenHotlineError, WrongUsage
from openhotline_server.statistics.charts import bar_chart
from openhotline_server.statistics.tables import Cell, Table


def write_tables(
    tables: Iterable[Table], out_dir: Path, *, at: datetime, chart: Callable[[Table], str] = bar_chart
) -> tuple[Path, ...]:
    """Write ``name.csv``, ``name.json`` and ``name.svg`` for every table and return the paths.

    Each file appears whole or not at all. ``at`` (with its time zone) is when the figures were counted; it
    stands in the JSON only. ``chart`` draws a table as SVG.
    """
    if at.tzinfo is None:
        raise WrongUsage("The time at which the figures were counted needs its time zone.")
    try:
        out_dir.mkdir(parents=True, exist_ok=True)
        return tuple(
            write_file(out_dir / f"{table.name}.{ending}", text)
            for table in tables
            for ending, text in (
                ("csv", csv_text(table)),
                ("json", json_text(table, at=at)),
                ("svg", chart(table)),
            )
        )
    except OSError as error:
        raise OpenHotlineError(
            "The tables could not be written. Check that the folder is yours and the disk is not full.",
            details=str(error),
        ) from error


def csv_text(table: Table) -> str:
    """Return the table as CSV: the columns' names, then the rows; line feeds, no byte-order mark."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows([cell_text(cell) for cell in row] for row in table.rows)
    return stream.getvalue()


def json_text(table: Table, *, at: datetime) -> str:
    """Return the table as JSON with definition and rule: rows are objects by column, shares are numbers."""
    document = {
        "name": table.name,
        "title": table.title,
        "definition": table.definition,
        "rule": table.rule,
        "unit": table.unit,
        "counted_at": at.isoformat(),
        "columns": list(table.columns),
        "rows": rows_by_column(table),
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def rows_by_column(table: Table) -> list[dict[str, str | int | float | None]]:
    """Return the rows as JSON holds them: objects by column, shares as numbers."""
    return [dict(zip(table.columns, map(_json_cell, row), strict=True)) for row in table.rows]


def cell_text(cell: Cell) -> str:
    """Return a cell as it is printed: nothing for no percentage, never an exponent."""
    if cell is None:
        return ""
    return format(cell, "f") if isinstance(cell, Decimal) else str(cell)


def _json_cell(cell: Cell) -> str | int | float | None:
    if not isinstance(cell, Decimal):
        return cell
    return int(cell) if cell.as_tuple().exponent == 0 else float(cell)


def write_file(path: Path, text: str) -> Path:
    """Write beside the target and rename: a reader sees the old file or the new one, never half of it."""
    handle, partial = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".partial")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(text.encode("utf-8"))
            stream.flush()
            os.fsync(stream.fileno())
        Path(partial).chmod(0o644)  # mkstemp makes it private; a table is meant to be read
        Path(partial).replace(path)
    except BaseException:
        Path(partial).unlink(missing_ok=True)
        raise
    return path
