"""Files are walked in one order; those that change, vanish, are withheld or too large say so."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import pytest

from openhotline.datasets import reading
from openhotline.datasets.hashes import FileHashes, hash_files
from openhotline.datasets.walk import NOT_A_FILE, NOT_FOLLOWED, Place, walk
from openhotline.errors import OpenHotlineError, WorkerFailed
from openhotline.hashing import digests
from openhotline.media.confined import Pool, Reply

Job = tuple[Any, bytes, Mapping[str, Any]]
Answer = tuple[Any, Reply | OpenHotlineError]


class Stub:
    """Answers like a pool, in an order of its own."""

    def __init__(self, answers: Mapping[bytes, Reply | OpenHotlineError], *, backwards: bool = False) -> None:
        self._answers = answers
        self._backwards = backwards

    def map(self, items: Iterable[Job]) -> Iterator[Answer]:
        answers = ((tag, self._answers.get(data, PICTURE)) for tag, data, _ in items)
        yield from reversed(list(answers)) if self._backwards else answers


PICTURE = Reply({"media_type": "image/png", "pdq": {"value": "8a" * 32, "quality": 77, "mode": "strict"}}, [])


def hashed(
    *paths: Path, answers: Mapping[bytes, Reply | OpenHotlineError] | None = None, backwards: bool = False
) -> list[FileHashes]:
    pool = cast(Pool, Stub(answers or {}, backwards=backwards))
    return list(hash_files(walk(map(str, paths)), pool))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("b/2", "b/10", "a", "c/d/e", "b.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    return tmp_path


def test_the_order_is_the_same_whatever_is_ready_first(tree: Path) -> None:
    names = ["a", "b/10", "b/2", "b.png", "c/d/e"]
    expected = [str(tree / name) for name in names]
    for backwards in (False, True):
        rows = hashed(tree, backwards=backwards)
        assert [row.path for row in rows] == expected
        assert [row.sha256 for row in rows] == [digests(name.encode()).sha256 for name in names]
    assert [row.path for row in hashed(tree / "c", tree / "a")] == [expected[4], expected[0]]


def test_links_to_folders_pipes_and_dead_links_are_said_to_be_that(tree: Path) -> None:
    (tree / "loop").symlink_to(tree)
    (tree / "dead").symlink_to(tree / "nowhere")
    (tree / "also a").symlink_to(tree / "a")
    os.mkfifo(tree / "pipe")
    rows = {Path(row.path).name: row for row in hashed(tree)}
    assert rows["loop"].error == NOT_FOLLOWED
    assert rows["dead"].error == rows["pipe"].error == NOT_A_FILE
    assert rows["also a"].sha256 == rows["a"].sha256
    assert rows["loop"] == FileHashes(str(tree / "loop"), error=NOT_FOLLOWED)


def test_a_file_that_vanished_or_became_a_pipe_is_an_entry(tree: Path) -> None:
    os.mkfifo(tree / "pipe")
    gone, pipe = hash_files([Place(str(tree / "gone")), Place(str(tree / "pipe"))], cast(Pool, Stub({})))
    assert "No such file" in gone.error
    assert "no ordinary file" in pipe.error
    assert gone.sha256 == pipe.sha256 == ""


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser reads everything")
def test_what_may_not_be_read_is_an_entry(tree: Path) -> None:
    (tree / "a").chmod(0)
    (tree / "c").chmod(0)
    rows = {Path(row.path).name: row for row in hashed(tree)}
    assert "Permission denied" in rows["a"].error
    assert "Permission denied" in rows["c"].error


def test_a_file_that_changes_while_it_is_read_is_an_entry(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = reading.digests

    def slow(data: bytes) -> Any:
        if data == b"a":
            (tree / "a").write_bytes(b"something else")
        return original(data)

    monkeypatch.setattr(reading, "digests", slow)
    assert [row.error for row in hashed(tree / "a", tree / "b.png")] == [reading.CHANGED, ""]


def test_a_file_too_large_to_decode_still_has_its_digests(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "LARGEST_PICTURE", 3)
    large = hashed(tree)[1]
    assert large.sha256 == digests(b"b/10").sha256
    assert (large.reason, large.pdq, large.error) == (reading.TOO_LARGE, "", "")


def test_a_worker_that_died_costs_the_pdq_only(tree: Path) -> None:
    rows = hashed(tree, answers={b"a": WorkerFailed("The confined process died on this file.")})
    assert rows[0].reason == "The confined process died on this file."
    assert rows[0].md5 == digests(b"a").md5
    assert rows[1].pdq == "8a" * 32


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"pdq": None},
        {"pdq": {"value": "\x1b[2J", "quality": 1, "mode": "strict"}},
        {"pdq": {"value": "8a" * 32, "quality": 101, "mode": "strict"}},
        {"pdq": {"value": "8a" * 32, "quality": True, "mode": "strict"}},
        {"pdq": {"value": "8a" * 32, "quality": 1, "mode": "any"}},
        {"media_type": "\x1b[2J", "reason": "\x1b[2J", "failure": "\x1b[2J"},
    ],
)
def test_nothing_a_worker_says_is_passed_on_unchecked(tree: Path, header: dict[str, Any]) -> None:
    row = hashed(tree / "a", answers={b"a": Reply(header, [])})[0]
    assert (row.pdq, row.pdq_quality, row.media_type) == ("", None, "")
    assert row.reason
    assert row.reason.isprintable()
    assert row.sha256 == digests(b"a").sha256
