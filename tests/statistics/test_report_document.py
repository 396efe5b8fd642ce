"""The reference page says what the code counts of reports, hosting and removal, word for word."""

from __future__ import annotations

from pathlib import Path

import pytest

from openhotline import law
from openhotline_server.statistics.hosting_tables import domain_table, hosting_of, hosting_table
from openhotline_server.statistics.removal_counting import RemovalCounts
from openhotline_server.statistics.removal_tables import removal_tables
from openhotline_server.statistics.report_counting import ReportCounts
from openhotline_server.statistics.report_definitions import (
    REMOVAL_FIGURES,
    REPORT_FIGURES,
    REPORT_TABLES,
)
from openhotline_server.statistics.report_tables import report_tables, site_tables

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "statistics.md").read_text("utf-8")
PROSE = " ".join(PAGE.split())
NOTHING = ReportCounts(0, 0, 0, (), (), {}, 0, {})
ENGLAND = law.load_jurisdiction("gb-eng")
MADE = {
    table.name: table
    for table in (
        *report_tables(NOTHING, ENGLAND),
        hosting_table(hosting_of((), {})),
        *site_tables(()),
        domain_table(NOTHING),
        *removal_tables(RemovalCounts(0, 0, 0, ())),
    )
}


@pytest.mark.parametrize("name", REPORT_TABLES)
def test_every_table_stands_with_its_columns_and_definition(name: str) -> None:
    assert f"`{name}` (`{','.join(MADE[name].columns)}`): {REPORT_TABLES[name][1]}" in PROSE


def test_every_table_that_is_made_is_defined_in_order() -> None:
    assert list(MADE) == list(REPORT_TABLES)


@pytest.mark.parametrize(("name", "words"), [*REPORT_FIGURES.items(), *REMOVAL_FIGURES.items()])
def test_every_figure_stands_with_its_definition(name: str, words: str) -> None:
    assert f"- `{name}`: {words}" in PROSE
