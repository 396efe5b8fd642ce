"""What two data sets have in common: against slow and obvious code, whichever is the larger."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from audit_results import finished, flipped, member, shard

from openhotline.datasets.again import overlap as overlapping
from openhotline.datasets.again import side
from openhotline.datasets.again.overlap import overlap
from openhotline.known import Rule
from openhotline.matching import hamming

Rows = list[dict[str, Any]]


def data_sets(small: int, large: int) -> tuple[Rows, Rows]:
    """Return members of two data sets: some the same, some near, some of too low a quality."""
    chance = np.random.default_rng(5)
    one = [member(f"a{number}", number) for number in range(small)]
    other = []
    for number in range(large):
        like = one[int(chance.integers(0, small))]
        kind = number % 4
        given: dict[str, Any] = {}
        if kind == 0:
            given = {name: like[name] for name in ("sha256", "pdq")}
        elif kind == 1:
            given = {"pdq": flipped(like["pdq"], int(chance.integers(0, 50)))}
        elif kind == 2:
            given = {"pdq": like["pdq"], "pdq_quality": 20}
        other.append(member(f"b{number}", 10_000 + number, **given))
    return one, other


def slow(a: Rows, b: Rows) -> set[tuple[str, str, str, int]]:
    found = set()
    for left, right in product(a, b):
        if left["sha256"] == right["sha256"]:
            found.add((left["key"], right["key"], "sha256", 0))
        elif min(left["pdq_quality"], right["pdq_quality"]) >= 50:
            apart = hamming(left["pdq"], right["pdq"])
            found |= {(left["key"], right["key"], "pdq", apart)} if apart <= 31 else set()
    return found


def keep(out: Path, members: Rows) -> Path:
    finished(out, [shard(f"{at}.tar", members[at : at + 30]) for at in range(0, len(members), 30)])
    return out


def pairs_in(table: Path) -> set[tuple[str, str, str, int]]:
    rows = pq.read_table(table).to_pylist()
    return {(row["a_key"], row["b_key"], row["matched"], row["distance"]) for row in rows}


@pytest.mark.parametrize("turned", [False, True])
def test_the_same_pairs_are_found_as_by_slow_code(
    tmp_path: Path, turned: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(side, "ROWS_IN_A_BUCKET", 16)  # several buckets, and several parts of the index
    monkeypatch.setattr(side, "HASHES_AT_ONCE", 20)
    monkeypatch.setattr(overlapping, "ASKED_AT_ONCE", 50)
    monkeypatch.setattr("openhotline.datasets.again.stored.ROWS_AT_ONCE", 35)
    a, b = data_sets(90, 200)
    if turned:
        a, b = b, a
    expected = slow(a, b)
    found = overlap(keep(tmp_path / "a", a), keep(tmp_path / "b", b), tmp_path / "pairs.parquet", Rule())
    assert pairs_in(tmp_path / "pairs.parquet") == expected
    assert found.pairs == found.pairs_found == len(expected) > 50
    same = [pair for pair in expected if pair[2] == "sha256"]
    near = [pair for pair in expected if pair[2] == "pdq"]
    assert (found.same_a, found.same_b) == (len({a for a, *_ in same}), len({b for _, b, *_ in same}))
    assert found.near_a == len({a for a, *_ in near} - {a for a, *_ in same})
    assert found.near_b == len({b for _, b, *_ in near} - {b for _, b, *_ in same})
    assert (found.members_a, found.members_b) == (len(a), len(b))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b", "pairs.parquet"]


def test_pairs_name_their_shards(tmp_path: Path) -> None:
    a, b = [member("x", 1)], [member(str(number), 100 + number) for number in range(40)] + [member("y", 1)]
    overlap(keep(tmp_path / "a", a), keep(tmp_path / "b", b), tmp_path / "pairs.parquet", Rule())
    (row,) = pq.read_table(tmp_path / "pairs.parquet").to_pylist()
    assert (row["a_shard"], row["a_key"], row["b_shard"], row["b_key"]) == ("0.tar", "x", "30.tar", "y")
    assert row["sha256"] == member("x", 1)["sha256"].hex()


def test_nothing_in_common_is_said(tmp_path: Path) -> None:
    found = overlap(
        keep(tmp_path / "a", [member("x", 1)]),
        keep(tmp_path / "b", [member("y", 2)]),
        tmp_path / "pairs.parquet",
        Rule(),
    )
    assert not found.any and found.members_a == found.members_b == 1


def test_an_empty_data_set_has_nothing_in_common(tmp_path: Path) -> None:
    found = overlap(
        keep(tmp_path / "a", []), keep(tmp_path / "b", [member("y", 2)]), tmp_path / "pairs.parquet", Rule()
    )
    assert not found.any and found.members_a == 0


def test_a_member_with_a_thousand_twins_is_written_a_hundred_times_and_counted_in_full(
    tmp_path: Path,
) -> None:
    one = member("x", 1)
    twins = [member(str(number), 10 + number, pdq=one["pdq"]) for number in range(150)]
    many = keep(tmp_path / "b", twins)
    found = overlap(keep(tmp_path / "a", [one] * 151), many, tmp_path / "pairs.parquet", Rule())
    assert (found.pairs_found, found.pairs) == (150 * 151, 100 * 151)
    assert (found.near_a, found.near_b) == (151, 150)
