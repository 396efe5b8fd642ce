"""Tar shards: every member once, as ``tarfile`` reads it; links, sparse files, bombs and damage are told."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import tarfile
import tracemalloc
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pytest

from openhotline.datasets import reading as files
from openhotline.datasets.inputs import Item, Reading, Shard, forms, streaming
from openhotline.datasets.inputs.planning import plan
from openhotline.datasets.inputs.reading import read_shard
from openhotline.hashing import digests

FORMATS = (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT)
Members = Sequence[tuple[str, bytes]]
MEMBERS = [("a.jpg", b"one" * 700), ("a.txt", b"some words"), ("b/c.png", b""), ("d.webp", bytes(512))]


def tar_of(members: Members, *, form: int = tarfile.GNU_FORMAT) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w", format=form) as archive:
        for name, data in members:
            told = tarfile.TarInfo(name)
            told.size = len(data)
            archive.addfile(told, io.BytesIO(data))
    return held.getvalue()


def read(data: bytes, folder: Path, name: str = "x.tar") -> list[Item]:
    (folder / name).write_bytes(data)
    return list(read_shard(Shard(name, "tar", str(folder / name)), Reading()))


def pairs(items: Sequence[Item]) -> list[tuple[str, bytes | None]]:
    return [(item.key, item.untrusted_bytes) for item in items]


def problems(items: Sequence[Item]) -> list[tuple[str, str]]:
    return [(item.key, item.problem) for item in items if item.problem]


@pytest.mark.parametrize("form", FORMATS)
def test_what_tarfile_writes_is_read_back(form: int, tmp_path: Path) -> None:
    chance = random.Random(form)
    longest = 90 if form == tarfile.USTAR_FORMAT else 400
    members = [
        (
            "é" * chance.randint(0, 3) + "n" * chance.randint(1, longest),
            chance.randbytes(chance.randint(0, 3000)),
        )
        for _ in range(60)
    ]
    items = read(tar_of(dict(members).items(), form=form), tmp_path)  # type: ignore[arg-type]
    assert pairs(items) == list(dict(members).items())
    assert not problems(items)


def test_a_long_name_in_the_old_standard_is_put_together(tmp_path: Path) -> None:
    name = "folder/" * 20 + "picture.jpg"
    assert pairs(read(tar_of([(name, b"x")], form=tarfile.USTAR_FORMAT), tmp_path)) == [(name, b"x")]


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, lambda data: data])
def test_packed_archives_are_told_by_their_bytes(pack: object, tmp_path: Path) -> None:
    assert pairs(read(pack(tar_of(MEMBERS)), tmp_path)) == MEMBERS  # type: ignore[operator]


def test_zstandard_is_unpacked(tmp_path: Path) -> None:
    with pa.CompressedOutputStream(str(tmp_path / "x"), "zstd") as out:
        out.write(tar_of(MEMBERS))
    assert pairs(read((tmp_path / "x").read_bytes(), tmp_path)) == MEMBERS


def test_captions_and_classes_are_labels_and_a_picture_never_is(tmp_path: Path) -> None:
    picture = b"\xff\xd8\xff\xe0 and so on"
    members = [
        ("1.jpg", picture),
        ("1.txt", b"w"),
        ("1.json", b"{}"),
        ("1.CLS", b"7"),
        ("2.txt", picture),
        ("3.npy", b""),
    ]
    items = read(tar_of(members), tmp_path)
    assert [item.is_label for item in items] == [False, True, True, True, False, False]


def test_links_devices_and_sparse_files_are_told_and_not_followed(tmp_path: Path) -> None:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        for name, kind in (("hard", tarfile.LNKTYPE), ("soft", tarfile.SYMTYPE), ("pipe", tarfile.FIFOTYPE)):
            told = tarfile.TarInfo(name)
            told.type, told.linkname = kind, "/etc/passwd"
            archive.addfile(told)
        folder = tarfile.TarInfo("folder")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
        sparse = tarfile.TarInfo("sparse")
        sparse.size, sparse.pax_headers = 512, {"GNU.sparse.major": "1", "GNU.sparse.name": "holes.jpg"}
        archive.addfile(sparse, io.BytesIO(bytes(512)))
        last = tarfile.TarInfo("../../etc/last.jpg")
        last.size = 1
        archive.addfile(last, io.BytesIO(b"x"))
    items = read(held.getvalue(), tmp_path)
    names = ("hard", "soft", "pipe", "holes.jpg")
    assert problems(items) == [(name, "not_a_file") for name in names]
    assert pairs(items)[-1] == ("../../etc/last.jpg", b"x")
    assert list(tmp_path.iterdir()) == [tmp_path / "x.tar"]


def test_a_sparse_file_of_the_old_kind_is_passed_over_with_its_map(tmp_path: Path) -> None:
    data = bytearray(tar_of([("s", b"data" * 300), ("t", b"after")]))
    data[156:157] = b"S"
    data[482] = 1
    more = bytearray(512)
    more[504] = 1
    header = bytes(data[:512])
    checksum = sum(header) - sum(header[148:156]) + 256
    data[148:156] = b"%06o\0 " % checksum
    items = read(bytes(data[:512] + more + bytes(512) + data[512:]), tmp_path)
    assert problems(items) == [("s", "not_a_file")]
    assert pairs(items)[-1] == ("t", b"after")


def test_members_behind_the_end_of_the_first_archive_are_looked_at(tmp_path: Path) -> None:
    assert pairs(read(tar_of(MEMBERS[:1]) + tar_of(MEMBERS[1:]), tmp_path)) == MEMBERS


@pytest.mark.parametrize("cut", [100, 1000, 2600, 3072, 4700, 6000])
def test_a_cut_archive_gives_what_is_before_and_says_so(cut: int, tmp_path: Path) -> None:
    whole = tar_of(MEMBERS)
    items = read(whole[:cut], tmp_path)
    good = [item for item in items if not item.problem]
    assert pairs(good) == MEMBERS[: len(good)]
    assert [problem for _, problem in problems(items)] == ["unreadable_shard"]
    packed = gzip.compress(whole)
    assert problems(read(packed[: len(packed) - 9], tmp_path))[-1][1] == "unreadable_shard"


def test_damage_in_the_middle_ends_the_shard(tmp_path: Path) -> None:
    data = bytearray(tar_of(MEMBERS))
    data[2560 + 512 + 5] ^= 1  # within the header of the second member
    items = read(bytes(data), tmp_path)
    assert pairs(items)[0] == MEMBERS[0]
    assert problems(items) == [("a.jpg", "unreadable_shard")]


@pytest.mark.parametrize(
    "data", [b"", b"no archive at all", bytes(512) + b"rubbish" * 100, b"\x1f\x8b\x08rubbish"]
)
def test_no_archive_is_one_problem(data: bytes, tmp_path: Path) -> None:
    assert problems(read(data, tmp_path)) == [("", "unreadable_shard")]
    missing = Shard("y", "tar", str(tmp_path / "nowhere.tar"))
    assert problems(list(read_shard(missing, Reading()))) == [("", "unreadable_shard")]


def test_an_archive_without_members_is_empty(tmp_path: Path) -> None:
    assert read(tar_of([]), tmp_path) == []


@pytest.mark.parametrize(
    "size", [b"77777777777\0", b"\x80" + b"\x7f" * 11, b"99999999999\0", b"-0000000001\0"]
)
def test_a_member_that_claims_to_be_longer_than_its_shard_ends_it(size: bytes, tmp_path: Path) -> None:
    data = bytearray(tar_of([("a", b"x")]))
    data[124:136] = size
    data[148:156] = b"%06o\0 " % (sum(data[:512]) - sum(data[148:156]) + 256)
    assert [problem for _, problem in problems(read(bytes(data), tmp_path))] == ["unreadable_shard"]


def test_a_binary_size_is_read(tmp_path: Path) -> None:
    data = bytearray(tar_of([("a", b"xyz")]))
    data[124:136] = b"\x80" + (3).to_bytes(11, "big")
    data[148:156] = b"%06o\0 " % (sum(data[:512]) - sum(data[148:156]) + 256)
    assert pairs(read(bytes(data), tmp_path)) == [("a", b"xyz")]


def test_a_key_that_comes_twice_is_looked_at_twice_and_told(tmp_path: Path) -> None:
    items = read(tar_of([("a", b"1"), ("a", b"2"), ("b", b"3")]), tmp_path)
    assert [(item.key, item.untrusted_bytes, item.problem) for item in items] == [
        ("a", b"1", ""),
        ("a", b"2", ""),
        ("a", None, "duplicate_key"),
        ("b", b"3", ""),
    ]


def test_a_member_too_large_to_be_held_is_digested(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "LARGEST_PICTURE", 2000)
    first, *rest = read(tar_of(MEMBERS), tmp_path)
    assert (first.untrusted_bytes, first.digests) == (None, digests(MEMBERS[0][1]))
    assert pairs(rest) == MEMBERS[1:]


def test_what_unpacks_without_end_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "FREE_BYTES", 2**20)
    items = read(gzip.compress(tar_of([("a", b"x"), ("zeros", bytes(2**23)), ("b", b"y")])), tmp_path)
    assert pairs(items)[0] == ("a", b"x")
    assert problems(items) == [("a", "expands_too_far")]


def test_a_name_that_is_no_text_is_spelled_out(tmp_path: Path) -> None:
    data = bytearray(tar_of([("a?.jpg", b"x")]))
    data[1] = 0xFF
    data[148:156] = b"%06o\0 " % (sum(data[:512]) - sum(data[148:156]) + 256)
    (item,) = read(bytes(data), tmp_path)
    assert item.key == r"a\xff.jpg"
    item.key.encode()


def test_a_large_archive_is_cut_between_members(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "LARGE", 10_000)
    monkeypatch.setattr("openhotline.datasets.inputs.tar.PART", 4_000)
    members = [(f"{'long ' * (number % 40)}{number}.jpg", bytes([number]) * 700) for number in range(60)]
    (tmp_path / "x.tar").write_bytes(tar_of(members))
    shards = list(plan(str(tmp_path), Reading()))
    assert len(shards) > 5
    assert shards[0].name.startswith("x.tar#0-")
    assert sum(shard.size for shard in shards) == (tmp_path / "x.tar").stat().st_size
    assert pairs([item for shard in shards for item in read_shard(shard, Reading())]) == members
    (tmp_path / "x.tar").write_bytes(tar_of(members)[:50_000])
    told = [problems(list(read_shard(shard, Reading()))) for shard in plan(str(tmp_path), Reading())]
    assert [len(one) for one in told] == [0] * (len(told) - 1) + [1]


def test_an_archive_that_is_written_to_says_so(tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_bytes(tar_of(MEMBERS))
    items = read_shard(Shard("x.tar", "tar", str(tmp_path / "x.tar")), Reading())
    first = next(items)
    with (tmp_path / "x.tar").open("ab") as file:
        file.write(bytes(512))
    assert problems([first, *items]) == [("", "changed")]


def test_memory_does_not_grow_with_an_archive(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "x.tar", "w") as archive:
        for number in range(60):
            told = tarfile.TarInfo(f"{number}.jpg")
            told.size = 300_000
            archive.addfile(told, io.BytesIO(bytes(300_000)))
    tracemalloc.start()
    for _ in read_shard(Shard("x.tar", "tar", str(tmp_path / "x.tar")), Reading()):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * 2**20 < (tmp_path / "x.tar").stat().st_size


def test_no_damage_raises_or_hangs(tmp_path: Path) -> None:
    chance = random.Random(3)
    whole = tar_of([*MEMBERS, ("n" * 300, b"x" * 900), ("é.png", b"y")], form=tarfile.PAX_FORMAT)
    for pack in (lambda data: data, gzip.compress):
        for _ in range(150):
            data = bytearray(pack(whole) if chance.random() < 0.5 else whole)
            for _ in range(chance.randrange(1, 30)):
                at = (
                    chance.randrange(len(data))
                    if chance.random() < 0.5
                    else chance.randrange(min(512, len(data)))
                )
                data[at] = chance.randrange(256)
            for item in read(bytes(data if chance.random() < 0.5 else pack(bytes(data))), tmp_path):
                item.key.encode()
