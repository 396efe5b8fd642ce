"""The tables of reports, hosting and removal for the public: no small number is shown, and none follows.

1. Hosting, site types and commerciality split the same addresses; nothing but their whole ties them together. Each is
   protected as the parts of a known whole, hosting also with the sum of its ten. Where one of them cannot be
   protected, the whole is too small: then the counts of all three are withheld, and the whole too.
2. The tables of what came of reports hang together by differences (duplicates, quarantine). They are protected one by
   one and then rounded to the nearest five, which leaves no difference to take.
3. A median or a share of removals is left out where the counts beside it are withheld, or where the share would tell
   a small number. Tables by host are not made for the public: hosts are told, not exposed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from openhotline_server.statistics.hosting_tables import SUMS, Hosting, without_sums
from openhotline_server.statistics.origin_tables import STEP
from openhotline_server.statistics.removal_tables import ALL, TIMES_COLUMNS
from openhotline_server.statistics.report_counting import ACTIONED, NOT_CRIMINAL, OFF_REMIT
from openhotline_server.statistics.report_tables import SHARE_COLUMN
from openhotline_server.statistics.rounding import percent
from openhotline_server.statistics.suppression import DEFAULT_THRESHOLD, WITHHELD, suppress
from openhotline_server.statistics.tables import TOTAL_COLUMN, Cell, Row, Table

SPLIT = ("hosting", "site_types", "commercial")
ROUNDED = (
    "reports",
    "reports_by_source",
    "reports_by_source_once",
    "domains",
    "removal",
    "removal_by_country",
)
RATES = {"addresses_per_notice": ("notices", "addresses_told")}
_PARTS = ("country", TOTAL_COLUMN, "percent", "before_percent", "change_percent")
HOUSE_ONLY = ("removal_by_host", "removal_times_by_host")


def protect_reports(
    tables: Sequence[Table], hosting: Hosting, *, threshold: int = DEFAULT_THRESHOLD
) -> tuple[Table, ...]:
    """Return the tables for the public, without those that are for the house only."""
    made = {table.name: table for table in tables if table.name not in HOUSE_ONLY}
    shown = _split(made, hosting, threshold)
    shown |= {name: _coarse(made[name], threshold) for name in ROUNDED}
    shown["removal_times"] = _times(made["removal_times"], made["removal_by_country"], threshold)
    return tuple(shown[name] for name in made)


def _split(made: Mapping[str, Table], hosting: Hosting, threshold: int) -> dict[str, Table]:
    # Under our own names of columns, by which the rules of suppression go.
    parts = replace(made["hosting"], columns=_PARTS, rows=without_sums(made["hosting"]))
    shown = {
        "hosting": suppress(parts, threshold=threshold, subtotals=[hosting.top_ten]),
        **{name: suppress(made[name], threshold=threshold) for name in SPLIT[1:]},
    }
    bare = any(_nothing_shown(table) for table in shown.values())
    if bare:
        originals = {**made, "hosting": parts}
        shown = {name: _bare(originals[name], shown[name].rule, threshold) for name in SPLIT}
    return shown | {"hosting": _with_sums(shown["hosting"], made["hosting"], threshold, bare=bare)}


def _nothing_shown(table: Table) -> bool:
    """Whether every count but the zeros is withheld."""
    counts = [row[i] for row in table.rows for i in table.count_columns]
    return any(isinstance(count, str) for count in counts) and all(
        isinstance(c, str) or c == 0 for c in counts
    )


def _bare(table: Table, rule: str, threshold: int) -> Table:
    """Withhold every count but the zeros, and every share but those of zeros."""
    rows = tuple(row if row[1] == 0 else _withheld(row, threshold) for row in table.rows)
    return replace(table, rows=rows, rule=rule)


def _withheld(row: Row, threshold: int) -> Row:
    return (row[0], _mark(row[1], threshold), *(None for _ in row[2:]))


def _mark(count: Cell, threshold: int) -> Cell:
    return f"<{threshold}" if isinstance(count, int) and 0 < count < threshold else WITHHELD


def _with_sums(parts: Table, whole: Table, threshold: int, *, bare: bool) -> Table:
    """Put the two sums back; they are withheld where nothing else is shown."""
    sums = {row[0]: row for row in whole.rows if row[0] in SUMS}
    if bare:
        sums = {name: row if row[1] == 0 else _withheld(row, threshold) for name, row in sums.items()}
    by_name = {row[0]: row for row in parts.rows} | sums
    return replace(parts, columns=whole.columns, rows=tuple(by_name[row[0]] for row in whole.rows))


def _coarse(table: Table, threshold: int) -> Table:
    """Withhold small counts, then round every other one; shares are taken again from what is shown."""
    counted = replace(table, rows=tuple(row for row in table.rows if isinstance(row[1], int)))
    shown = suppress(counted, threshold=threshold)
    rows = {row[0]: _rounded(table, row) for row in shown.rows}
    rule = f"{shown.rule} Every other count is rounded to the nearest {STEP}; parts may not add up."
    whole = tuple(rows.get(row[0], _rate(row, rows)) for row in table.rows)
    return replace(table, rows=whole, rule=rule)


def _rounded(table: Table, row: Row) -> Row:
    cells = [(cell + STEP // 2) // STEP * STEP if isinstance(cell, int) else cell for cell in row]
    for i in table.percent_columns:
        cells[i] = _share(table, cells) if table.columns[i] == SHARE_COLUMN else None
    return tuple(cells)


def _share(table: Table, cells: Sequence[Cell]) -> Cell:
    """The share of actioned reports, from the counts as they are shown."""
    found = [cells[table.columns.index(name)] for name in (ACTIONED, NOT_CRIMINAL, OFF_REMIT)]
    counts = [count for count in found if isinstance(count, int)]
    return percent(counts[0], sum(counts)) if len(counts) == len(found) else None


def _rate(row: Row, shown: Mapping[Cell, Row]) -> Row:
    """A rate stands beside what it is made of, or not at all."""
    made_of = [shown[name][1] for name in RATES.get(str(row[0]), ())]
    return (row[0], row[1] if all(isinstance(count, int) for count in made_of) else None)


def _times(times: Table, beside: Table, threshold: int) -> Table:
    """Keep a row where enough clocks stand behind it; its shares where they tell no small number."""
    clocks = {row[0]: _counts(beside, row) for row in beside.rows}
    clocks[ALL] = [sum(column) for column in zip(*clocks.values(), strict=True)]
    rows = tuple(_times_row(row, clocks[row[0]], threshold) for row in times.rows)
    rule = f"{times.rule} Left out where fewer than {threshold} clocks, removals or others stand behind a figure."
    return replace(times, rows=rows, rule=rule)


def _counts(beside: Table, row: Row) -> list[int]:
    return [int(row[i]) for i in beside.count_columns if isinstance(row[i], int)]  # type: ignore[arg-type]


def _times_row(row: Row, clocks: Sequence[int], threshold: int) -> Row:
    if not clocks or any(0 < count < threshold for count in clocks):
        return (row[0], *(None for _ in TIMES_COLUMNS))
    total = clocks[-1]
    return tuple(
        None if i > len(TIMES_COLUMNS) - 2 and _tells_small(cell, total, threshold) else cell
        for i, cell in enumerate(row)
    )


def _tells_small(share: Cell, total: int, threshold: int) -> bool:
    """Whether a whole-number share of so many clocks may stand for a small number of them, or of the others."""
    if not isinstance(share, int):
        return False
    return any(0 < part < threshold for part in (share * total / 100, (100 - share) * total / 100))
