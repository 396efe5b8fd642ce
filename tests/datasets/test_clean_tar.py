"""Tar shards written back: samples go as a whole, all else stays byte for byte."""

from __future__ import annotations

import hashlib
import io
import tarfile
import tracemalloc
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.datasets.cleaning_cast import (
    audit,
    cleaned,
    in_tar,
    noise,
    removed,
    samples,
    untouched,
    write_tar,
)

from openhotline.datasets.cleaning.tar import write_tar as write_tar_again
from openhotline.datasets.inputs import forms
from openhotline.datasets.inputs.opening import Opened
from openhotline.errors import BadInput


def test_a_sample_goes_as_a_whole_and_the_original_stays(tmp_path: Path) -> None:
    data = tmp_path / "set"
    write_tar(data / "a.tar", samples("000", "001", "002"))
    write_tar(data / "b.tar", samples("003"))
    before = untouched(data)
    done = cleaned(data, audit(data, tmp_path / "audit", ["001.jpg"]), tmp_path / "out")
    assert in_tar(tmp_path / "out/data/a.tar") == dict(samples("000", "002"))
    assert (tmp_path / "out/data/b.tar").read_bytes() == (data / "b.tar").read_bytes()
    assert removed(tmp_path / "out") == {("001.jpg", "hit"), ("001.txt", "same_sample")}
    assert untouched(data) == before
    told = {"files": 2, "rewritten": 1, "kept": 6, "removed": 2, "removed_hit": 1, "removed_same_sample": 1}
    assert told.items() <= done.counts.items()


def test_what_is_removed_is_told_with_its_list_and_edition(tmp_path: Path) -> None:
    data = write_tar(tmp_path / "set/a.tar", samples("000", "001")).parent
    cleaned(data, audit(data, tmp_path / "audit", ["001.jpg"]), tmp_path / "out")
    rows = pq.read_table(tmp_path / "out/removed.parquet").to_pylist()
    sha256 = hashlib.sha256(noise("001.jpg")).hexdigest()
    one = {"shard": "a.tar", "key": "001.jpg", "sha256": sha256, "why": "hit", "edition": "0123456789abcdef"}
    assert [row for row in rows if row["why"] == "hit"] == [
        {**one, "list": "hills"},
        {**one, "list": "other hills"},
    ]


def test_headers_of_what_stays_are_copied_as_they_are(tmp_path: Path) -> None:
    long = "folder/" * 30 + "a picture of hills.jpg"
    path = tmp_path / "set/a.tar"
    path.parent.mkdir()
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT, pax_headers={"comment": "for all"}) as file:
        for name, size in (("gone.jpg", 600), (long, 600), ("empty.jpg", 0), ("ünder.jpg", 512)):
            told = tarfile.TarInfo(name)
            told.size, told.uid, told.mtime = size, 1234, 1_600_000_000.25
            file.addfile(told, io.BytesIO(noise(name, size)))
        link = tarfile.TarInfo("link.jpg")
        link.type, link.linkname = tarfile.SYMTYPE, "empty.jpg"
        file.addfile(link)
    cleaned(path.parent, audit(path.parent, tmp_path / "audit", ["gone.jpg"]), tmp_path / "out")
    with tarfile.open(path) as old, tarfile.open(tmp_path / "out/data/a.tar") as new:
        told = [one.get_info() | {"pax": one.pax_headers} for one in old if one.name != "gone.jpg"]
        assert [one.get_info() | {"pax": one.pax_headers} for one in new] == told
        assert new.pax_headers == {"comment": "for all"}


@pytest.mark.parametrize("ending", ["gz", "bz2", "xz"])
def test_a_packed_archive_stays_packed(tmp_path: Path, ending: str) -> None:
    data = write_tar(tmp_path / f"set/a.tar.{ending}", samples("000", "001", "002"), f"w:{ending}").parent
    cleaned(data, audit(data, tmp_path / "audit", ["000.jpg"]), tmp_path / "out")
    new = tmp_path / f"out/data/a.tar.{ending}"
    assert in_tar(new) == dict(samples("001", "002"))
    assert new.read_bytes()[:2] == (data / f"a.tar.{ending}").read_bytes()[:2]


def test_an_archive_of_which_everything_goes_is_an_empty_one(tmp_path: Path) -> None:
    data = write_tar(tmp_path / "set/a.tar", samples("000")).parent
    cleaned(data, audit(data, tmp_path / "audit", ["000.jpg"]), tmp_path / "out")
    assert in_tar(tmp_path / "out/data/a.tar") == {}
    assert (tmp_path / "out/data/a.tar").stat().st_size == 10_240


