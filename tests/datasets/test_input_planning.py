"""A data set's shards are the same whenever it is planned; a folder's files are read with what kept them back."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from openhotline.datasets import reading as files
from openhotline.datasets.inputs import Item, Reading, planning
from openhotline.datasets.inputs.planning import plan
from openhotline.datasets.inputs.reading import read_shard
from openhotline.errors import WrongUsage
from openhotline.hashing import digests


def write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode())


def items_of(folder: Path) -> list[Item]:
    return [item for shard in plan(str(folder), Reading()) for item in read_shard(shard, Reading())]


def test_a_folder_is_cut_into_shards_in_one_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "FILES_IN_A_SHARD", 2)
    write(tmp_path, "b/2.jpg", "b/10.jpg", "a.png", "c.tar", "d.webp", "B.TGZ", "z/e.jpg")
    shards = list(plan(str(tmp_path), Reading()))
    assert [(shard.name, shard.form, shard.members) for shard in shards] == [
        ("B.TGZ", "tar", ()),
        ("files#000000", "folder", ("a.png", "b/10.jpg")),
        ("c.tar", "tar", ()),
        ("files#000001", "folder", ("b/2.jpg", "d.webp")),
        ("files#000002", "folder", ("z/e.jpg",)),
    ]
    assert shards == list(plan(f"{tmp_path}/", Reading()))
    assert sum(shard.size for shard in shards) == 7 + 8 + 5 + 5 + 6 + 5 + 7  # as long as their names


def test_the_names_do_not_depend_on_where_the_data_set_lies(tmp_path: Path) -> None:
    for folder in ("one", "two/three"):
        write(tmp_path / folder, "a.jpg", "b.tar")
    names = [[shard.name for shard in plan(str(tmp_path / one), Reading())] for one in ("one", "two/three")]
    assert names[0] == names[1] == ["b.tar", "files#000000"]


def test_every_file_of_a_folder_is_read(tmp_path: Path) -> None:
    write(tmp_path, "a.jpg", "a.txt", "b/c")
    items = items_of(tmp_path)
    assert [(item.key, item.untrusted_bytes, item.is_label) for item in items] == [
        ("a.jpg", b"a.jpg", False),
        ("a.txt", b"a.txt", True),
        ("b/c", b"b/c", False),
    ]


def test_one_file_is_a_data_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "a.jpg", "b.jpg")
    assert [item.key for item in items_of(tmp_path / "a.jpg")] == ["a.jpg"]
    monkeypatch.chdir(tmp_path)
    assert [item.key for item in items_of(Path("b.jpg"))] == ["b.jpg"]


def test_an_empty_folder_has_no_shards_and_a_missing_one_is_refused(tmp_path: Path) -> None:
    assert list(plan(str(tmp_path), Reading())) == []
    with pytest.raises(WrongUsage):
        plan(str(tmp_path / "nowhere"), Reading())


def test_what_cannot_be_read_is_told_and_the_rest_is_read(tmp_path: Path) -> None:
    write(tmp_path, "a.jpg", "b/c.jpg", "z.jpg")
    (tmp_path / "dead.jpg").symlink_to(tmp_path / "nowhere")
    (tmp_path / "loop").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    shards = list(plan(str(tmp_path), Reading()))
    (tmp_path / "b/c.jpg").unlink()
    told = {item.key: item.problem for shard in shards for item in read_shard(shard, Reading())}
    kept_back = dict.fromkeys(["b/c.jpg", "dead.jpg", "loop", "pipe"], "unreadable_member")
    assert told == {"a.jpg": "", "z.jpg": ""} | kept_back


def test_a_file_that_changes_while_it_is_read_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "a.jpg", "b.jpg")
    monkeypatch.setattr(files, "LARGEST_PICTURE", 3)

    def slow(stream: object) -> object:
        (tmp_path / "a.jpg").write_bytes(b"something else, and longer")
        return digests(b"a.jpg")

    monkeypatch.setattr("openhotline.datasets.inputs.folder.digests_of_stream", slow)
    assert items_of(tmp_path)[0] == Item("a.jpg", problem="changed")


def test_a_file_too_large_to_be_held_is_digested(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "a.jpg")
    monkeypatch.setattr(files, "LARGEST_PICTURE", 3)
    assert items_of(tmp_path) == [Item("a.jpg", digests=digests(b"a.jpg"))]


def test_a_path_that_is_no_text_is_read_and_spelled_out(tmp_path: Path) -> None:
    write(tmp_path, os.fsdecode(b"\xff.jpg").replace("\udcff", "x"))
    (tmp_path / os.fsdecode(b"\xff.jpg")).write_bytes(b"y")
    assert {item.key: item.untrusted_bytes for item in items_of(tmp_path)} == {
        "x.jpg": b"x.jpg",
        r"\xff.jpg": b"y",
    }
