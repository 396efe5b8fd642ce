"""The shelf of drawn sheets, and how sheets are laid out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from openhotline_server.assessment.sheets import STAGE, Drawn, Key, Shelf, columns, layout

KEY: Key = ((1,), (True,), 2, False)


def _key(n: int) -> Key:
    return ((n,), (True,), 2, False)


def _drawn(size: int = 10) -> Drawn:
    return Drawn(b"x" * size, "image/jpeg", 1)


def test_what_is_kept_is_not_drawn_again() -> None:
    shelf, drawn = Shelf(), []
    for _ in range(3):
        shelf.get(KEY, lambda: drawn.append(1) or _drawn(), now=0)  # type: ignore[func-returns-value]
    assert len(drawn) == 1


def test_nothing_stays_longer_than_its_time() -> None:
    shelf = Shelf(seconds=10)
    first = shelf.get(KEY, _drawn, now=0)
    assert shelf.get(KEY, _drawn, now=10) is first
    assert shelf.get(KEY, _drawn, now=11) is not first


def test_the_shelf_holds_no_more_than_its_bytes_and_lets_the_oldest_go() -> None:
    shelf = Shelf(most_bytes=25)
    first, second = shelf.get(_key(1), _drawn, now=0), shelf.get(_key(2), _drawn, now=0)
    assert shelf.get(_key(1), _drawn, now=0) is first
    shelf.get(_key(3), _drawn, now=0)
    assert shelf.get(_key(1), _drawn, now=0) is first
    assert shelf.get(_key(2), _drawn, now=0) is not second


def test_several_threads_may_ask_at_once() -> None:
    shelf = Shelf(most_bytes=200)

    def ask(start: int) -> int:
        return sum(shelf.get(_key((start + n) % 31), _drawn, now=n).pictures for n in range(200))

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(ask, range(8))) == [200] * 8


@pytest.mark.parametrize("count", range(1, 25))
def test_tiles_come_out_as_large_as_the_stage_allows(count: int) -> None:
    assert 1 <= columns(count) <= count
    drawn = layout(count)
    assert len(drawn.cells) == count
    assert drawn.width / drawn.height <= 8.1

    def side(across: int) -> float:
        return min(STAGE / across, 1 / -(-count // across))

    assert all(side(columns(count)) >= side(across) for across in range(1, count + 1))
