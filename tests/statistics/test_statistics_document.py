"""The reference page says what the code counts, word for word."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from counting_cast import NOTHING

from openhotline import law
from openhotline_server.statistics.definitions import FIGURES, TABLES
from openhotline_server.statistics.suppression import DEFAULT_THRESHOLD, WITHHELD
from openhotline_server.statistics.table_set import make_tables

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "statistics.md").read_text("utf-8")
PROSE = " ".join(PAGE.split())
MADE = {table.name: table for table in make_tables(NOTHING, law.load_jurisdiction("gb-eng"))}


def test_every_figure_stands_with_its_definition_in_order() -> None:
    assert re.findall(r"^\| `(\w+)` \| ([A-Z][^|]*) \|$", PAGE, re.M) == list(FIGURES.items())


def test_every_table_stands_with_its_columns_and_definition_in_order() -> None:
    assert re.findall(r"^\| `(\w+)` \| `(\w+,[^|]*)` \| ([^|]*) \|$", PAGE, re.M) == [
        (name, ",".join(MADE[name].columns), definition) for name, (_, definition) in TABLES.items()
    ]


@pytest.mark.parametrize("name", TABLES)
def test_the_rounding_is_the_one_that_is_documented(name: str) -> None:
    found = re.search(r"(`outcomes`[^;]*) have whole numbers; ([^.]*) have one decimal place", PROSE)
    assert found is not None
    whole, fine = found.groups()
    rule = MADE[name].rule
    if name == "overview":
        assert "whole number" not in rule
    else:
        assert (f"`{name}`" in whole) == ("to a whole number" in rule)
        assert (f"`{name}`" in fine) == ("to one decimal place" in rule)


def test_the_marks_are_the_ones_that_are_documented() -> None:
    assert f"counts from 1 to {DEFAULT_THRESHOLD - 1} are shown as `<{DEFAULT_THRESHOLD}`" in PROSE
    assert f"`{WITHHELD}`" in PROSE
