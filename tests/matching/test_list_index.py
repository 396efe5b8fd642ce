"""A list's index changes in steps that are seen everywhere at once, and answers as a plain dictionary would."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hash_sets import by_chance, flipped
from hypothesis import given, settings
from hypothesis import strategies as st

from openhotline.errors import BadInput, Busy, Conflict, Damaged, NotInitialised
from openhotline.matching import ListIndex, changing, merging, search, writing

Hashes = npt.NDArray[np.uint8]
Integers = npt.NDArray[np.int64]

NO_KEYS, NO_HASHES = np.empty(0, np.int64), by_chance(0)


class Model:
    """What a list index should hold, as a dictionary."""

    def __init__(self) -> None:
        self.entries: dict[int, Hashes] = {}

    def apply(self, keys: Integers, hashes: Hashes, gone: Integers) -> None:
        for key in gone.tolist():
            self.entries.pop(key, None)
        self.entries.update(zip(keys.tolist(), hashes, strict=True))

    def search(self, queries: Hashes, distance: int) -> list[tuple[int, int, int]]:
        keys = list(self.entries)
        near = search(
            queries, np.array([self.entries[key] for key in keys]).reshape(-1, 32).astype(np.uint8), distance
        )
        triples = zip(near.query.tolist(), near.distance.tolist(), near.index.tolist(), strict=True)
        found = [(query, bits, keys[index]) for query, bits, index in triples]
        return [(query, key, bits) for query, bits, key in sorted(found)]


def pairs(index: ListIndex, queries: Hashes, distance: int) -> list[tuple[int, int, int]]:
    found = index.search(queries, distance)
    return list(zip(found.query.tolist(), found.key.tolist(), found.distance.tolist(), strict=True))


def filled(folder: Path, count: int = 10, seed: int = 0) -> tuple[ListIndex, Hashes]:
    index, hashes = ListIndex.create(folder / "list"), by_chance(count, seed)
    index.apply(np.arange(count), hashes, NO_KEYS)
    return index, hashes


def files(index: ListIndex) -> list[str]:
    return sorted(path.suffix for path in index.directory.iterdir() if path.suffix not in {".json", ".lock"})


def test_entries_come_and_go(tmp_path: Path) -> None:
    index, hashes = filled(tmp_path)
    assert index.count == 10
    assert pairs(index, hashes[2:4], 0) == [(0, 2, 0), (1, 3, 0)]
    index.apply(np.array([50]), hashes[2:3], np.array([3, 4, 999]))
    assert index.count == 9
    assert pairs(index, hashes[2:4], 0) == [(0, 2, 0), (0, 50, 0)]


def test_what_was_taken_back_may_come_again_and_a_key_may_change_its_hash(tmp_path: Path) -> None:
    index, hashes = filled(tmp_path)
    index.apply(NO_KEYS, NO_HASHES, np.array([7]))
    index.apply(np.array([7]), hashes[1:2], NO_KEYS)
    assert pairs(index, hashes[[1, 7]], 0) == [(0, 1, 0), (0, 7, 0)]
    index.apply(np.array([7]), hashes[7:8], np.array([7]))
    assert pairs(index, hashes[[1, 7]], 0) == [(0, 1, 0), (1, 7, 0)]
    assert index.count == 10


def test_the_same_change_twice_is_once(tmp_path: Path) -> None:
    index, hashes = filled(tmp_path)
    for _ in range(2):
        index.apply(np.array([20, 21]), hashes[:2], np.array([0]))
    assert index.count == 11
    assert pairs(index, hashes[:2], 0) == [(0, 20, 0), (1, 1, 0), (1, 21, 0)]


def test_answers_are_in_order_across_segments(tmp_path: Path) -> None:
    index, hashes = filled(tmp_path, 9_000)
    near = flipped(np.repeat(hashes[:1], 50, axis=0), 20, 4)
    index.apply(-np.arange(1, 51), near, np.array([5]))
    found = pairs(index, hashes[:2], 31)
    assert len(found) == 52
    assert found == sorted(found, key=lambda pair: (pair[0], pair[2], pair[1]))


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**20), data=st.data())
def test_it_is_a_dictionary_whatever_happens(
    seed: int, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    chance = np.random.default_rng(seed)
    index, model = ListIndex.create(tmp_path_factory.mktemp("lists") / "list"), Model()
    watching = ListIndex.open(index.directory)
    for _ in range(6):
        what = data.draw(st.sampled_from(["small", "small", "large", "gone", "merge"]))
        if what == "merge":
            index.merge()
        else:
            count = {"small": 30, "large": 9_000, "gone": 0}[what]
            keys = chance.choice(20_000, count, replace=False)
            gone = chance.choice(20_000, {"gone": 15_000}.get(what, 10), replace=False)
            hashes = by_chance(count, int(chance.integers(1 << 30)))
            index.apply(keys, hashes, gone)
            model.apply(keys, hashes, gone)
        held = list(model.entries.values())[-30:]
        queries = flipped(np.array(held).reshape(-1, 32).astype(np.uint8), 33, seed)
        assert pairs(watching, queries, 31) == model.search(queries, 31)
        assert watching.count == len(model.entries)
    watching.verify()


def test_the_state_changes_with_every_change_and_with_nothing_else(tmp_path: Path) -> None:
    index, _ = filled(tmp_path, 9_000)
    index.apply(np.arange(9_000, 18_000), by_chance(9_000, 1), NO_KEYS)
    before = index.state
    assert index.merge()
    assert index.state == before == ListIndex.open(index.directory).state
    index.apply(NO_KEYS, NO_HASHES, np.array([1]))
    assert index.state != before
    assert ListIndex.create(tmp_path / "other").state != ListIndex.create(tmp_path / "another").state


def test_merging_leaves_few_segments_and_no_file_too_many(tmp_path: Path) -> None:
    index = ListIndex.create(tmp_path / "list")
    for start in range(0, 90_000, 9_000):
        index.apply(np.arange(start, start + 9_000), by_chance(9_000, start), np.arange(start - 100, start))
        while index.merge():
            pass
    index.apply(np.arange(3), by_chance(3), NO_KEYS)
    assert len(files(index)) <= 7
    assert index.count == 90_000 - 900 + 3 - 3
    index.apply(NO_KEYS, NO_HASHES, np.arange(90_000))
    assert index.count == 0
    assert files(index) == []


def test_a_segment_that_is_mostly_dead_is_written_anew(tmp_path: Path) -> None:
    index, hashes = filled(tmp_path, 10_000)
    index.apply(NO_KEYS, NO_HASHES, np.arange(2_400))
    assert not index.merge()
    index.apply(NO_KEYS, NO_HASHES, np.arange(2_600))
    assert files(index) == [".dead", ".segment"]
    assert index.merge()
    assert files(index) == [".segment"]
    assert pairs(index, hashes[[0, 2_600]], 0) == [(1, 2_600, 0)]
    assert not index.merge()


def test_small_changes_share_a_segment(tmp_path: Path) -> None:
    index, _ = filled(tmp_path, 9_000)
    for number in range(20):
        index.apply(np.array([10_000 + number]), by_chance(1, number), np.array([number]))
    assert files(index) == [".dead", ".segment", ".segment"]
    assert index.count == 9_000


def test_changes_during_a_merge_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index, hashes = filled(tmp_path, 9_000)
    index.apply(np.arange(9_000, 18_000), by_chance(9_000, 1), np.array([8]))
    build, writer = merging._build, ListIndex.open(index.directory)

    def slow_build(*given: object) -> Path:
        built = build(*given)  # type: ignore[arg-type]
        assert not ListIndex.open(index.directory).merge()  # one at a time
        writer.apply(np.array([1, 30_000]), hashes[[0, 5]], np.array([2, 9_001]))
        return built

    monkeypatch.setattr(merging, "_build", slow_build)
    assert index.merge()
    assert files(index) == [".dead", ".segment", ".segment"]
    assert index.count == 18_000 - 1 + 1 - 2
    assert pairs(index, hashes[[0, 1, 2, 5, 8]], 0) == [(0, 0, 0), (0, 1, 0), (3, 5, 0), (3, 30_000, 0)]
    index.verify()


def test_a_merge_of_what_dies_meanwhile_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index, _ = filled(tmp_path, 9_000)
    index.apply(np.arange(9_000, 18_000), by_chance(9_000, 1), NO_KEYS)
    build, writer = merging._build, ListIndex.open(index.directory)

    def slow_build(*given: object) -> Path:
        built = build(*given)  # type: ignore[arg-type]
        writer.apply(NO_KEYS, NO_HASHES, np.arange(18_000))
        return built

    monkeypatch.setattr(merging, "_build", slow_build)
    assert index.merge()
    assert index.count == 0
    assert not index.merge()
    assert files(index) == []


def test_readers_go_on_while_others_change_and_merge(tmp_path: Path) -> None:
    index, hashes = filled(tmp_path, 9_000)
    stop, wrong, searched = threading.Event(), [], [0]

    def read() -> None:
        mine = ListIndex.open(index.directory)
        while not stop.is_set():
            found = pairs(mine, hashes[:5], 0)
            searched[0] += 1
            if [pair[:2] for pair in found] != [(number, number) for number in range(5)]:
                wrong.append(found)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for number in range(6):
        index.apply(np.arange(9_000, 18_000) + 9_000 * number, by_chance(9_000, 50 + number), NO_KEYS)
        index.merge()
    stop.set()
    for reader in readers:
        reader.join()
    assert not wrong
    assert searched[0] > 3


WATCHER = """
import sys, time, pathlib, numpy as np
from openhotline.matching import ListIndex
index = ListIndex.open(pathlib.Path(sys.argv[1]))
query = np.full((1, 32), 7, np.uint8)
index.search(query, 31)
print("ready", flush=True)
missed_at = asked_at = time.time()
while not len(index.search(query, 31).key):
    missed_at = asked_at
    time.sleep(0.001)
    asked_at = time.time()
