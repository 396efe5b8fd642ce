"""Sorted tables: what changed between two, and one made of the other."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.exchange_updates.updates_cast import COLUMNS, table

from openhotline.errors import Damaged
from openhotline.exchange.updates import rows

MANY = [str(number) for number in range(60)]


def test_writing_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    outputs = []
    for name in ("one.gz", "two.gz"):
        with (
            rows.opened(table(tmp_path / "list.csv", MANY)) as (columns, cells),
            (tmp_path / name).open("wb") as out,
        ):
            rows.write(out, columns, cells, compress=True)
        outputs.append((tmp_path / name).read_bytes())
    assert outputs[0] == outputs[1]


_cells = st.dictionaries(st.text("ab1,\"'", min_size=1, max_size=3), st.text("xy,", max_size=2), max_size=12)


@settings(max_examples=200)
@given(_cells, _cells)
def test_changes_applied_to_the_old_give_the_new(old: dict[str, str], new: dict[str, str]) -> None:
    was, now = ([["sha256", *item] for item in sorted(side.items())] for side in (old, new))
    steps = list(rows.changes(iter(was), iter(now)))
    assert list(rows.changed(iter(was), iter(steps))) == now
    assert len(steps) == len(set(old.items()) ^ set(new.items())) - len(
        {k for k in old.keys() & new.keys() if old[k] != new[k]}
    )


def test_changes_that_do_not_fit_are_noticed() -> None:
    with pytest.raises(Damaged):
        list(rows.changed(iter([]), iter([[rows.DROP, "sha256", "a"]])))
    assert COLUMNS[:2] == rows.KEY
