"""Parquet and arrow: pictures, stated hashes and addresses out of the columns that tables usually have."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.ipc as ipc
import pyarrow.parquet as pq
import pytest

from openhotline.datasets import reading as files
from openhotline.datasets.inputs import Item, Reading, Shard, forms, parquet
from openhotline.datasets.inputs import arrow as arrows
from openhotline.datasets.inputs.planning import plan
from openhotline.datasets.inputs.reading import read_shard
from openhotline.errors import OpenHotlineError, WrongUsage
from openhotline.hashing import digests

MD5, SHA1, SHA256 = "1f" * 16, "2e" * 20, "3d" * 32
PICTURES = [b"\xff\xd8\xff one", b"\x89PNG two", b"three" * 100]


def write_parquet(table: pa.Table, path: Path) -> None:
    pq.write_table(table, path, row_group_size=2)


def write_stream(table: pa.Table, path: Path) -> None:
    with pa.OSFile(str(path), "wb") as file, ipc.new_stream(file, table.schema) as out:
        out.write_table(table, max_chunksize=2)


def write_feather(table: pa.Table, path: Path) -> None:
    feather.write_feather(table, str(path), compression="zstd", chunksize=2)


WRITERS = [
    (write_parquet, "x.parquet"),
    (write_stream, "data-00000-of-00001.arrow"),
    (write_feather, "x.feather"),
]
every_form = pytest.mark.parametrize(("write", "name"), WRITERS)
Write = Callable[[pa.Table, Path], None]


def read(folder: Path, reading: Reading | None = None) -> list[Item]:
    reading = reading or Reading()
    return [item for shard in plan(str(folder), reading) for item in read_shard(shard, reading)]


def of(table: pa.Table | dict[str, Any], folder: Path, reading: Reading | None = None) -> list[Item]:
    write_parquet(pa.table(table), folder / "x.parquet")
    return read(folder, reading)


def pairs(items: Sequence[Item]) -> list[tuple[str, bytes | None]]:
    return [(item.key, item.untrusted_bytes) for item in items]


@every_form
def test_bytes_are_pictures_whatever_the_column_is_called(write: Write, name: str, tmp_path: Path) -> None:
    write(
        pa.table({"__key__": ["a", "b", "c"], "whatever": PICTURES, "caption": ["x", "y", "z"]}),
        tmp_path / name,
    )
    assert pairs(read(tmp_path)) == list(zip("abc", PICTURES, strict=True))


@every_form
def test_the_images_of_hugging_face_are_read(write: Write, name: str, tmp_path: Path) -> None:
    images = [{"bytes": PICTURES[0], "path": "a.jpg"}, {"bytes": None, "path": "b.jpg"}, None]
    write(pa.table({"image": images, "label": [1, 2, 3]}), tmp_path / name)
    items = read(tmp_path)
    assert pairs(items) == [("0", PICTURES[0]), ("1", None), ("2", None)]
    assert [item.problem for item in items] == ["", "empty", "empty"]


@pytest.mark.parametrize(
    "kind", [pa.large_binary(), pa.binary_view(), pa.dictionary(pa.int32(), pa.binary()), pa.binary(4)]
)
def test_bytes_of_every_kind_are_read(kind: pa.DataType, tmp_path: Path) -> None:
    values = [b"abcd", None, b"efgh"]
    column = pa.array(values, pa.binary())
    column = column.dictionary_encode() if pa.types.is_dictionary(kind) else column.cast(kind)
    write_stream(pa.table({"jpg": column}), tmp_path / "x.arrow")
    assert pairs(read(tmp_path)) == [("0", b"abcd"), ("1", None), ("2", b"efgh")]


def test_several_pictures_of_a_row_have_keys_of_their_own(tmp_path: Path) -> None:
    images = pa.array([[{"bytes": b"1"}, {"bytes": b"2"}], []], pa.list_(pa.struct([("bytes", pa.binary())])))
    items = of({"id": [7, 8], "images": images, "png": [b"3", None]}, tmp_path)
    assert pairs(items) == [("7#images#0", b"1"), ("7#images#1", b"2"), ("7#png", b"3"), ("8", None)]


@every_form
def test_bytes_beside_pictures_are_looked_at_where_they_begin_as_one(
    write: Write, name: str, tmp_path: Path
) -> None:
    table = {"jpg": PICTURES[1:], "embedding": [b"\0" * 40, b"\xff\xd8\xff one"], "seg.png": [b"a", None]}
    write(pa.table(table), tmp_path / name)
    assert pairs(read(tmp_path)) == [
        ("0#jpg", PICTURES[1]),
        ("0#seg.png", b"a"),
        ("1#jpg", PICTURES[2]),
        ("1#embedding", b"\xff\xd8\xff one"),
    ]
    write(pa.table({"md5": [MD5], "uuid": pa.array([bytes(16)], pa.binary(16))}), tmp_path / name)
    assert read(tmp_path) == [Item("0", stated={"md5": MD5})]


@every_form
def test_stated_hashes_and_addresses_are_taken(write: Write, name: str, tmp_path: Path) -> None:
    table = pa.table(
        {
            "URL": ["https://example.org/a.jpg ", None, ""],
            "MD5": [MD5, None, None],
            "sha1": pa.array([bytes.fromhex(SHA1), None, None], pa.binary(20)),
            "sha256": [SHA256, None, SHA256],
            "pdq": [SHA256, None, None],
            "pdq_quality": [77, None, None],
        }
    )
    write(table, tmp_path / name)
    items = read(tmp_path)
    hashes = {"md5": MD5, "sha1": SHA1, "sha256": SHA256, "pdq": SHA256, "pdq_quality": "77"}
    assert items == [
        Item("0", stated={**hashes, "url": "https://example.org/a.jpg"}),
        Item("1", problem="empty"),
        Item("2", stated={"sha256": SHA256}),
    ]


def test_what_stands_beside_bytes_goes_with_them(tmp_path: Path) -> None:
    (item,) = of({"jpg": [b"x"], "md5": [MD5], "url": ["https://example.org"]}, tmp_path)
    assert item == Item("0", b"x", stated={"md5": MD5, "url": "https://example.org"})


def test_values_are_passed_on_as_they_are_and_empty_ones_left_out(tmp_path: Path) -> None:
    table = {
        "md5": [f" {MD5} ", "no digest", ""],
        "sha1": [SHA1.encode(), bytes.fromhex(SHA1), b""],
        "pdq": pa.array([bytes.fromhex(SHA256)] * 3, pa.binary()),
        "pdq_quality": [50.0, 7.5, None],
    }
    assert [item.stated for item in of(table, tmp_path)] == [
        {"md5": MD5, "sha1": SHA1, "pdq": SHA256, "pdq_quality": "50"},
        {"md5": "no digest", "sha1": SHA1, "pdq": SHA256, "pdq_quality": "7.5"},
        {"pdq": SHA256},
    ]


def test_columns_may_be_named(tmp_path: Path) -> None:
    table = {
        "a": [b"1"],
        "jpg": [b"2"],
        "no": ["key"],
        "id": ["other"],
        "sum": [MD5],
        "md5": [MD5],
        "to": ["http://x"],
    }
    named = Reading("no", "a", "to", {"md5": "sum"})
    assert of(table, tmp_path, named) == [Item("key", b"1", stated={"md5": MD5, "url": "http://x"})]
    with pytest.raises(WrongUsage) as refused:
        of(table, tmp_path, Reading(image_column="b"))
    assert "jpg" in refused.value.details


@every_form
def test_a_table_without_a_column_of_use_is_refused_with_what_it_has(
    write: Write, name: str, tmp_path: Path
) -> None:
    write(pa.table({"words": ["a"], "number": [1]}), tmp_path / name)
    with pytest.raises(WrongUsage) as refused:
        list(plan(str(tmp_path), Reading()))
    assert "words, number" in refused.value.details
    (item,) = read_shard(Shard(name, forms.form_of(name), str(tmp_path / name)), Reading())
    assert item.problem == "no_columns"


def test_an_index_beside_a_saved_data_set_is_no_table_of_its_own(tmp_path: Path) -> None:
    write_stream(pa.table({"indices": pa.array([1, 0], pa.uint64())}), tmp_path / "indices.arrow")
    write_stream(pa.table({"image": [b"x"]}), tmp_path / "data.arrow")
    (tmp_path / "state.json").write_text("{}")
    items = read(tmp_path)
    assert [(item.key, item.is_label) for item in items] == [("0", False), ("state.json", True)]


@every_form
def test_a_key_that_comes_twice_is_told(write: Write, name: str, tmp_path: Path) -> None:
    write(pa.table({"key": ["a", "b", "a"], "jpg": PICTURES}), tmp_path / name)
    assert [(item.key, item.problem) for item in read(tmp_path)][2:] == [("a", ""), ("a", "duplicate_key")]


@every_form
def test_a_cell_too_large_to_be_held_is_digested(
    write: Write, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "LARGEST_PICTURE", 20)
    write(pa.table({"jpg": PICTURES}), tmp_path / name)
    assert read(tmp_path)[2] == Item("2", digests=digests(PICTURES[2]))


def test_a_large_table_is_cut_by_row_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "LARGE", 100)
    monkeypatch.setattr(parquet, "PART", 300)
    monkeypatch.setattr(arrows, "PART", 300)
    pictures = [bytes([number]) * 50 for number in range(20)]
    for write, name in (WRITERS[0], WRITERS[2]):
        write(pa.table({"jpg": pictures}), tmp_path / name)
        shards = list(plan(str(tmp_path / name), Reading()))
        assert len(shards) > 1
        assert len({shard.name for shard in shards}) == len(shards)
        items = [item for shard in shards for item in read_shard(shard, Reading())]
        assert pairs(items) == [(str(number), one) for number, one in enumerate(pictures)]


@every_form
def test_a_table_that_is_cut_off_or_damaged_says_so(write: Write, name: str, tmp_path: Path) -> None:
    import random

    chance = random.Random(5)
    pictures = [chance.randbytes(3000) for _ in range(12)]
    write(pa.table({"jpg": pictures}), tmp_path / name)
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: len(whole) * 2 // 3])
    items = read(tmp_path)
    good = [item for item in items if not item.problem]
    assert pairs(good) == [(str(number), one) for number, one in enumerate(pictures)][: len(good)]
    assert items[-1].problem == "unreadable_shard"
    for _ in range(40):
        data = bytearray(whole)
        for _ in range(20):
            data[chance.randrange(len(data))] = chance.randrange(256)
        (tmp_path / name).write_bytes(data)
        for item in read_shard(Shard(name, forms.form_of(name), str(tmp_path / name)), Reading()):
            item.key.encode()


def test_a_damaged_row_group_costs_its_own_rows(tmp_path: Path) -> None:
    pictures = [bytes([number]) * 3000 for number in range(6)]
    path = tmp_path / "x.parquet"
    pq.write_table(
        pa.table({"jpg": pictures}), path, row_group_size=2, write_page_checksum=True, use_dictionary=False
    )
    data = bytearray(path.read_bytes())
    told = pq.ParquetFile(path).metadata.row_group(1).column(0)
    data[told.data_page_offset + told.total_compressed_size - 20] ^= 1
    path.write_bytes(data)
    items = read(tmp_path)
    assert [(item.key, item.problem) for item in items] == [
        ("0", ""),
        ("1", ""),
        ("4", ""),
        ("5", ""),
        ("5", "unreadable_shard"),
    ]


@pytest.mark.parametrize("name", [name for _, name in WRITERS])
@pytest.mark.parametrize("data", [b"", b"PAR1", b"ARROW1\0\0", b"no table at all"])
def test_no_table_is_one_problem(name: str, data: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(data)
    assert read(tmp_path) == [Item("", problem="unreadable_shard")]


@every_form
def test_an_empty_table_gives_nothing(write: Write, name: str, tmp_path: Path) -> None:
    write(pa.table({"jpg": pa.array([], pa.binary())}), tmp_path / name)
    assert read(tmp_path) == []


def test_text_that_is_none_is_spelled_out(tmp_path: Path) -> None:
    offsets = pa.array([0, 2], pa.int32()).buffers()[1]
    key = pa.StringArray.from_buffers(1, offsets, pa.py_buffer(b"\xffx"))
    (item,) = of({"key": key, "jpg": [b"x"]}, tmp_path)
    assert item.key == r"\xffx"


def test_without_the_packages_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_parquet(pa.table({"jpg": [b"x"]}), tmp_path / "x.parquet")
    for name in ("pyarrow", "pyarrow.parquet"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(OpenHotlineError, match="pip install"):
        read(tmp_path)
