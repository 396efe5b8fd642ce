"""A data set in an object store, cleaned into a folder here."""

from __future__ import annotations

from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer
from tests.datasets.cleaning_cast import audit, cleaned, in_folder, in_tar, noise, samples, write_tar

from openhotline.datasets.inputs.shard import Reading
from openhotline.errors import BadInput


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "of no worth")
        server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        server.start()
        yield "http://{}:{}".format(*server.get_host_and_port())
        server.stop()


def put(address: str, bucket: str, objects: dict[str, bytes]) -> Reading:
    for path, data in {bucket: b"", **{f"{bucket}/{key}": data for key, data in objects.items()}}.items():
        connection = HTTPConnection(address.removeprefix("http://"), timeout=30)
        connection.request("PUT", f"/{path}", data)
        assert connection.getresponse().status == 200
        connection.close()
    return Reading(store={"endpoint": address, "region": "us-east-1"})


def test_an_object_stores_data_set_is_written_here(address: str, tmp_path: Path) -> None:
    one = write_tar(tmp_path / "a.tar", samples("000", "001")).read_bytes()
    other = write_tar(tmp_path / "b.tar", samples("002")).read_bytes()
    loose = {f"set/loose/{name}": noise(name) for name in ("1.jpg", "1.txt", "2.jpg")}
    reading = put(address, "hills", {"set/shards/a.tar": one, "set/shards/b.tar": other, **loose})
    hits = ["000.jpg", "loose/1.jpg"]
    audited = audit("s3://hills/set", tmp_path / "audit", hits, reading=reading)
    done = cleaned("s3://hills/set", audited, tmp_path / "out", store=reading.store)
    assert set(in_folder(tmp_path / "out/data")) == {"loose/2.jpg", "shards/a.tar", "shards/b.tar"}
    assert in_tar(tmp_path / "out/data/shards/a.tar") == dict(samples("001"))
    assert (tmp_path / "out/data/shards/b.tar").read_bytes() == other
    assert done.counts["removed"] == 4


def test_a_name_that_would_lead_outside_is_refused(address: str, tmp_path: Path) -> None:
    tar = write_tar(tmp_path / "a.tar", samples("000")).read_bytes()
    reading = put(address, "traps", {"set/x/../../a.tar": tar})
    audited = audit("s3://traps/set", tmp_path / "audit", reading=reading)
    with pytest.raises(BadInput, match="lead outside"):
        cleaned("s3://traps/set", audited, tmp_path / "out", store=reading.store)
