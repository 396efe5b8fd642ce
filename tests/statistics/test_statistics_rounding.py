"""Percentages: half up, exactly, and nothing of nothing."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openhotline.errors import WrongUsage
from openhotline_server.statistics.rounding import percent, rule_in_words


@pytest.mark.parametrize(
    ("count", "total", "places", "expected"),
    [
        (1, 8, 0, "13"),  # 12.5: a half goes up
        (1, 8, 1, "12.5"),
        (1, 40, 0, "3"),  # 2.5: not to the even neighbour
        (1, 3, 0, "33"),
        (2, 3, 2, "66.67"),
        (0, 7, 0, "0"),
        (0, 7, 1, "0.0"),
        (7, 7, 0, "100"),
        (390, 8130, 0, "5"),
        (2552, 2562, 1, "99.6"),
    ],
)
def test_a_share_is_rounded_half_up(count: int, total: int, places: int, expected: str) -> None:
    assert str(percent(count, total, places=places)) == expected


def test_nothing_has_no_shares() -> None:
    assert percent(0, 0) is None


@pytest.mark.parametrize(("count", "total", "places"), [(-1, 3, 0), (4, 3, 0), (1, 0, 0), (1, 3, 3)])
def test_a_part_that_is_no_part_is_refused(count: int, total: int, places: int) -> None:
    with pytest.raises(WrongUsage):
        percent(count, total, places=places)


@given(st.integers(1, 10**12).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.integers(0, 2))
def test_it_equals_the_slow_obvious_way(share: tuple[int, int], places: int) -> None:
    count, total = share
    with localcontext(prec=60):
        slow = (Decimal(count) * 100 / Decimal(total)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    assert percent(count, total, places=places) == slow


def test_the_rule_says_how_many_places() -> None:
    assert "to one decimal place, a half upwards" in rule_in_words(1)
