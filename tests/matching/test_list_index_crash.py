"""Whatever stops a change in the middle, the index is as it was before or as it is after, and goes on."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import numpy as np
import pytest
from hash_sets import by_chance

from openhotline.errors import OpenHotlineError
from openhotline.matching import ListIndex, changing, merging

NO_KEYS, NO_HASHES = np.empty(0, np.int64), by_chance(0)


class Stopped(Exception):
    """The power went."""


@pytest.fixture
def stop_at(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], None]]:
    """Let the n-th call that changes the disk fail, or never any."""
    left = [10**9]

    def counted(name: str) -> None:
        real = getattr(os, name)

        def call(*arguments: object, **named: object) -> object:
            left[0] -= 1
            if left[0] < 0:
                raise Stopped
            return real(*arguments, **named)

        monkeypatch.setattr(os, name, call)

    for name in ("write", "fsync", "rename", "unlink"):
        counted(name)

    def arm(calls: int) -> None:
        left[0] = calls

    yield arm
    left[0] = 10**9


def change(index: ListIndex) -> None:
    index.apply(np.arange(900, 1_800), by_chance(900, 1), np.arange(100))


def merge(index: ListIndex) -> None:
    index.merge()


@pytest.mark.parametrize("act", [change, merge])
def test_stopped_at_any_step_it_is_as_before_or_as_after(
    tmp_path: Path,
    stop_at: Callable[[int], None],
    act: Callable[[ListIndex], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(changing, "SMALL", 50)
    monkeypatch.setattr(merging, "SMALL", 50)
    for step in count():
        folder = tmp_path / str(step)
        index, hashes = ListIndex.create(folder), by_chance(900)
        index.apply(np.arange(900), hashes, NO_KEYS)
        if act is merge:
            change(index)
        before = index.state, index.count
        after = (before[0].replace("-1", "-2"), 1_700) if act is change else before
        stop_at(step)
        try:
            act(index)
            finished = True
        except Stopped:
            finished = False
        stop_at(10**9)
        again = ListIndex.open(folder)
        again.verify()
        assert (again.state, again.count) in {before, after}
        again.apply(np.array([-5]), hashes[:1], NO_KEYS)
        again.merge()
        assert len(again.search(hashes[200:201], 0).key) == 1
        assert not [path for path in folder.iterdir() if path.name.endswith(".new") or "merge-" in path.name]
        again.verify()
        if finished:
            assert step > 6
            return


def test_a_full_disk_is_said_and_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = ListIndex.create(tmp_path / "list")

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        with pytest.raises(OpenHotlineError, match="Free some disk space"):
            index.apply(np.arange(5), by_chance(5), NO_KEYS)
    index.apply(np.arange(5), by_chance(5), NO_KEYS)
    assert index.count == 5


WRITER = """
import sys, pathlib, numpy as np
from openhotline.matching import ListIndex
index = ListIndex.open(pathlib.Path(sys.argv[1]))
done = int(index.state.rsplit("-", 1)[1])
from openhotline.matching import index_kernels, brute_kernels
print("ready", flush=True)
while True:
    keys = np.arange(done * 500, done * 500 + 500)
    index.apply(keys, np.random.default_rng(done).integers(0, 256, (500, 32), dtype=np.uint8), keys[:100] - 500)
    done += 1
    if done % 20 == 0:
        index.merge()
"""


def test_killed_at_any_moment_it_holds_all_of_a_change_or_nothing_of_it(tmp_path: Path) -> None:
    folder, chance = tmp_path / "list", np.random.default_rng()
    ListIndex.create(folder)
    for _ in range(5):
        before = ListIndex.open(folder).state
        with subprocess.Popen([sys.executable, "-c", WRITER, folder], stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            assert writer.stdout.readline() == b"ready\n"
            while ListIndex.open(folder).state == before:
                time.sleep(0.001)
            time.sleep(float(chance.uniform(0, 0.6)))
            writer.kill()
        index = ListIndex.open(folder)
        index.verify()
        done = int(index.state.rsplit("-", 1)[1])
        assert index.count == 500 * done - 100 * max(done - 1, 0)
        for number in {0, done // 2, done - 1} if done else set():
            hashes = np.random.default_rng(number).integers(0, 256, (500, 32), dtype=np.uint8)
            found = index.search(hashes, 0).key.tolist()
            kept = 100 if number < done - 1 else 0
            assert found == list(range(number * 500 + kept, number * 500 + 500))
    assert done >= 5
