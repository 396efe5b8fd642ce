"""An object store: every form is read from it as from a folder, and what is wrong with it is said."""

from __future__ import annotations

import random
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from moto.server import ThreadedMotoServer
from tests.datasets.test_input_tables import write_stream
from tests.datasets.test_input_tar import tar_of
from tests.datasets.test_input_zip import zip_of

from openhotline.datasets import reading as files
from openhotline.datasets.inputs import Item, Reading, Shard, forms, store
from openhotline.datasets.inputs.planning import plan
from openhotline.datasets.inputs.reading import read_shard
from openhotline.errors import OpenHotlineError, WrongUsage

PICTURES = [(f"{number}.jpg", random.Random(number).randbytes(3_000)) for number in range(20)]
ODD = ["a*b?.jpg", "é +%20#[x].jpg", " space .jpg"]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "of no worth")
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        yield "http://{}:{}".format(*server.get_host_and_port())
        server.stop()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("set")
    (folder / "x.tar").write_bytes(tar_of(PICTURES))
    (folder / "y.zip").write_bytes(zip_of(PICTURES))
    table = pa.table({"key": [key for key, _ in PICTURES], "jpg": [data for _, data in PICTURES]})
    pq.write_table(table, folder / "z.parquet", row_group_size=6)
    write_stream(table, folder / "z.arrow")
    (folder / "odd").mkdir()
    for name in ODD:
        (folder / "odd" / name).write_bytes(name.encode())
    return folder


def put(address: str, path: str, data: bytes) -> None:
    connection = HTTPConnection(address.removeprefix("http://"), timeout=10)
    connection.request("PUT", f"/{quote(path)}", data)
    assert connection.getresponse().status == 200
    connection.close()


@pytest.fixture(scope="module")
def reading(address: str, folder: Path) -> Reading:
    put(address, "bucket", b"")
    for path in folder.rglob("*"):
        if path.is_file():
            put(address, f"bucket/some/set/{path.relative_to(folder)}", path.read_bytes())
    put(address, "bucket/some/set/odd/", b"")
    put(address, "bucket/some/set-too/beside.jpg", b"of another set")
    return Reading(store={"endpoint": address, "region": "us-east-1"})


def items_of(dataset: str, reading: Reading) -> dict[str, list[Item]]:
    found: dict[str, list[Item]] = {}
    for shard in plan(dataset, reading):
        found.setdefault(shard.form, []).extend(read_shard(shard, reading))
    return found


def test_a_store_gives_what_a_folder_gives(folder: Path, reading: Reading) -> None:
    here, there = items_of(str(folder), Reading()), items_of("s3://bucket/some/set/", reading)
    assert set(there) == {"folder", "tar", "zip", "parquet", "arrow"}
    for form, items in here.items():
        assert sorted(there[form], key=lambda item: item.key) == sorted(items, key=lambda item: item.key)
    assert {item.key for item in there["folder"]} == {f"odd/{name}" for name in ODD}
    assert not any(item.problem for items in there.values() for item in items)


def test_the_plan_is_the_same_every_time(reading: Reading) -> None:
    plans = [list(plan("s3://bucket/some/set", reading)) for _ in range(2)]
    assert plans[0] == plans[1]
    assert sum(shard.size for shard in plans[0] if shard.form == "tar") == len(tar_of(PICTURES))


def test_one_object_is_a_data_set(reading: Reading) -> None:
    (shard,) = plan("s3://bucket/some/set/x.tar", reading)
    assert (shard.name, shard.form) == ("x.tar", "tar")
    items = list(read_shard(shard, reading))
    assert [(item.key, item.untrusted_bytes) for item in items] == PICTURES


def test_a_large_archive_is_cut_and_a_large_object_digested(
    reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forms, "LARGE", 10_000)
    monkeypatch.setattr("openhotline.datasets.inputs.tar.PART", 20_000)
    shards = list(plan("s3://bucket/some/set/x.tar", reading))
    assert len(shards) > 2
    found = [item for shard in shards for item in read_shard(shard, reading)]
    assert [(item.key, item.untrusted_bytes) for item in found] == PICTURES
    monkeypatch.setattr(files, "LARGEST_PICTURE", 2_000)
    assert all(item.digests for item in read_shard(shards[0], reading))


def test_what_is_not_there_is_refused_or_told(reading: Reading) -> None:
    for nowhere in ("s3://bucket/nothing", "s3://no-bucket", "s3://no-bucket/nothing"):
        with pytest.raises(WrongUsage):
            plan(nowhere, reading)
    gone = Shard("gone.tar", "tar", "s3://bucket/some/gone.tar")
    assert list(read_shard(gone, reading)) == [Item("", problem="unreadable_shard")]
    gone = Shard("files#000000", "folder", "s3://bucket/some", members=("gone.jpg",))
    assert list(read_shard(gone, reading)) == [Item("gone.jpg", problem="unreadable_member")]


def test_a_store_that_goes_away_is_not_taken_for_damage(
    reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "TRIES", 1)
    away = Reading(store={"endpoint": "http://127.0.0.1:9", "region": "us-east-1"})
    for shard in plan("s3://bucket/some/set", reading):
        with pytest.raises(OpenHotlineError, match="does not answer"):
            list(read_shard(shard, away))


def test_a_store_that_is_not_there_is_said_to_be_that(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "TRIES", 2)
    elsewhere = Reading(store={"endpoint": "http://127.0.0.1:9", "region": "us-east-1"})
    with pytest.raises(OpenHotlineError, match="could not be listed"):
        plan("s3://bucket/some/set", elsewhere)


def test_without_keys_only_the_store_is_asked_and_what_it_refuses_is_told(
    reading: Reading, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_EC2_METADATA_DISABLED"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "/nowhere")
    monkeypatch.setattr(store, "TRIES", 3)  # the reader keeps what it made for the same settings
    nobody = Reading(store={"endpoint": reading.store["endpoint"], "anonymous": True})
    for shard in plan("s3://bucket/some/set", nobody):
        problems = {item.problem for item in read_shard(shard, nobody)}
        assert problems == {"unreadable_member" if shard.form == "folder" else "unreadable_shard"}
    assert "IMDS" not in caplog.text  # Amazon's service for keys and regions
