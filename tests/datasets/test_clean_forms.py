"""Folders, zip archives, parquet and arrow files written back in their own form."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq
import pytest
from tests.datasets.cleaning_cast import audit, cleaned, in_folder, in_zip, noise, removed, untouched

from openhotline.datasets.inputs import shard as shards
from openhotline.datasets.inputs.shard import Reading
from openhotline.errors import BadInput, Conflict


def folder(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(noise(name))
        os.utime(root / name, ns=(10**18, 10**18))
    return root


def test_files_of_a_folder_go_with_their_captions(tmp_path: Path) -> None:
    data = folder(tmp_path / "set", "a/1.jpg", "a/1.txt", "a/1.png", "a/2.jpg", "b/1.jpg", "b/1.2.txt")
    (data / "a/2.jpg").chmod(0o640)
    before = untouched(data)
    done = cleaned(data, audit(data, tmp_path / "audit", ["a/1.jpg"]), tmp_path / "out")
    stays = {name: noise(name) for name in ("a/1.png", "a/2.jpg", "b/1.jpg", "b/1.2.txt")}
    assert in_folder(tmp_path / "out/data") == stays
    assert removed(tmp_path / "out") == {("a/1.jpg", "hit"), ("a/1.txt", "same_sample")}
    told = (tmp_path / "out/data/a/2.jpg").stat()
    assert (told.st_mtime_ns, told.st_mode & 0o777) == (10**18, 0o640)
    assert untouched(data) == before and done.counts["files"] == 4


def test_names_that_are_no_text_are_kept_and_spelled_out(tmp_path: Path) -> None:
    data = folder(tmp_path / "set", os.fsdecode(b"hills-\xff.jpg"), "2.jpg")
    cleaned(data, audit(data, tmp_path / "audit", ["2.jpg"]), tmp_path / "out")
    assert [os.fsencode(one.name) for one in (tmp_path / "out/data").iterdir()] == [b"hills-\xff.jpg"]
    assert pq.read_table(tmp_path / "out/written.parquet")["file"].to_pylist() == ["hills-\\xff.jpg"]


def test_a_caption_in_the_next_shard_goes_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("openhotline.datasets.inputs.planning.FILES_IN_A_SHARD", 3)
    data = folder(tmp_path / "set", "1.jpg", "2.jpg", "3.jpg", "3.txt", "4.jpg")
    cleaned(data, audit(data, tmp_path / "audit", ["3.jpg"]), tmp_path / "out")
    assert set(in_folder(tmp_path / "out/data")) == {"1.jpg", "2.jpg", "4.jpg"}
    assert shards.FILES_IN_A_SHARD == 1000


def test_a_file_that_cannot_be_read_is_refused_or_left_out(tmp_path: Path) -> None:
    data = folder(tmp_path / "set", "1.jpg", "2.jpg")
    (data / "nowhere.jpg").symlink_to(tmp_path / "nothing")
    audited = audit(data, tmp_path / "audit")
    with pytest.raises(BadInput, match="could not be read"):
        cleaned(data, audited, tmp_path / "kept")
    cleaned(data, audited, tmp_path / "dropped", drop_unreadable=True)
    assert set(in_folder(tmp_path / "dropped/data")) == {"1.jpg", "2.jpg"}


def write_zip(path: Path) -> Path:
    path.parent.mkdir(parents=True)
    with zipfile.ZipFile(path, "w") as file:
        file.comment = b"landscapes"
        file.writestr("folder/", b"")
        for number, packing in enumerate((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)):
            for end in ("jpg", "txt"):
                told = zipfile.ZipInfo(f"folder/{number}ü.{end}", (2026, 1, 2, 3, 4, 6))
                told.compress_type, told.comment = packing, b"told"
                file.writestr(told, noise(told.filename, 3000))
        with file.open("streamed.jpg", "w", force_zip64=True) as stream:
            stream.write(noise("streamed.jpg"))
    return path


def test_members_of_a_zip_are_copied_as_they_are_packed(tmp_path: Path) -> None:
    path = write_zip(tmp_path / "set/a.zip")
    old = in_zip(path)
    cleaned(path.parent, audit(path.parent, tmp_path / "audit", ["folder/1ü.jpg"]), tmp_path / "out")
    gone = {"folder/1ü.jpg", "folder/1ü.txt"}
    assert in_zip(tmp_path / "out/data/a.zip") == {
        name: data for name, data in old.items() if name not in gone
    }
    with zipfile.ZipFile(path) as one, zipfile.ZipFile(tmp_path / "out/data/a.zip") as other:
        assert other.comment == b"landscapes"
        assert [told(member) for member in other.infolist()] == [
            told(member) for member in one.infolist() if member.filename not in gone
        ]


def told(member: zipfile.ZipInfo) -> tuple[Any, ...]:
    return (
        member.filename,
        member.compress_type,
        member.compress_size,
        member.date_time,
        member.comment,
        member.external_attr,
    )


def table(rows: int, *, key: bool = True) -> pa.Table:
    pictures = [{"bytes": noise(str(row)), "path": f"{row}.jpg"} for row in range(rows)]
    columns: dict[str, Any] = {"image": pictures, "label": pa.array(range(rows), pa.int16())}
    if key:
        columns["__key__"] = [f"k{row}" for row in range(rows)]
    about = {b"huggingface": json.dumps({"info": {"features": {"image": {"_type": "Image"}}}}).encode()}
    return pa.table(columns).replace_schema_metadata(about)


def test_parquet_keeps_schema_row_groups_packing_and_metadata(tmp_path: Path) -> None:
    path = tmp_path / "set/data/train.parquet"
    path.parent.mkdir(parents=True)
    whole = table(30)
    packing = {"image.bytes": "none", "image.path": "zstd", "label": "gzip", "__key__": "snappy"}
    pq.write_table(whole, path, row_group_size=10, compression=packing, use_dictionary=["label"])
    cleaned(tmp_path / "set", audit(tmp_path / "set", tmp_path / "audit", ["k3", "k29"]), tmp_path / "out")
    new = pq.ParquetFile(tmp_path / "out/data/data/train.parquet")
    stays = [row for row in range(30) if row not in (3, 29)]
    assert new.read().equals(whole.take(stays), check_metadata=True)
    assert [new.metadata.row_group(at).num_rows for at in range(3)] == [9, 10, 9]
    group = new.metadata.row_group(0)
    old = pq.ParquetFile(path).metadata.row_group(0)
    assert [group.column(at).compression for at in range(4)] == [
        old.column(at).compression for at in range(4)
    ]
    assert removed(tmp_path / "out") == {("k3", "hit"), ("k29", "hit")}


def test_rows_without_a_key_go_by_their_number(tmp_path: Path) -> None:
    path = tmp_path / "set/a.parquet"
    path.parent.mkdir()
    pq.write_table(table(600, key=False), path, row_group_size=500)
    cleaned(path.parent, audit(path.parent, tmp_path / "audit", ["0", "299", "599"]), tmp_path / "out")
    labels = pq.read_table(tmp_path / "out/data/a.parquet")["label"].to_pylist()
    assert labels == [row for row in range(600) if row not in (0, 299, 599)]


def test_of_two_rows_with_one_key_the_one_that_was_hit_goes(tmp_path: Path) -> None:
    path = tmp_path / "set/a.parquet"
    path.parent.mkdir()
    pq.write_table(pa.table({"key": ["k", "k", "k"], "image": [noise("a"), noise("b"), noise("a")]}), path)
    audited = audit(path.parent, tmp_path / "audit")  # nothing is hit: its table is written below
    assert cleaned(path.parent, audited, tmp_path / "all").counts["removed"] == 0
    only = audit(path.parent, tmp_path / "only", ["k"], values=[noise("b")])
    cleaned(path.parent, only, tmp_path / "out")
    assert pq.read_table(tmp_path / "out/data/a.parquet")["image"].to_pylist() == [noise("a"), noise("a")]


def test_a_row_goes_with_all_its_pictures(tmp_path: Path) -> None:
    path = tmp_path / "set/a.parquet"
    path.parent.mkdir()
    pictures = {"left": [noise("a"), noise("b")], "right": [noise("c"), noise("d")]}
    cells = {name: [{"bytes": data, "path": ""} for data in values] for name, values in pictures.items()}
    rows = pa.table({**cells, "url": ["x:1", "x:2"]})
    pq.write_table(rows, path)
    cleaned(path.parent, audit(path.parent, tmp_path / "audit", ["1#right"]), tmp_path / "out")
    assert pq.read_table(tmp_path / "out/data/a.parquet").equals(rows.slice(0, 1))
    assert removed(tmp_path / "out") == {("1#right", "hit"), ("1#left", "same_sample")}


@pytest.mark.parametrize("make", [pa.ipc.new_stream, pa.ipc.new_file])
def test_arrow_files_keep_their_form_and_batches(tmp_path: Path, make: Any) -> None:
    path = tmp_path / "set/data-00000-of-00001.arrow"
    path.parent.mkdir()
    whole = table(20)
    with make(str(path), whole.schema) as writer:
        writer.write_table(whole, max_chunksize=8)
    (path.parent / "dataset_info.json").write_text("{}")
    cleaned(path.parent, audit(path.parent, tmp_path / "audit", ["k0", "k9", "k10"]), tmp_path / "out")
    new = tmp_path / "out/data" / path.name
    reader = pa.ipc.open_stream(new) if make is pa.ipc.new_stream else pa.ipc.open_file(new)
    stays = [row for row in range(20) if row not in (0, 9, 10)]
    assert reader.read_all().equals(whole.take(stays), check_metadata=True)
    assert (new.parent / "dataset_info.json").read_text() == "{}"


def test_a_large_table_that_was_cut_is_one_file_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("openhotline.datasets.inputs.forms.LARGE", 1000)
    monkeypatch.setattr("openhotline.datasets.inputs.parquet.PART", 5000)
    path = tmp_path / "set/a.parquet"
    path.parent.mkdir()
    pq.write_table(table(40, key=False), path, row_group_size=4, compression="none")
    audited = audit(path.parent, tmp_path / "audit", ["5", "38"])
    assert len(pq.read_table(audited / "shards.parquet")) > 2
    cleaned(path.parent, audited, tmp_path / "out")
    labels = pq.read_table(tmp_path / "out/data/a.parquet")["label"].to_pylist()
    assert labels == [row for row in range(40) if row not in (5, 38)]


def test_a_table_that_changed_is_refused_while_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "set/a.parquet"
    path.parent.mkdir()
    pq.write_table(table(20), path)
    audited = audit(path.parent, tmp_path / "audit", ["k3"])
    changed = table(20).to_pylist()
    changed[7]["image"]["bytes"] = noise("another")
    pq.write_table(pa.Table.from_pylist(changed), path)
    with pytest.raises(Conflict, match="not what the audit looked at"):
        cleaned(path.parent, audited, tmp_path / "out")
    assert not (tmp_path / "out/data/a.parquet").exists()


def test_a_damaged_table_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "set/a.parquet"
    path.parent.mkdir()
    pq.write_table(table(20), path, compression="none", write_page_checksum=True)
    data = bytearray(path.read_bytes())
    data[2000] ^= 1
    path.write_bytes(data)
    audited = audit(path.parent, tmp_path / "audit", reading=Reading(key_column="__key__"))
    for drop in (False, True):
        with pytest.raises(BadInput, match="damaged"):
            cleaned(path.parent, audited, tmp_path / f"out{drop}", drop_unreadable=drop)
