"""What a pool is given reaches every worker before its walls stand, however large it is."""

from __future__ import annotations

import hashlib
import random
import sys
from pathlib import Path

import pytest

from openhotline.errors import WorkerFailed, WrongUsage
from openhotline.media.confined import Given, Pool

HERE = Path(__file__).parent
LARGE = random.Random(7).randbytes(5 << 20)  # a pipe holds one MiB

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="confinement needs Linux")


def pool_given(given: Given | None, *, workers: int = 1) -> Pool:
    return Pool("given_entry:tell", workers=workers, given=given, extra_sys_path=[HERE])


def test_every_worker_has_it_and_so_has_the_one_that_replaces_a_dead_one() -> None:
    told = {"word": "drawn", "digests": [hashlib.sha256(blob).hexdigest() for blob in (LARGE, b"")]}
    with pool_given(Given([LARGE, b""], {"word": "drawn"}), workers=2) as pool:
        assert {
            tag: reply.header for tag, reply in pool.map((n, b"x", {}) for n in range(6))
        } == dict.fromkeys(range(6), told)
        with pytest.raises(WorkerFailed):
            pool.call(b"crash")
        assert [pool.call(b"x").header for _ in range(4)] == [told] * 4


def test_a_warm_that_refuses_what_it_is_given_says_why() -> None:
    with pytest.raises(WrongUsage, match="unexpected keyword"):
        pool_given(Given([], {"words": "drawn"}))


def test_a_warm_that_asks_for_something_is_not_called_with_nothing() -> None:
    with pytest.raises(WrongUsage, match="missing"):
        pool_given(None)
