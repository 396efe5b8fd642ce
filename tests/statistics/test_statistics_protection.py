"""The tables for the public, taken together: what an outsider with all of them can conclude."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from counting_cast import NOTHING, OFF_REMIT, PHOTOGRAPH, Answer, OpenCases
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import NOON

from openhotline import law
from openhotline_server.accounts.models import User
from openhotline_server.ledger.models import Line
from openhotline_server.statistics.operations import note_public_figures
from openhotline_server.statistics.protection import protect
from openhotline_server.statistics.publication import count_tables
from openhotline_server.statistics.queries import Group
from openhotline_server.statistics.scope import Scope
from openhotline_server.statistics.suppression import WITHHELD
from openhotline_server.statistics.table_set import assessed, make_tables
from openhotline_server.statistics.tables import Cell, Table

GB_ENG = law.load_jurisdiction("gb-eng")
OVERVIEW = replace(NOTHING, reports=5, analysts=9)


def group(outcome: str, items: int, **facts: str) -> Group:
    names = ("discount_reason", "severity", "age_band", "sex", "ai", "image_type", "basis")
    return Group(outcome=outcome, items=items, **{name: facts.get(name, "") for name in names})


def pseudo(items: int, **facts: str) -> Group:
    return group("pseudo_photograph", items, image_type="pseudo_photograph", **facts)


def off(items: int, reason: str = "off_remit") -> Group:
    return group("discounted", items, discount_reason=reason)


def published(groups: Iterable[Group], left_out: int = 0, waiting: int = 0) -> dict[str, Table]:
    groups = tuple(groups)
    items = sum(g.items for g in groups)
    counts = replace(
        OVERVIEW,
        groups=groups,
        standing=items,
        items=items + left_out + waiting,
        sightings=items + left_out,
        by_state={"left_out": left_out, "open": waiting},
    )
    tables = make_tables(counts, GB_ENG)
    return {table.name: table for table in protect(tables, assessed(counts, GB_ENG))}


def column(table: Table, name: str = "count") -> dict[Cell, Cell]:
    return {row[0]: row[table.columns.index(name)] for row in table.rows}


def test_without_small_numbers_everything_is_published() -> None:
    seen = pseudo(50, severity="A", age_band="3-6", sex="girl")
    tables = published([seen, off(80)], left_out=70, waiting=9)
    cells = [cell for table in tables.values() for row in table.rows for cell in row]
    assert WITHHELD not in cells
    assert "<5" not in cells


def test_a_small_outcome_is_hidden_wherever_it_stands() -> None:
    drawn = group("prohibited_image", 3, image_type="non_photographic")
    tables = published([drawn, pseudo(40), off(90)])
    assert column(tables["outcomes"])["prohibited_image"] == "<5"
    assert column(tables["ai"], "non_photographic")["not_recorded"] == "<5"
    # Together they would tell it; the one goes with which fewer other counts must go.
    others = column(tables["outcomes"])["pseudo_photograph"], column(tables["criminal"])["criminal"]
    assert WITHHELD in others


def test_a_small_number_of_discounted_takes_the_criminal_ones_along() -> None:
    tables = published([pseudo(40), off(2)], waiting=30)
    overview = column(tables["overview"])
    assert overview["discounted"] == column(tables["criminal"])["not_criminal"] == "<5"
    assert column(tables["discounted"])["off_remit"] == "<5"
    hidden = [overview[name] for name in ("criminal", "assessed") if overview[name] == WITHHELD]
    assert hidden, "criminal and assessed together would tell it"


def test_a_percentage_of_a_withheld_total_is_not_published() -> None:
    tables = published([pseudo(40, severity="B"), pseudo(3, severity="A"), off(2)], waiting=30)
    for table in tables.values():
        for row in table.rows:
            for at in table.percent_columns:
                assert isinstance(row[table.columns.index("count")], int) or row[at] is None


def test_rates_go_with_their_counts() -> None:
    tables = published([off(3)], left_out=400)
    overview = column(tables["overview"])
    assert overview["assessed"] == "<5"
    assert overview["seconds_per_item"] is overview["exposures_per_item"] is None


def test_a_whole_that_is_too_small_is_not_published() -> None:
    tables = published([off(3), pseudo(4)])
    overview = column(tables["overview"])
    assert overview["items"] == overview["sightings"] == WITHHELD
    assert overview["reports"] == 5


def test_the_margins_of_the_crossed_table_agree() -> None:
    few, many = pseudo(3, severity="A", age_band="3-6"), pseudo(30, severity="B", age_band="3-6")
    tables = published([few, many, pseudo(9), off(7)])
    crossed = column(tables["severity_by_age"])
    assert crossed == column(tables["age"])
    assert column(tables["severity_by_age"], "A")["3-6"] == "<5"
    assert column(tables["severity"])["A"] == "<5"


def test_other_laws_withhold_whole_tables() -> None:
    ncmec: Any = law.load_jurisdiction("us-ncmec")
    groups = (group("industry_classification", 40, image_type="photograph", ai="known_victim"),)
    counts = replace(OVERVIEW, groups=groups, items=40, standing=40)
    found = assessed(counts, ncmec)
    tables = {t.name: t for t in protect(make_tables(counts, ncmec), found)}
    assert column(tables["outcomes"])["industry_classification"] == 40
    assert column(tables["ai"])["known_victim"] == 40
    few = replace(groups[0], items=3, ai="none")
    counts = replace(OVERVIEW, groups=(*groups, few), items=43, standing=43)
    tables = {t.name: t for t in protect(make_tables(counts, ncmec), assessed(counts, ncmec))}
    assert column(tables["ai"])["known_victim"] == WITHHELD
    assert column(tables["ai"])["none"] == "<5"


SUMS = (
    ("overview", ("selected", "not_selected"), ("overview", "items")),
    ("overview", ("assessed", "unreadable", "waiting", "undecided"), ("overview", "selected")),
    ("criminal", ("criminal", "not_criminal"), ("overview", "assessed")),
    ("outcomes", ("pseudo_photograph", "photograph", "prohibited_image"), ("criminal", "criminal")),
    ("discounted", ("off_remit", "suspected_adult"), ("criminal", "not_criminal")),
)
SMALL = st.integers(0, 9)


@settings(max_examples=150, deadline=None)
@given(st.lists(SMALL, min_size=6, max_size=6), SMALL, SMALL)
def test_no_sum_tells_a_single_withheld_number(sizes: list[int], left_out: int, waiting: int) -> None:
    groups = [
        pseudo(sizes[0], severity="A", age_band="3-6", sex="girl"),
        pseudo(sizes[1], severity="B", age_band="3-6", sex="boy"),
        group("photograph", sizes[2], severity="A", age_band="7-10", sex="girl", image_type="photograph"),
        group("prohibited_image", sizes[3], image_type="non_photographic"),
        off(sizes[4]),
        off(sizes[5], "suspected_adult"),
    ]
    tables = published([g for g in groups if g.items], left_out, waiting)
    for table in tables.values():
        for row in table.rows:
            counts = [row[i] for i in table.count_columns]
            assert not any(isinstance(cell, int) and 0 < cell < 5 for cell in counts), (table.name, row)
    for name, parts, (whole_table, whole) in SUMS:
        cells = [column(tables[name])[part] for part in parts]
        cells.append(column(tables[whole_table])[whole])
        assert sum(isinstance(cell, str) for cell in cells) != 1, (name, cells)
    for name in ("severity", "age", "sex", "severity_by_age"):
        cells = [*column(tables[name]).values()]
        recorded = [column(tables["outcomes"])[o] for o in ("pseudo_photograph", "photograph")]
        assert sum(isinstance(cell, str) for cell in [*cells, *recorded]) != 1, (name, cells, recorded)


def test_what_was_made_for_the_public_is_in_the_ledger(
    open_case: OpenCases, answer: Answer, ana: User
) -> None:
    many, few = open_case([60, 2])
    answer(many, OFF_REMIT, ana)
    answer(few, PHOTOGRAPH, ana)
    counted = count_tables(Scope(), public=True)
    assert column(counted.table("outcomes"))["photograph"] == "<5"
    note_public_figures(counted=counted, actor="test", at=NOON)
    line = Line.objects.order_by("-sequence")[0]
    assert line.event == "statistics.published"
    assert set(line.details["csv_sha256"]) == {table.name for table in counted.tables}
