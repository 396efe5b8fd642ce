"""Bringing a list into force holds a few bytes a row at once, and no object for each row."""

from __future__ import annotations

import tracemalloc

import pytest
from django.db import connection
from tests.conftest import NOON
from tests.lists.lists_cast import ACTOR, a_list, random_pdqs

from openhotline.hashlists import Row
from openhotline_server.lists import index, index_changes, operations
from openhotline_server.lists.models import HashList, Loading
from openhotline_server.pipeline.loading import CHUNK, finish
from openhotline_server.site.options import LOG_KEPT

FEW, MANY = 20_000, 60_000
BOUND = 95
"""Bytes a row. 8 are its key, 32 its hash, the rest the bands of the index in the making. Measured: 61, and 78 where
as many go as come; 103 there if the hashes are kept beside their codes."""


def _staged(hash_list: HashList, values: list[str], *, origin: str) -> Loading:
    loading = operations.begin_loading(
        hash_list=hash_list, form="feed", origin_digest=origin * 64, actor=ACTOR, at=NOON
    )
    rows = [Row("pdq", value, line, quality=90) for line, value in enumerate(values, 1)]
    for first in range(0, len(rows), CHUNK):
        some = rows[first : first + CHUNK]
        loading = operations.stage_rows(loading=loading, rows=some, position=None, at=NOON)
    return loading


def _peak(hash_list: HashList, loading: Loading) -> int:
    """Bytes that Python and numpy held at most beyond what they held before."""
    tracemalloc.start()
    try:
        finish(loading=loading, actor=ACTOR, clock=lambda: NOON)
        index.catch_up(hash_list)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _peaks(rows: int) -> tuple[int, int]:
    """The peak for so many rows that come, then for as many that come while all of those go."""
    partner = a_list(f"of-{rows}", withdrawal_percent=100)
    values = random_pdqs(2 * rows, seed=rows)
    first = _peak(partner, _staged(partner, values[:rows], origin="1"))
    second = _peak(partner, _staged(partner, values[rows:], origin="2"))
    assert index.verify(partner) == index.IndexState(2, 2, rows)
    return first, second


@pytest.mark.django_db
def test_coming_into_force_takes_a_few_bytes_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        index_changes, "AT_ONCE", 2000
    )  # so that what is read at once is the same for both sizes
    _peaks(10)  # what is loaded and compiled at the first time is no part of it
    for few, many in zip(_peaks(FEW), _peaks(MANY), strict=True):
        assert (many - few) / (MANY - FEW) < BOUND


@pytest.mark.django_db
def test_the_log_of_one_large_step_does_not_stay_on_the_disk() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("The write-ahead log of PostgreSQL looks after itself.")
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA journal_size_limit").fetchone()[0] == LOG_KEPT
