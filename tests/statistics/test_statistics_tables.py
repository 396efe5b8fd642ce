"""Tables and their files: exact bytes, whole files, definitions beside the figures."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from statistics_cast import discounted, parts, severity_by_age

from openhotline.errors import OpenHotlineError, WrongUsage
from openhotline_server.statistics.tables import Table, figures
from openhotline_server.statistics.writing import csv_text, json_text, write_tables

GOLDEN = Path(__file__).parent / "golden"
AT = datetime(2023, 10, 10, 16, tzinfo=UTC)
CROSSED = {("3-6", "A"): 40, ("3-6", "C"): 3, ("7-10", "A"): 300, ("7-10", "B"): 200, ("7-10", "C"): 872}


@pytest.mark.parametrize("table", [discounted(), severity_by_age(CROSSED)], ids=lambda table: table.name)
def test_a_table_is_written_byte_for_byte(table: Table, tmp_path: Path) -> None:
    write_tables([table], tmp_path, at=AT)
    for ending in ("csv", "json"):
        name = f"{table.name}.{ending}"
        assert (tmp_path / name).read_bytes() == (GOLDEN / name).read_bytes()


def test_the_csv_is_the_header_and_the_rows_and_nothing_else() -> None:
    assert csv_text(parts({"a": 1, "b": 7})) == "part,count,percent\na,1,13\nb,7,88\n"


def test_percentages_of_nothing_are_empty() -> None:
    assert csv_text(parts({"a": 0})) == "part,count,percent\na,0,\n"


def test_decimals_are_printed_in_full() -> None:
    assert csv_text(parts({"a": 0, "b": 3}, places=2)) == "part,count,percent\na,0,0.00\nb,3,100.00\n"


def test_figures_have_no_percentages() -> None:
    table = figures(
        name="overview", title="Overview", header="figure", counts={"reports": 1}, definition="-", unit="-"
    )
    assert csv_text(table) == "figure,count\nreports,1\n"


def test_every_figure_carries_its_definition() -> None:
    document = json.loads(json_text(discounted(), at=AT))
    assert document["definition"].startswith("Images that were assessed")
    assert "a half upwards" in document["rule"]
    assert document["counted_at"] == "2023-10-10T16:00:00+00:00"
    assert document["rows"][5] == {"reason": "child_no_sexual_activity", "count": 4340, "percent": 53}


def test_each_table_becomes_three_files_and_leaves_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    paths = write_tables([discounted(), parts({"a": 1})], folder, at=AT)
    assert sorted(paths) == sorted(folder.iterdir())
    assert {path.name for path in paths} == {
        f"{name}.{ending}" for name in ("discounted", "parts") for ending in ("csv", "json", "svg")
    }


def test_twice_is_the_same_as_once(tmp_path: Path) -> None:
    paths = write_tables([discounted()], tmp_path, at=AT)
    first = [path.read_bytes() for path in paths]
    write_tables([discounted()], tmp_path, at=AT)
    assert [path.read_bytes() for path in paths] == first


def test_a_file_that_cannot_be_put_in_place_leaves_the_old_one(tmp_path: Path) -> None:
    (tmp_path / "parts.csv").mkdir()
    with pytest.raises(OpenHotlineError, match="could not be written") as caught:
        write_tables([parts({"a": 1})], tmp_path, at=AT)
    assert caught.value.exit_code == 3
    assert [path.name for path in tmp_path.iterdir()] == ["parts.csv"]


def test_the_time_needs_its_zone(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage):
        write_tables([discounted()], tmp_path, at=AT.replace(tzinfo=None))


def test_a_name_that_would_leave_the_folder_is_refused() -> None:
    with pytest.raises(WrongUsage):
        Table("../x", "X", ("a", "count"), (), "", "", "")


def test_a_row_that_does_not_fit_is_refused() -> None:
    with pytest.raises(WrongUsage):
        Table("x", "X", ("a", "count"), (("b", 1, 2),), "", "", "")


def test_a_code_stands_once() -> None:
    with pytest.raises(WrongUsage):
        Table("x", "X", ("a", "count"), (("b", 1), ("b", 2)), "", "", "")


def test_a_count_outside_its_table_is_refused() -> None:
    with pytest.raises(WrongUsage):
        severity_by_age({("7-10", "D"): 1})
