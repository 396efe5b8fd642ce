"""AI claimed, indicated and assessed side by side; made only where items had a deep look at their origin.

The two tables stand beside the others and count other items than they do. So that nobody can work a small number out
from the difference, the public form rounds every count to the nearest five, after small ones were withheld.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from openhotline_server.statistics.definitions import UNIT
from openhotline_server.statistics.origins import Said
from openhotline_server.statistics.suppression import DEFAULT_THRESHOLD, suppress
from openhotline_server.statistics.tables import Cell, Row, Table, crossed, figures

OPEN, NOT_ASSESSED = "open", "not_assessed"
BOTH, CLAIMED, INDICATED, NEITHER = "claimed_and_indicated", "only_claimed", "only_indicated", "neither"
AI_ANSWERS = ("altered_real", "known_victim", "wholly_generated")
STEP = 5

ORIGIN_TABLES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "origin": (
            "AI claimed, indicated, assessed",
            "Items that had a deep look at their origin (examined); of them those whose file claims generation or "
            "editing without proof (claimed), those with the outcome synthetic indications (indicated), and those "
            "that an assessment in force finds altered, made from a known victim or wholly generated (assessed).",
        ),
        "origin_by_assessment": (
            "AI claimed and indicated, by assessment",
            "The same items, by what file and machines say and by the AI dimension of the assessment in force. "
            "open: unknown, or left open; not_assessed: no assessment is in force.",
        ),
    }
)


def origin_tables(counted: Sequence[Said]) -> tuple[Table, ...]:
    """Return the tables; none where no item had a deep look."""
    return (_side_by_side(counted), _by_assessment(counted)) if counted else ()


def protect_origin(tables: Sequence[Table], *, threshold: int = DEFAULT_THRESHOLD) -> tuple[Table, ...]:
    """Return the tables for the public: small counts withheld, then every other one rounded."""
    return tuple(_rounded(suppress(table, threshold=threshold)) for table in tables)


def _side_by_side(counted: Sequence[Said]) -> Table:
    def items(*which: bool) -> int:
        return sum(said.items for said, fits in zip(counted, which, strict=True) if fits)

    title, definition = ORIGIN_TABLES["origin"]
    counts = {
        "examined": items(*(True for _ in counted)),
        "claimed": items(*(said.claimed for said in counted)),
        "indicated": items(*(said.indicated for said in counted)),
        "assessed": items(*(said.ai in AI_ANSWERS for said in counted)),
    }
    return figures(
        name="origin", title=title, header="figure", counts=counts, definition=definition, unit=UNIT
    )


def _by_assessment(counted: Sequence[Said]) -> Table:
    cells: Counter[tuple[str, str]] = Counter()
    for one in counted:
        cells[_machines(one), _readers(one)] += one.items
    title, definition = ORIGIN_TABLES["origin_by_assessment"]
    return crossed(
        name="origin_by_assessment",
        title=title,
        header="said",
        counts=cells,
        row_codes=(BOTH, CLAIMED, INDICATED, NEITHER),
        column_codes=("none", *AI_ANSWERS, OPEN, NOT_ASSESSED),
        definition=definition,
        unit=UNIT,
        places=1,
    )


def _machines(said: Said) -> str:
    if said.claimed:
        return BOTH if said.indicated else CLAIMED
    return INDICATED if said.indicated else NEITHER


def _readers(said: Said) -> str:
    if not said.assessed:
        return NOT_ASSESSED
    return said.ai if said.ai in ("none", *AI_ANSWERS) else OPEN


def _rounded(table: Table) -> Table:
    rule = f"{table.rule} Every other count is rounded to the nearest {STEP}; parts may not add up."
    return replace(table, rows=tuple(_rounded_row(table, row) for row in table.rows), rule=rule)


def _rounded_row(table: Table, row: Row) -> Row:
    return tuple(None if i in table.percent_columns else _to_step(cell) for i, cell in enumerate(row))


def _to_step(cell: Cell) -> Cell:
    return (cell + STEP // 2) // STEP * STEP if isinstance(cell, int) else cell
