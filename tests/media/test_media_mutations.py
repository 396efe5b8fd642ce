"""A stranger's file may be anything. Small files are hurt at random; the pool must always give an answer."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from media_drawings import every_kind

from openhotline.errors import TooLarge, Undecodable
from openhotline.media import reason_of
from openhotline.media.confined import Limits, Pool, Reply

HERE = Path(__file__).parent
KINDS = every_kind()

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="confinement needs Linux")


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    limits = Limits(seconds=20, pixels=4_000_000)
    with Pool("confined_entries:look", workers=1, limits=limits, extra_sys_path=[HERE]) as pool:
        yield pool


@pytest.mark.parametrize(("name", "media_type", "data"), KINDS, ids=[kind[0] for kind in KINDS])
@pytest.mark.parametrize("want", ["luma", "rgb"])
def test_every_kind_decodes_inside(pool: Pool, name: str, media_type: str, data: bytes, want: str) -> None:
    assert pool.call(data, want=want).header["type"] == media_type


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.integers(0, len(KINDS) - 1), hurt=st.data())
def test_a_hurt_file_is_an_answer_never_the_end(pool: Pool, kind: int, hurt: st.DataObject) -> None:
    data = bytearray(KINDS[kind][2])
    for _ in range(hurt.draw(st.integers(1, 6))):
        at = hurt.draw(st.integers(0, min(len(data) - 1, 400)) | st.integers(0, len(data) - 1))
        data[at : at + hurt.draw(st.integers(0, 4))] = hurt.draw(st.binary(max_size=4))
        if not data:
            break
    (outcome,) = (answer for _, answer in pool.map([("x", bytes(data), {})]))
    assert isinstance(outcome, Reply | Undecodable | TooLarge) or reason_of(outcome) != "other"


def test_a_thousand_hurt_files_leave_the_pool_working(pool: Pool) -> None:
    chance = random.Random(7)

    def hurt() -> Iterator[tuple[int, bytes, dict[str, object]]]:
        for number in range(1000):
            data = bytearray(KINDS[number % len(KINDS)][2])
            for _ in range(chance.randrange(1, 20)):
                data[chance.randrange(len(data))] = chance.randrange(256)
            yield number, bytes(data[: chance.randrange(1, len(data) + 1)] if number % 3 == 0 else data), {}

    answers = dict(pool.map(hurt()))
    assert len(answers) == 1000
    unforeseen = [repr(a) for a in answers.values() if not isinstance(a, Reply) and reason_of(a) == "other"]
    assert unforeseen == []
    assert pool.call(KINDS[0][2]).header["type"] == "image/jpeg"
