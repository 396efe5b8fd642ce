"""What stands twice is found, also across the runs and parts that keep the memory small."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.hashlists.conftest import Peak
from tests.hashlists.list_cast import digits

from openhotline.hashlists import Grade, Row, repeats
from openhotline.hashlists.repeats import Repeat, Repeats, Sort


def found(rows: list[Row]) -> set[tuple[Sort, int, int]]:
    with Repeats() as seen:
        for row in rows:
            seen.add(row)
        return {(one.sort, one.line, one.first_line) for one in seen.found()}


def slow(rows: list[Row]) -> set[tuple[Sort, int, int]]:
    """The same with dictionaries."""
    firsts: dict[object, Row] = {}
    result = set()
    for row in rows:
        first = firsts.setdefault((row.algorithm, row.value), row)
        if first is not row:
            sort = Sort.SAME if first.tags == row.tags else Sort.CONTRADICTION
            result.add((sort, row.line, first.line))
        named = firsts.setdefault((row.algorithm, row.reference, "named"), row) if row.reference else row
        if named.value != row.value:
            result.add((Sort.REFERENCE, row.line, named.line))
    return result


short = st.builds(
    lambda algorithm, value, reference, tags: Row(algorithm, value, 0, reference=reference, tags=tags),
    st.sampled_from(["md5", "sha1"]),
    st.sampled_from("abcd"),
    st.sampled_from(["", "x", "y"]),
    st.sampled_from([(), ("t",)]),
)


@pytest.mark.parametrize("run", [2, 7, 1 << 20])
@given(rows=st.lists(short, max_size=30))
def test_it_finds_what_dictionaries_find(run: int, rows: list[Row]) -> None:
    rows = [row._replace(line=line) for line, row in enumerate(rows, 2)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(repeats, "RUN", run)
        assert found(rows) == slow(rows)


def test_what_is_said_of_a_value_counts() -> None:
    row = Row("pdq", digits(64, 1), 2, 80)
    for other in (
        row._replace(quality=81),
        row._replace(withdrawn=True),
        row._replace(ai="none"),
        row._replace(grades={"us-ncmec": Grade("industry_classification", "A1", "1")}),
    ):
        assert found([row, other._replace(line=3)]) == {(Sort.CONTRADICTION, 3, 2)}
    assert found([row, row._replace(line=3, reference="x")]) == {(Sort.SAME, 3, 2)}
    assert found([Row("", "", 2, withdrawn=True, reference="x")] * 2) == set()


def test_many_rows_take_little_memory(peak: Peak, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeats, "RUN", 1 << 14)
    numbers = random.Random(1).sample(range(1 << 60), 99_999)
    with peak(below=8 << 20), Repeats() as seen:
        for line, number in enumerate([*numbers, numbers[7]]):
            seen.add(Row("md5", f"{number:032x}", line))
        assert list(seen.found()) == [Repeat(Sort.SAME, 99_999, 7)]
