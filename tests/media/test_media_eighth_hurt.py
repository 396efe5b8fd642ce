"""Hurt files get the answer that they had before the eighth was read here, and the reader stays within its arrays."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

import pytest
from hurt_jpegs import hurt, small_jpegs
from hypothesis import given, settings
from hypothesis import strategies as st

from openhotline.errors import OpenHotlineError
from openhotline.media import decode, eighth
from openhotline.media.limits import Limits, adopt, current

HERE = Path(__file__).parent
FILES = small_jpegs()

Answer = tuple[object, ...]


def answer(data: bytes) -> Answer:
    """Return all that a caller sees of a file: its pixels' bytes, notes and sizes, or the error in full."""
    try:
        decoded = asdict(decode(data, want="luma", min_short_side=1))
    except OpenHotlineError as problem:
        return type(problem), problem.message, problem.details
    pixels = decoded.pop("pixels")
    decoder = decoded.pop("decoder").replace(eighth.DECODER, "simplejpeg").split()[0]
    return pixels.shape, pixels.tobytes(), decoder, tuple(decoded.items())


def answer_before(data: bytes) -> Answer:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(eighth, "read_luma", lambda untrusted_bytes: None)
        return answer(data)


@pytest.fixture(autouse=True)
def _small_pictures_only() -> object:
    before = current()
    adopt(Limits(pixels=1_000_000))
    yield
    adopt(before)


def test_whole_files_have_the_answer_that_they_had() -> None:
    assert all(answer(data) == answer_before(data) for data in FILES)
    assert sum(eighth.read_luma(data) is not None for data in FILES) > len(FILES) // 2


def test_three_thousand_hurt_files_have_the_answer_that_they_had() -> None:
    chance, read = random.Random(5), 0
    for number in range(3000):
        data = hurt(FILES[number % len(FILES)], chance)
        assert answer(data) == answer_before(data), number
        read += eighth.read_luma(data) is not None
    assert read > 300


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(FILES) - 1), st.data())
def test_a_hurt_file_has_the_answer_that_it_had(number: int, choices: st.DataObject) -> None:
    data = bytearray(FILES[number])
    for _ in range(choices.draw(st.integers(1, 5))):
        at = choices.draw(st.integers(2, len(data)))
        data[at : at + choices.draw(st.integers(0, 3))] = choices.draw(st.binary(max_size=4))
    assert answer(bytes(data)) == answer_before(bytes(data))


def test_a_small_file_that_claims_to_be_large_ends_at_once() -> None:
    frame = FILES[0].index(b"\xff\xc0")
    data = FILES[0][: frame + 5] + b"\xff\xdc\xff\xdc" + FILES[0][frame + 9 :]
    eighth.read_luma(FILES[0])
    begin = time.process_time()
    assert eighth.read_luma(data) is None
    assert time.process_time() - begin < 0.5


CHECKED = """
import random, sys
import numpy as np
sys.path.insert(0, sys.argv[1])
from hurt_jpegs import hurt, small_jpegs
from openhotline.media import eighth
from openhotline.media.eighth import walk
try:
    walk.eight(np.zeros(7, np.uint8), 0)
except IndexError:
    print("bounds are checked")
files, chance = small_jpegs(), random.Random(6)
for data in files:
    eighth.read_luma(data)
    for end in range(len(data) - 40, len(data)):
        eighth.read_luma(data[:end])
for number in range(20000):
    eighth.read_luma(hurt(files[number % len(files)], chance))
print("done")
"""


def test_no_kernel_reads_or_writes_beside_its_arrays(tmp_path: Path) -> None:
    environment = os.environ | {"NUMBA_BOUNDSCHECK": "1", "NUMBA_CACHE_DIR": str(tmp_path)}
    command = [sys.executable, "-c", CHECKED, str(HERE)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.split("\n")[:2] == ["bounds are checked", "done"], done.stderr[-2000:]
