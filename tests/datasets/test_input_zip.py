"""Zip shards: every member once, as ``zipfile`` reads it; bombs, encryption, links and damage are told."""

from __future__ import annotations

import io
import random
import stat
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from openhotline.datasets import reading as files
from openhotline.datasets.inputs import Item, Reading, zip_directory
from openhotline.datasets.inputs import zip as zips
from openhotline.datasets.inputs.planning import plan
from openhotline.datasets.inputs.reading import read_shard
from openhotline.hashing import digests

METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)
MEMBERS = [
    ("a.jpg", b"one" * 50_000),
    ("a.txt", b"words"),
    ("é/b.png", b""),
    ("../c.webp", bytes(range(256))),
]


def zip_of(members: Sequence[tuple[str, bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return held.getvalue()


def read(data: bytes, folder: Path) -> list[Item]:
    (folder / "x.zip").write_bytes(data)
    return [item for shard in plan(str(folder), Reading()) for item in read_shard(shard, Reading())]


def pairs(items: Sequence[Item]) -> list[tuple[str, bytes | None]]:
    return [(item.key, item.untrusted_bytes) for item in items]


def problems(items: Sequence[Item]) -> list[tuple[str, str]]:
    return [(item.key, item.problem) for item in items if item.problem]


@pytest.mark.parametrize("method", METHODS)
def test_what_zipfile_writes_is_read_back(method: int, tmp_path: Path) -> None:
    chance = random.Random(method)
    more = [(f"{number}", chance.randbytes(chance.randint(0, 200_000))) for number in range(5)]
    items = read(zip_of(MEMBERS + more, method), tmp_path)
    assert pairs(items) == MEMBERS + more
    assert [item.is_label for item in items[:4]] == [False, True, False, False]


def test_what_stands_before_an_archive_and_comments_are_passed_over(tmp_path: Path) -> None:
    held = io.BytesIO(zip_of(MEMBERS))
    with zipfile.ZipFile(held, "a") as archive:
        archive.comment = b"any words " * 100
    assert pairs(read(b"#!/bin/sh\n" + held.getvalue(), tmp_path)) == MEMBERS


def test_wide_numbers_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 100)
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 2)
    data = zip_of(MEMBERS)
    assert b"PK\x06\x06" in data
    assert pairs(read(data, tmp_path)) == MEMBERS


def test_many_members_are_ranges(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zips, "FILES_IN_A_SHARD", 7)
    monkeypatch.setattr(zip_directory, "FILES_IN_A_SHARD", 7)
    members = [(f"{number}.jpg", f"{number}".encode()) for number in range(30)]
    (tmp_path / "x.zip").write_bytes(zip_of(members))
    shards = list(plan(str(tmp_path), Reading()))
    assert [shard.name for shard in shards] == [f"x.zip#{at}-{min(at + 7, 30)}" for at in range(0, 30, 7)]
    found = [pairs(list(read_shard(shard, Reading()))) for shard in reversed(shards)]
    assert [pair for one in reversed(found) for pair in one] == members


def test_folders_are_none_links_are_told(tmp_path: Path) -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.mkdir("folder")
        link = zipfile.ZipInfo("link.jpg")
        link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    assert problems(read(held.getvalue(), tmp_path)) == [("link.jpg", "not_a_file")]


def at_entry(data: bytearray, offset: int, value: bytes) -> None:
    at = data.rfind(b"PK\x01\x02") + offset
    data[at : at + len(value)] = value


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (lambda data: at_entry(data, 8, b"\x01\0"), "packed_otherwise"),  # encrypted
        (lambda data: at_entry(data, 10, b"\x63\0"), "packed_otherwise"),  # some other way
        (lambda data: at_entry(data, 16, b"\0\0\0\0"), "unreadable_member"),  # another checksum
        (lambda data: at_entry(data, 24, b"\xff\xff\xff\0"), "unreadable_member"),  # longer than it is
        (lambda data: at_entry(data, 42, b"\x05\0\0\0"), "unreadable_member"),  # its header elsewhere
    ],
)
def test_a_member_that_is_damaged_costs_only_itself(
    spoil: Callable[[bytearray], None], problem: str, tmp_path: Path
) -> None:
    data = bytearray(zip_of([("good", b"data"), ("bad", b"more data")]))
    spoil(data)
    items = read(bytes(data), tmp_path)
    assert pairs(items)[0] == ("good", b"data")
    assert problems(items) == [("bad", problem)]


@pytest.mark.parametrize("data", [b"", b"PK", b"no archive", zip_of(MEMBERS)[:-30], zip_of(MEMBERS)[500:]])
def test_no_archive_is_one_problem(data: bytes, tmp_path: Path) -> None:
    assert [problem for _, problem in problems(read(data, tmp_path))] == ["unreadable_shard"]


def test_a_directory_that_is_damaged_half_way_gives_what_is_before(tmp_path: Path) -> None:
    data = bytearray(zip_of(MEMBERS))
    at_entry(data, 0, b"XX")
    items = read(bytes(data), tmp_path)
    assert pairs(items)[:-1] == MEMBERS[:-1]
    assert problems(items) == [(MEMBERS[2][0], "unreadable_shard")]


def test_an_archive_without_members_is_empty(tmp_path: Path) -> None:
    assert read(zip_of([]), tmp_path) == []


def test_a_key_that_comes_twice_is_told(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        data = zip_of([("a", b"1"), ("a", b"2")])
    assert [item.problem for item in read(data, tmp_path)] == ["", "", "duplicate_key"]


@pytest.mark.parametrize("method", METHODS)
def test_a_member_too_large_to_be_held_is_digested(
    method: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "LARGEST_PICTURE", 10_000)
    data = random.Random(1).randbytes(3_000_000)
    items = read(zip_of([("large", data), ("a", b"x")], method), tmp_path)
    assert (items[0].untrusted_bytes, items[0].digests) == (None, digests(data))
    assert pairs(items)[1] == ("a", b"x")


def test_a_bomb_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zips, "FREE_BYTES", 2**20)
    assert problems(read(zip_of([("a", b"x"), ("zeros", bytes(2**23))]), tmp_path)) == [
        ("a", "expands_too_far")
    ]


def test_members_that_share_their_bytes_are_left(tmp_path: Path) -> None:
    data = zip_of([("a", random.Random(2).randbytes(9_000))], zipfile.ZIP_STORED)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        begin = archive.start_dir
    entry, end = data[begin:-22], bytearray(data[-22:])
    end[8:16] = (5).to_bytes(2, "little") * 2 + (len(entry) * 5).to_bytes(4, "little")
    items = read(data[:begin] + entry * 5 + bytes(end), tmp_path)
    assert items[-1].problem == "expands_too_far"
    assert len([item for item in items if item.untrusted_bytes]) == 1


def test_no_damage_raises_or_hangs(tmp_path: Path) -> None:
    chance = random.Random(4)
    for method in METHODS:
        whole = zip_of(MEMBERS, method)
        directory = whole.find(b"PK\x01\x02")
        for _ in range(100):
            data = bytearray(whole)
            for _ in range(chance.randrange(1, 20)):
                at = chance.randrange(directory if chance.random() < 0.5 else 0, len(data))
                data[at] = chance.randrange(256)
            for item in read(bytes(data), tmp_path):
                item.key.encode()
