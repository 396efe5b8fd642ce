"""Small numbers: never shown, and never derivable by whoever adds and subtracts."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statistics_cast import BANDS, GRADES, parts, severity_by_age

from openhotline.errors import WrongUsage
from openhotline_server.statistics.suppression import suppress
from openhotline_server.statistics.tables import Cell, Table, figures
from openhotline_server.statistics.writing import csv_text


def shown(table: Table) -> dict[Cell, Cell]:
    return {row[0]: row[1] for row in table.rows}


def test_a_small_count_takes_another_with_it() -> None:
    table = suppress(parts({"a": 3, "b": 40, "c": 416, "d": 0}))
    assert csv_text(table) == "part,count,percent\na,<5,\nb,[c],\nc,416,91\nd,0,0\n"
    assert "shown as <5" in table.rule


def test_small_counts_that_hide_each_other_take_nothing_more() -> None:
    assert shown(suppress(parts({"a": 1, "b": 4, "c": 416}))) == {"a": "<5", "b": "<5", "c": 416}


def test_small_counts_that_betray_each_other_take_another() -> None:
    ones = suppress(parts({"a": 1, "b": 1, "c": 416}))
    assert shown(ones) == {"a": "<5", "b": "<5", "c": "[c]"}


def test_without_small_counts_nothing_changes() -> None:
    table = parts({"a": 5, "b": 0})
    assert suppress(table) is table


def test_a_sum_published_elsewhere_is_taken_into_account() -> None:
    outcomes = parts(
        {"pseudo_photograph": 2562, "photograph": 3, "prohibited_image": 416, "discounted": 8130}
    )
    assert shown(suppress(outcomes))["prohibited_image"] == "[c]"
    graded = suppress(outcomes, subtotals=[("photograph", "pseudo_photograph")])
    assert shown(graded) == {
        "pseudo_photograph": "[c]",
        "photograph": "<5",
        "prohibited_image": 416,
        "discounted": 8130,
    }


def test_a_whole_that_is_small_hides_all() -> None:
    assert shown(suppress(parts({"a": 2, "b": 0, "c": 40}), subtotals=[("a", "b")])) == {
        "a": "<5",
        "b": 0,
        "c": "[c]",
    }


def test_figures_are_judged_one_by_one() -> None:
    table = figures(
        name="overview", title="-", header="figure", counts={"x": 3, "y": 9}, definition="-", unit="-"
    )
    assert shown(suppress(table)) == {"x": "<5", "y": 9}


def test_it_is_done_once() -> None:
    with pytest.raises(WrongUsage):
        suppress(suppress(parts({"a": 3, "b": 40})))


# What a careful outsider can conclude: she tries every number that each mark allows and keeps what adds up.


def readings(cell: Cell, threshold: int, most: int) -> range:
    if isinstance(cell, int):
        return range(cell, cell + 1)
    return range(1, threshold) if cell == f"<{threshold}" else range(threshold, most + 1)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=2, max_size=5), st.integers(2, 4))
def test_an_outsider_learns_nothing_from_a_list(counts: list[int], threshold: int) -> None:
    table = suppress(parts({str(i): count for i, count in enumerate(counts)}), threshold=threshold)
    cells = [row[1] for row in table.rows]
    assert not any(isinstance(cell, int) and 0 < cell < threshold for cell in cells)
    if all(isinstance(cell, str) or cell == 0 for cell in cells):
        return  # all withheld: the total may not be published
    most = sum(counts)
    possible = [
        guess for guess in product(*(readings(cell, threshold, most) for cell in cells)) if sum(guess) == most
    ]
    for i, cell in enumerate(cells):
        if cell == f"<{threshold}":
            assert {guess[i] for guess in possible} == set(range(1, threshold))


def guesses(
    table: Table, rows: dict[Cell, Cell], columns: dict[Cell, Cell], most: int
) -> Iterator[tuple[int, ...]]:
    """Yield the cells of every 2 by 2 table that agrees with all that is published, threshold 3."""
    cells = [row[i] for row in table.rows[:2] for i in (1, 2)]
    for guess in product(*(readings(cell, 3, most) for cell in cells)):
        a, b, c, d = guess
        sums = zip((a + b, c + d, a + c, b + d), (*rows.values(), *columns.values()), strict=True)
        if sum(guess) == most and all(total in readings(cell, 3, most) for total, cell in sums):
            yield guess


@settings(max_examples=300, deadline=None)
@given(st.tuples(*[st.integers(0, 7)] * 4))
def test_an_outsider_learns_nothing_from_a_crossed_table_whose_margins_she_knows(
    counts: tuple[int, ...],
) -> None:
    table = severity_by_age(dict(zip(product(BANDS[:2], GRADES[:2]), counts, strict=True)))
    a, b, c, d = counts
    public = suppress(table, threshold=3)
    cells = [row[i] for row in public.rows[:2] for i in (1, 2)]
    rows: dict[Cell, Cell] = {row[0]: row[4] for row in public.rows[:2]}
    columns: dict[Cell, Cell] = {"A": a + c, "B": b + d}
    if any(0 < total < 3 for total in (a + c, b + d)):
        return  # a whole that is small protects nothing inside it, and is published nowhere
    if all(isinstance(cell, str) or cell == 0 for cell in (*cells, *rows.values())):
        return
    possible = list(guesses(public, rows, columns, sum(counts)))
    assert counts in possible
    for i, cell in enumerate(cells):
        if cell == "<3":
            assert {guess[i] for guess in possible} == {1, 2}