def test_both_members_of_one_name_go(tmp_path: Path) -> None:
    members = [("a.jpg", noise("one")), ("b.jpg", noise("b")), ("a.jpg", noise("two"))]
    data = write_tar(tmp_path / "set/a.tar", members).parent
    cleaned(data, audit(data, tmp_path / "audit", ["a.jpg"]), tmp_path / "out")
    assert in_tar(tmp_path / "out/data/a.tar") == {"b.jpg": noise("b")}


def test_a_large_archive_that_was_cut_is_one_file_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forms, "LARGE", 4000)
    monkeypatch.setattr("openhotline.datasets.inputs.tar.PART", 4000)
    names = [f"{number:03d}" for number in range(20)]
    data = write_tar(tmp_path / "set/a.tar", samples(*names)).parent
    audited = audit(data, tmp_path / "audit", ["003.jpg", "017.jpg"])
    assert len(pq.read_table(audited / "shards.parquet")) > 5
    done = cleaned(data, audited, tmp_path / "out")
    kept = [name for name in names if name not in ("003", "017")]
    assert in_tar(tmp_path / "out/data/a.tar") == dict(samples(*kept))
    assert done.counts["files"] == 1


def test_what_could_not_be_decoded_stays_or_goes_as_asked(tmp_path: Path) -> None:
    data = write_tar(tmp_path / "set/a.tar", samples("000", "001")).parent
    audited = audit(data, tmp_path / "audit", unreadable=["001.jpg"])
    cleaned(data, audited, tmp_path / "kept")
    cleaned(data, audited, tmp_path / "dropped", drop_unreadable=True)
    assert in_tar(tmp_path / "kept/data/a.tar") == dict(samples("000", "001"))
    assert in_tar(tmp_path / "dropped/data/a.tar") == dict(samples("000"))
    assert removed(tmp_path / "dropped") == {("001.jpg", "unreadable"), ("001.txt", "same_sample")}


@pytest.mark.parametrize("hits", [[], ["000.jpg"]])
def test_a_damaged_archive_is_refused_or_ends_before_the_damage(tmp_path: Path, hits: list[str]) -> None:
    path = write_tar(tmp_path / "set/a.tar", samples("000", "001", "002"))
    path.write_bytes(path.read_bytes()[: 1536 * 5 + 700])  # inside the caption of the last
    audited = audit(path.parent, tmp_path / "audit", hits)
    with pytest.raises(BadInput, match="--unreadable drop"):
        cleaned(path.parent, audited, tmp_path / "kept")
    assert not (tmp_path / "kept/data/a.tar").exists()
    cleaned(path.parent, audited, tmp_path / "dropped", drop_unreadable=True)
    left = dict(samples("000", "001", "002")[2 if hits else 0 : 5])
    assert in_tar(tmp_path / "dropped/data/a.tar") == left
    assert ("002.jpg", "unreadable") in removed(tmp_path / "dropped")


NAMES = st.sampled_from(["a.jpg", "a.txt", "b/a.jpg", "ü" * 90 + ".jpg", "c" * 180 + ".png", "d"])
MEMBERS = st.lists(st.tuples(NAMES, st.integers(0, 1600)), max_size=8)


@settings(max_examples=80, deadline=None)
@given(
    MEMBERS, st.sets(NAMES), st.sampled_from([tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
)
def test_it_writes_what_pythons_tarfile_would(
    members: list[tuple[str, int]], gone: set[str], form: int
) -> None:
    old, new = io.BytesIO(), io.BytesIO()
    with tarfile.open(fileobj=old, mode="w", format=form) as file:
        for name, size in members:
            told = tarfile.TarInfo(name)
            told.size = size
            try:
                file.addfile(told, io.BytesIO(noise(name, size)))
            except ValueError:  # too long a name for the oldest form
                return
    old.seek(0)
    write_tar_again(Opened(old, len(old.getvalue())), new, gone.__contains__)
    assert len(new.getvalue()) % 10_240 == 0
    new.seek(0)
    with tarfile.open(fileobj=new) as file:
        found = [(one.name, file.extractfile(one).read()) for one in file]  # type: ignore[union-attr]
    assert found == [(name, noise(name, size)) for name, size in members if name not in gone]


def test_a_large_member_is_never_held() -> None:
    old = io.BytesIO()
    with tarfile.open(fileobj=old, mode="w") as file:
        for name in ("gone.bin", "large.bin"):
            told = tarfile.TarInfo(name)
            told.size = 40 << 20
            file.addfile(told, io.BytesIO(bytes(told.size)))
    old.seek(0)
    size = 0

    class Counting:
        def write(self, data: bytes) -> int:
            nonlocal size
            size += len(data)
            return len(data)

    tracemalloc.start()
    write_tar_again(Opened(old, len(old.getbuffer())), Counting(), "gone.bin".__eq__)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert 40 << 20 < size < 41 << 20
    assert most < 6 << 20