print(missed_at, index.count, flush=True)
"""


def test_another_process_sees_a_change_within_a_second(tmp_path: Path) -> None:
    index, _ = filled(tmp_path, 9_000)
    with subprocess.Popen(
        [sys.executable, "-c", WATCHER, index.directory], stdout=subprocess.PIPE, text=True
    ) as watcher:
        assert watcher.stdout is not None
        assert watcher.stdout.readline() == "ready\n"
        index.apply(np.array([77_777]), np.full((1, 32), 7, np.uint8), np.array([3]))
        applied = time.time()
        missed_at, count = watcher.stdout.readline().split()
    # Every search that begins later than that finds it, however long a busy machine lets the search wait.
    assert float(missed_at) - applied < 1.0
    assert count == "9000"


def test_a_second_writer_waits_and_then_gives_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index, _ = filled(tmp_path)
    monkeypatch.setattr(writing, "PATIENCE", 0.05)
    with writing.only_writer(index.directory), pytest.raises(Busy, match="Try again"):
        index.apply(NO_KEYS, NO_HASHES, np.array([1]))
    index.apply(NO_KEYS, NO_HASHES, np.array([1]))
    assert index.count == 9


def test_what_cannot_be_applied_changes_nothing(tmp_path: Path) -> None:
    index, hashes = filled(tmp_path)
    before = index.state
    with pytest.raises(BadInput, match="twice"):
        index.apply(np.array([1, 1]), hashes[:2], NO_KEYS)
    with pytest.raises(BadInput, match="one key"):
        index.apply(np.array([1]), hashes[:2], NO_KEYS)
    with pytest.raises(BadInput, match="int64"):
        index.apply(NO_KEYS, NO_HASHES, np.array([1.5]))
    with pytest.raises(BadInput, match=r"uint8\[n, 32\]"):
        index.search(hashes[:, :5], 31)
    assert index.state == before


def test_a_folder_has_one_index_or_none(tmp_path: Path) -> None:
    with pytest.raises(NotInitialised, match="Create it first"):
        ListIndex.open(tmp_path / "list")
    ListIndex.create(tmp_path / "list")
    with pytest.raises(Conflict, match="Open it instead"):
        ListIndex.create(tmp_path / "list")
    assert ListIndex.open(tmp_path / "list").count == 0
    assert pairs(ListIndex.open(tmp_path / "list"), by_chance(2), 31) == []


@pytest.mark.parametrize("suffix", [".segment", ".dead", ".json"])
def test_a_damaged_file_is_named_and_refused(tmp_path: Path, suffix: str) -> None:
    index, _ = filled(tmp_path, 9_000)
    index.apply(NO_KEYS, NO_HASHES, np.arange(40))
    path = next(path for path in index.directory.iterdir() if path.suffix == suffix)
    whole = path.read_bytes()
    middle = len(whole) // 2
    for content in (whole[:middle], whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :], b""):
        path.unlink()
        path.write_bytes(content)
        with pytest.raises(Damaged) as caught:
            ListIndex.open(index.directory).verify()
        assert str(path) in caught.value.details
    path.unlink()
    with pytest.raises(NotInitialised if suffix == ".json" else Damaged) as refused:
        ListIndex.open(index.directory).verify()
    assert suffix == ".json" or str(path) in refused.value.details


def test_a_file_of_another_segment_is_not_taken_for_it(tmp_path: Path) -> None:
    index, _ = filled(tmp_path, 9_000)
    index.apply(np.arange(9_000, 18_001), by_chance(9_001, 3), np.array([1]))
    small, large = sorted(
        (path for path in index.directory.iterdir() if path.suffix == ".segment"),
        key=lambda path: path.stat().st_size,
    )
    small.unlink()
    large.rename(small)
    with pytest.raises(Damaged):
        ListIndex.open(index.directory)


def test_the_smallest_segment_is_left_to_the_next_change(tmp_path: Path) -> None:
    index, _ = filled(tmp_path, changing.SMALL)
    assert not index.merge()
    index.apply(np.array([-1]), by_chance(1, 4), NO_KEYS)
    assert files(index) == [".segment", ".segment"]
    assert not index.merge()
