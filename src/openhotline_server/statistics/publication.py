"""The tables as they leave the site: counted, protected if they are for the public, written with an index."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from openhotline import law
from openhotline.errors import NotFound
from openhotline_server.statistics import queries
from openhotline_server.statistics.charts import bar_chart
from openhotline_server.statistics.definitions import FIGURES
from openhotline_server.statistics.hosting_tables import SUMS
from openhotline_server.statistics.labels import labels
from openhotline_server.statistics.origin_tables import origin_tables, protect_origin
from openhotline_server.statistics.protection import protect
from openhotline_server.statistics.report_definitions import REMOVAL_FIGURES, REPORT_FIGURES
from openhotline_server.statistics.report_set import count_report_tables
from openhotline_server.statistics.report_tables import BY_SOURCE_COLUMNS
from openhotline_server.statistics.scope import Scope
from openhotline_server.statistics.suppression import DEFAULT_THRESHOLD
from openhotline_server.statistics.svg import INK_BY_DEFAULT
from openhotline_server.statistics.table_set import assessed, make_tables
from openhotline_server.statistics.tables import Table
from openhotline_server.statistics.writing import write_file, write_tables

INDEX = "index.json"
# The bars of the overview: parts of the same items, in one unit.
DRAWN_FIGURES = (
    "items",
    "selected",
    "not_selected",
    "unreadable",
    "waiting",
    "undecided",
    "assessed",
    "criminal",
    "discounted",
)
DRAWN: Mapping[str, tuple[str, ...]] = {
    "overview": DRAWN_FIGURES,
    "reports": (
        "addresses",
        "not_assessed",
        "undecided",
        "assessed",
        "actioned",
        "not_criminal",
        "off_remit",
        "gone_before_notice",
    ),
    "removal": ("clocks", "removed", "moved", "stopped", "still_online"),
}
# How many columns of a wide table bars and the words beside them stand for; the others are shares of something else.
DRAWN_COLUMNS = {
    "hosting": 3,
    "reports_by_source": len(BY_SOURCE_COLUMNS) - 1,
    "reports_by_source_once": len(BY_SOURCE_COLUMNS) - 1,
    "removal_times": 2,
    "removal_times_by_host": 2,
}
MOST_BARS = 60
FIGURES_OF: Mapping[str, Mapping[str, str]] = {
    "overview": FIGURES,
    "reports": REPORT_FIGURES,
    "removal": REMOVAL_FIGURES,
}


@dataclass(frozen=True)
class TableSet:
    """All tables of one scope, as counted or as protected for the public."""

    scope: Scope
    jurisdiction: law.Jurisdiction
    public: bool
    tables: tuple[Table, ...]

    def table(self, name: str) -> Table:
        """The table of that name."""
        for table in self.tables:
            if table.name == name:
                return table
        raise NotFound("There is no table of that name.")


def count_tables(scope: Scope, *, public: bool) -> TableSet:
    """Count everything in scope. Raises NotFound for a study that nobody brought."""
    if scope.study and scope.study not in queries.list_studies():
        raise NotFound(
            "There is no report of a study with that title. Give the title exactly as it was brought in.",
            details="Studies: " + ("; ".join(queries.list_studies()) or "none"),
        )
    jurisdiction = queries.deciding()
    counts = queries.count(scope)
    tables, of_origin = make_tables(counts, jurisdiction), origin_tables(counts.said)
    if public:
        tables, of_origin = protect(tables, assessed(counts, jurisdiction)), protect_origin(of_origin)
    of_reports = count_report_tables(scope, jurisdiction, public=public)
    return TableSet(scope, jurisdiction, public, (*tables, *of_origin, *of_reports))


def draw(counted: TableSet, table: Table, *, ink: str = INK_BY_DEFAULT) -> str:
    """Return a table as SVG; ``ink`` is the colour of its words."""
    svg = bar_chart(_drawn(table), labels=labels(table, counted.jurisdiction))
    return svg.replace(f'color="{INK_BY_DEFAULT}"', f'color="{ink}"', 1)


def _drawn(table: Table) -> Table:
    """What of a table its chart shows: figures in one unit, no sums, the columns that bars stand for, the first rows."""
    chosen = DRAWN.get(table.name)
    rows = [row for row in table.rows if chosen is None or row[0] in chosen]
    if table.name == "hosting":
        rows = [row for row in rows if row[0] not in SUMS]
    width = DRAWN_COLUMNS.get(table.name, len(table.columns))
    return replace(table, columns=table.columns[:width], rows=tuple(row[:width] for row in rows[:MOST_BARS]))


def figure_definitions(table: str) -> Mapping[str, str]:
    """What each row of a table counts, where its rows are figures."""
    return FIGURES_OF.get(table, {})


def write_set(counted: TableSet, folder: Path, *, at: datetime) -> tuple[Path, ...]:
    """Write every table as CSV, JSON and SVG, and ``index.json`` last: where it is, the set is whole."""
    paths = write_tables(counted.tables, folder, at=at, chart=lambda table: draw(counted, table))
    return (*paths, write_file(folder / INDEX, json_text(index(counted, at=at))))


def index(counted: TableSet, *, at: datetime) -> dict[str, Any]:
    """What was counted, when and by which rules; every table and every figure with its definition."""
    scope = counted.scope
    return {
        "study": scope.study or None,
        "received_from": scope.first_day.isoformat() if scope.first_day else None,
        "received_until": scope.last_day.isoformat() if scope.last_day else None,
        "public": counted.public,
        "small_numbers_below": DEFAULT_THRESHOLD if counted.public else None,
        "jurisdiction": {
            "code": counted.jurisdiction.code,
            "edition": counted.jurisdiction.edition,
            "title": counted.jurisdiction.title,
        },
        "counted_at": at.isoformat(),
        "tables": [_entry(table) for table in counted.tables],
        "figures": {
            name: words for table in counted.tables for name, words in figure_definitions(table.name).items()
        },
    }


def json_text(document: dict[str, Any]) -> str:
    """Return a document as it is written and printed."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _entry(table: Table) -> dict[str, Any]:
    files: Sequence[str] = [f"{table.name}.{ending}" for ending in ("csv", "json", "svg")]
    return {
        "name": table.name,
        "title": table.title,
        "definition": table.definition,
        "rule": table.rule,
        "unit": table.unit,
        "files": files,
    }
