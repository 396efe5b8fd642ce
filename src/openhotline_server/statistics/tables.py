"""A table as it is published: rows of counts with their definition, rounding rule and unit.

The first column holds a code. A column named ``percent`` (or ending in ``_percent``, or beginning with ``%``)
holds shares, every other column holds counts. A count that may not be shown is a string in its place (see
``suppression``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from openhotline.errors import WrongUsage
from openhotline_server.statistics.rounding import percent, rule_in_words

Cell = str | int | Decimal | None
Row = tuple[Cell, ...]

COUNTS_ONLY = "Counts are exact; nothing is rounded."
TOTAL_COLUMN = "count"  # the column of a crossed table that holds each row's total

_FILE_STEM = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Table:
    """One published table. ``rows`` are (code, count, percent...) in the order in which they are printed."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    definition: str
    rule: str
    unit: str

    def __post_init__(self) -> None:
        if not _FILE_STEM.fullmatch(self.name):
            raise WrongUsage("A table's name becomes a file name: use small letters, digits and underscores.")
        if len(self.columns) < 2 or any(len(row) != len(self.columns) for row in self.rows):
            raise WrongUsage("Every row of a table needs one cell for each of its columns, at least two.")
        codes = [row[0] for row in self.rows]
        if len(set(codes)) != len(codes) or len(set(self.columns)) != len(self.columns):
            raise WrongUsage("A code may stand in a table only once, and so may the name of a column.")

    @property
    def count_columns(self) -> tuple[int, ...]:
        """Positions of the columns that hold counts."""
        return tuple(i for i, name in enumerate(self.columns) if i and not _is_percent(name))

    @property
    def percent_columns(self) -> tuple[int, ...]:
        """Positions of the columns that hold percentages."""
        return tuple(i for i, name in enumerate(self.columns) if i and _is_percent(name))

    @property
    def is_crossed(self) -> bool:
        """Whether each row splits its count over several columns."""
        return len(self.count_columns) > 1 and TOTAL_COLUMN in self.columns


def figures(
    *, name: str, title: str, header: str, counts: Mapping[str, int], definition: str, unit: str
) -> Table:
    """Make a table of figures that are no parts of one whole: code and count, no percentages."""
    rows = tuple(counts.items())
    return Table(name, title, (header, TOTAL_COLUMN), rows, definition, COUNTS_ONLY, unit)


def counted(
    *,
    name: str,
    title: str,
    header: str,
    counts: Mapping[str, int],
    definition: str,
    unit: str,
    places: int = 0,
) -> Table:
    """Make a table of the parts of one whole: code, count and the share of the sum of all counts."""
    total = sum(counts.values())
    rows = tuple((code, count, percent(count, total, places=places)) for code, count in counts.items())
    columns = (header, TOTAL_COLUMN, "percent")
    return Table(name, title, columns, rows, definition, rule_in_words(places), unit)


def crossed(
    *,
    name: str,
    title: str,
    header: str,
    counts: Mapping[tuple[str, str], int],
    row_codes: Sequence[str],
    column_codes: Sequence[str],
    definition: str,
    unit: str,
    places: int = 0,
) -> Table:
    """Make a table of two dimensions: one row a code, one column a code, then the row's count and share.

    ``counts`` is keyed by (row code, column code); what is missing there is 0.
    """
    if not set(counts) <= {(row, column) for row in row_codes for column in column_codes}:
        raise WrongUsage("A count lies outside the rows and columns of its table: name every code.")
    total = sum(counts.values())
    cells = {row: [counts.get((row, column), 0) for column in column_codes] for row in row_codes}
    sums = {row: sum(cells[row]) for row in row_codes}
    rows = tuple((row, *cells[row], sums[row], percent(sums[row], total, places=places)) for row in row_codes)
    columns = (header, *column_codes, TOTAL_COLUMN, "percent")
    return Table(name, title, columns, rows, definition, rule_in_words(places), unit)


def _is_percent(column: str) -> bool:
    return column == "percent" or column.endswith("_percent") or column.startswith("%")
