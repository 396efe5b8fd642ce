"""Small numbers are not published, and cannot be worked out from what is.

A count of 1 to ``threshold - 1`` is shown as ``<5``. Where its table adds up to a known total that alone
would not protect it, so further counts are withheld, the smallest that serve, until every ``<5`` could still
be any number it stands for. The reader is assumed to know all totals, all zeros, and this rule.

A zero is published: it says that there is nobody to protect. A whole that is itself a small number protects
nothing inside it: then every count but the zeros is withheld, and the total may not be published elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from openhotline.errors import WrongUsage
from openhotline_server.statistics.flows import Arc, hide
from openhotline_server.statistics.tables import TOTAL_COLUMN, Cell, Row, Table

DEFAULT_THRESHOLD = 5
WITHHELD = "[c]"  # the UK Government Statistical Service's shorthand for "confidential"

Place = tuple[Cell, str]  # row code, column name


def suppress(
    table: Table, *, threshold: int = DEFAULT_THRESHOLD, subtotals: Iterable[Iterable[str]] = ()
) -> Table:
    """Return the table for the public.

    ``subtotals`` are groups of row codes whose sum stands in another published table: each group must then
    protect itself. A table without percentages is no whole of parts: its figures are judged one by one.
    """
    if threshold < 2:
        raise WrongUsage("The threshold for small numbers is at least 2.")
    if not table.percent_columns:
        small = {(row[0], name) for row in table.rows for name in _small_counts(table, row, threshold)}
        return marked(table, small, threshold)
    arcs = _crossed_arcs(table) if table.is_crossed else _listed_arcs(table, subtotals)
    return marked(table, hide(arcs, threshold), threshold)


_COLUMN_TOTAL = "*"  # stands where a row code would; no code is made of it


def _listed_arcs(table: Table, subtotals: Iterable[Iterable[str]]) -> list[Arc[Place]]:
    group = {code: f"group {i}" for i, codes in enumerate(subtotals) for code in codes}
    return [
        Arc((row[0], TOTAL_COLUMN), "whole", group.get(str(row[0]), "parts"), _whole_number(row[1]))
        for row in table.rows
    ]


def _crossed_arcs(table: Table) -> list[Arc[Place]]:
    """Counts flow from the whole through row totals, cells and column totals, which are known, back to the whole."""
    arcs: list[Arc[Place]] = []
    for row in table.rows:
        for i in table.count_columns:
            name, value = table.columns[i], _whole_number(row[i])
            ends = ("rows", f"row {row[0]}") if name == TOTAL_COLUMN else (f"row {row[0]}", f"column {name}")
            arcs.append(Arc((row[0], name), *ends, value))
    for code, total in _column_totals(table).items():
        place = (_COLUMN_TOTAL, str(code))
        arcs.append(Arc(place, f"column {code}", "columns", total, may_go=False))
    return arcs


def _column_totals(table: Table) -> dict[Cell, int]:
    columns = [(i, table.columns[i]) for i in table.count_columns if table.columns[i] != TOTAL_COLUMN]
    return {name: sum(_whole_number(row[i]) for row in table.rows) for i, name in columns}


def marked(table: Table, hidden: Iterable[Place], threshold: int) -> Table:
    places = set(hidden)
    rows = tuple(_marked_row(table, row, places, threshold) for row in table.rows)
    if rows == table.rows:
        return table
    rule = (
        f"{table.rule} Counts from 1 to {threshold - 1} are shown as <{threshold}; {WITHHELD} marks a larger "
        "count that is withheld so that a small one cannot be worked out."
    )
    return replace(table, rows=rows, rule=rule)


def _marked_row(table: Table, row: Row, places: set[Place], threshold: int) -> Row:
    cells = list(row)
    for i in table.count_columns:
        if (row[0], table.columns[i]) in places:
            cells[i] = f"<{threshold}" if _is_small(row[i], threshold) else WITHHELD
    if (row[0], TOTAL_COLUMN) in places:
        for i in table.percent_columns:
            cells[i] = None
    return tuple(cells)


def _small_counts(table: Table, row: Row, threshold: int) -> list[str]:
    return [table.columns[i] for i in table.count_columns if _is_small(row[i], threshold)]


def _is_small(cell: Cell, threshold: int) -> bool:
    return 0 < _whole_number(cell) < threshold


def _whole_number(cell: Cell) -> int:
    if not isinstance(cell, int) or cell < 0:
        raise WrongUsage("Small numbers are suppressed once, in a table of plain counts.")
    return cell
