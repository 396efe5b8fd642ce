"""One shard looked at: what is counted, told and kept of it, and how its result travels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from tests.datasets.audit_cast import KNOWN, KNOWN_AGAIN, known_list, tars
from tests.gate.gate_cast import pdq_of

from openhotline.datasets.audit.parcel import header_in, read_shard_of, write_shard
from openhotline.datasets.audit.result import ShardResult
from openhotline.datasets.audit.work import ShardWork, decode_result, encode_result
from openhotline.datasets.bulk.record import Mode, State
from openhotline.datasets.inputs import Reading, Shard
from openhotline.datasets.inputs.planning import plan
from openhotline.errors import Damaged
from openhotline.hashing import digests
from openhotline.known.preparing import prepare


@pytest.fixture(scope="module")
def conf(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("lists")
    prepare(known_list(folder), folder / "prepared")
    return {
        "lists": [{"name": "known", "folder": str(folder / "prepared")}],
        "rule": {"distance": 31, "min_quality": 50, "turned": False},
        "reading": {},
        "fingerprints": True,
        "census": True,
    }


@pytest.fixture(scope="module")
def shards(tmp_path_factory: pytest.TempPathFactory) -> list[Shard]:
    return list(plan(str(tars(tmp_path_factory.mktemp("data") / "set", shards=2)), Reading()))


@pytest.fixture(scope="module")
def result(conf: dict[str, Any], shards: list[Shard]) -> Iterator[ShardResult]:
    with ShardWork(conf) as work:
        yield work.run(shards[0])


def test_every_member_is_counted_as_what_it_is(result: ShardResult, shards: list[Shard]) -> None:
    assert result.counts == {
        "bytes": shards[0].size,
        "seen": 8,
        "hashed": 6,
        "too_poor": 1,
        "unreadable": 1,
        "other": 0,
        "labels": 1,
        "unread": 0,
        "stated": 0,
        "addresses": 0,
        "hit_members": 2,
        "hits": 3,
        "errors": 1,
    }
    assert result.claims["examined"] >= 6
    assert result.failure == "" and len(result.digest) == 64


def test_a_hit_carries_its_doubt(result: ShardResult) -> None:
    found = {(row["key"], row["matched"]): row for row in result.hits.to_pylist()}
    assert set(found) == {("0-known.jpg", "pdq"), ("exact.jpg", "pdq"), ("exact.jpg", "sha256")}
    near = found["0-known.jpg", "pdq"]
    value, quality = pdq_of(KNOWN_AGAIN)
    assert near["distance"] == (int(pdq_of(KNOWN)[0], 16) ^ int(value, 16)).bit_count()
    assert (near["pdq"], near["pdq_quality"], near["threshold"]) == (value, quality, 31)
    assert near["confirmed"] and near["list"] == "known" and len(near["edition"]) == 16
    assert near["sha256"] == digests(KNOWN_AGAIN).sha256 and near["size"] == len(KNOWN_AGAIN)


def test_what_could_not_be_decoded_is_told_by_key_and_kind(result: ShardResult) -> None:
    assert [(row["key"], row["kind"]) for row in result.errors.to_pylist()] == [("broken.jpg", "truncated")]
    assert result.errors["words"][0].as_py()


def test_fingerprints_have_a_row_for_everything_but_labels(result: ShardResult) -> None:
    assert result.fingerprints is not None
    found = {row["key"]: row for row in result.fingerprints.to_pylist()}
    assert len(found) == 7 and "0-known.txt" not in found
    assert found["exact.jpg"]["sha256"] == bytes.fromhex(digests(KNOWN).sha256)
    assert found["exact.jpg"]["pdq_mode"] in (Mode.FAST, Mode.STRICT)
    assert found["broken.jpg"]["pdq"] is None and found["broken.jpg"]["pdq_quality"] is None
    assert found["broken.jpg"]["state"] == State.UNREADABLE and found["broken.jpg"]["size"] == 500


def test_a_result_travels_whole_or_is_known_as_damaged(result: ShardResult) -> None:
    data = encode_result(result)
    again = decode_result(data)
    assert again.hits.equals(result.hits) and again.errors.equals(result.errors)
    assert again.fingerprints is not None and again.fingerprints.equals(result.fingerprints)
    assert replace(again, hits=None, errors=None, fingerprints=None) == replace(
        result, hits=None, errors=None, fingerprints=None
    )
    assert header_in(data)["shard"] == result.shard
    for at in range(0, len(data), len(data) // 40):
        with pytest.raises(Damaged):
            decode_result(data[:at])
        with pytest.raises(Damaged):
            decode_result(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])


def test_a_shard_travels_with_names_that_are_no_text(shards: list[Shard]) -> None:
    odd = Shard("files#1", "folder", "/a", members=("x-\udcff.jpg", "y"))
    assert [read_shard_of(write_shard(shard)) for shard in (odd, shards[0])] == [odd, shards[0]]
