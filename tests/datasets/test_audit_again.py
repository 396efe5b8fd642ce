"""A later list against stored fingerprints: certain, probable or undecided, as the stored hash allows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from audit_results import KEY, NOON, finished, flipped, member, prepared_list, random_values, shard

from openhotline.datasets.again.matching import audit_folder, match_again
from openhotline.datasets.again.stored import fingerprint_files, rows_in, stored_rows
from openhotline.datasets.audit.summary import Summary
from openhotline.datasets.bulk.record import Mode, State
from openhotline.datasets.sealed.sealing import verify_sealed
from openhotline.errors import BadInput, Damaged, NotFound
from openhotline.known import Rule
from openhotline.known.opening import open_list
from openhotline.matching import hamming

ENTRY = random_values(500, 1)[0].tobytes()


def asked_again(source: Path, out: Path, rows: list[str], rule: Rule | None = None) -> Summary:
    folder = prepared_list(out.parent / "lists", "later", rows)
    known = open_list(folder, name="later")
    told = {"lists": [{"name": "later", "edition": known.edition, "bad_rows": 0}]}
    return match_again(source, [known], rule or Rule(), out, told, key=KEY, at=NOON)


def near_entry(bits: int, key: str = "x", **given: Any) -> dict[str, Any]:
    return member(key, 900 + bits, pdq=flipped(ENTRY, bits), **given)


STATED = {"pdq_mode": Mode.STATED, "state": State.STATED, "pdq_quality": None}
CASES: list[tuple[int, dict[str, Any], str]] = [
    (31, {}, "certain"),
    (32, {}, "nothing"),
    (15, {"pdq_mode": Mode.FAST}, "certain"),
    (16, {"pdq_mode": Mode.FAST}, "not confirmed"),
    (31, {"pdq_mode": Mode.FAST}, "not confirmed"),
    (32, {"pdq_mode": Mode.FAST}, "look again"),
    (47, {"pdq_mode": Mode.FAST}, "look again"),
    (48, {"pdq_mode": Mode.FAST}, "nothing"),
    (5, {"pdq_mode": Mode.FAST, "pdq_quality": 59}, "not confirmed"),
    (5, {"pdq_mode": Mode.FAST, "pdq_quality": 60}, "certain"),
    (5, {"pdq_mode": Mode.FAST, "pdq_quality": 49}, "look again"),
    (5, {"pdq_mode": Mode.FAST, "pdq_quality": 39}, "nothing"),
    (5, {"pdq_quality": 49}, "nothing"),
    (5, STATED, "not confirmed"),
    (32, STATED, "nothing"),
]


def test_what_a_stored_hash_can_decide(tmp_path: Path) -> None:
    members = [near_entry(bits, str(at), **given) for at, (bits, given, _) in enumerate(CASES)]
    finished(tmp_path / "audit", [shard("a.tar", members)])
    asked_again(tmp_path / "audit", tmp_path / "out", [f"pdq,{ENTRY.hex()},100"])
    came = dict.fromkeys(range(len(CASES)), "nothing")
    for row in pq.read_table(tmp_path / "out" / "hits.parquet").to_pylist():
        came[int(row["key"])] = "certain" if row["confirmed"] else "not confirmed"
        assert row["distance"] == CASES[int(row["key"])][0]
    for row in pq.read_table(tmp_path / "out" / "near.parquet").to_pylist():
        came[int(row["key"])] = "look again"
        assert row["distance"] == CASES[int(row["key"])][0]
    assert came == {at: expected for at, (_, _, expected) in enumerate(CASES)}


def test_what_has_to_be_looked_at_again_is_no_clean_answer(tmp_path: Path) -> None:
    finished(tmp_path / "audit", [shard("a.tar", [near_entry(40, pdq_mode=Mode.FAST)])])
    summary = asked_again(tmp_path / "audit", tmp_path / "out", [f"pdq,{ENTRY.hex()},100"])
    assert (summary.exit_code, summary.document["errors"]) == (4, {"look_again": 1})


def test_an_entry_of_low_quality_matches_nothing(tmp_path: Path) -> None:
    finished(tmp_path / "audit", [shard("a.tar", [near_entry(3), near_entry(4, "y", pdq_mode=Mode.FAST)])])
    assert asked_again(tmp_path / "audit", tmp_path / "out", [f"pdq,{ENTRY.hex()},49"]).verdict == "clean"


def test_the_same_is_found_as_by_slow_and_obvious_code(tmp_path: Path) -> None:
    entries = random_values(1, 40)
    picture = np.random.default_rng(2)
    members = []
    for number in range(400):
        pdq = flipped(entries[number % 40].tobytes(), int(picture.integers(0, 60)))
        members.append(member(f"{number}", 1000 + number, pdq=pdq))
    shards = [shard(f"{first:03d}.tar", members[first : first + 60]) for first in range(0, 400, 60)]
    finished(tmp_path / "audit", shards)
    rows = [f"pdq,{entry.tobytes().hex()},100" for entry in entries]
    rows += [f"{name},{members[7][name].hex()}," for name in ("md5", "sha1", "sha256")]
    asked_again(tmp_path / "audit", tmp_path / "out", rows)
    found = {
        (row["key"], row["matched"], row["entry_line"], row["distance"])
        for row in pq.read_table(tmp_path / "out" / "hits.parquet").to_pylist()
    }
    expected = {("7", name, 42 + at, 0) for at, name in enumerate(("md5", "sha1", "sha256"))}
    for one in members:
        for line, entry in enumerate(entries, 2):
            if (apart := hamming(one["pdq"], entry.tobytes())) <= 31:
                expected.add((one["key"], "pdq", line, apart))
    assert found == expected and len(expected) > 100


def test_what_the_audit_knew_stays_known(tmp_path: Path) -> None:
    before = [
        shard("a.tar", [member("1", 1)], errors=[("2", "damaged")], unreadable=1, seen=2),
        shard("empty.tar"),
        shard("lost.tar", failure="It died."),
        shard("z.tar", [member("3", 3, pdq_quality=10)]),
    ]
    first = finished(tmp_path / "audit", before)
    summary = asked_again(tmp_path / "audit", tmp_path / "out", [f"md5,{member('1', 1)['md5'].hex()},"])
    shards = pq.read_table(tmp_path / "out" / "shards.parquet").to_pylist()
    assert [row["shard"] for row in shards] == ["a.tar", "empty.tar", "lost.tar", "z.tar"]
    assert [row["hits"] for row in shards] == [1, 0, 0, 0]
    assert [row["too_poor"] for row in shards] == [0, 0, 0, 1]
    kinds = pq.read_table(tmp_path / "out" / "errors.parquet")["kind"].to_pylist()
    assert kinds == ["damaged", "failed_shard"]
    assert summary.document["data_set"] == first.document["data_set"]
    assert summary.document["asked"]["against"] == first.digest
    assert (summary.counts["seen"], summary.counts["failed_shards"]) == (first.counts["seen"], 1)
    assert "near.parquet" in {
        file["file"] for file in verify_sealed(tmp_path / "out", [KEY.public_key()]).summary["files"]
    }


def test_a_shard_that_goes_on_in_the_next_batch_is_one_shard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("openhotline.datasets.again.stored.ROWS_AT_ONCE", 3)
    members = [near_entry(at, str(at)) for at in range(8)]
    finished(tmp_path / "audit", [shard("a.tar", members[:7]), shard("b.tar", members[7:])])
    asked_again(tmp_path / "audit", tmp_path / "out", [f"pdq,{ENTRY.hex()},100"])
    shards = pq.read_table(tmp_path / "out" / "shards.parquet").to_pylist()
    assert [(row["shard"], row["hits"], row["hit_members"]) for row in shards] == [
        ("a.tar", 7, 7),
        ("b.tar", 1, 1),
    ]


def test_addresses_are_not_kept_and_that_is_said(tmp_path: Path) -> None:
    finished(tmp_path / "audit", [shard("a.tar", [member("1", 1)], addresses=2)])
    rows = ["url,https://pictures.example/a.jpg,", f"pdq,{ENTRY.hex()},"]
    assert asked_again(tmp_path / "audit", tmp_path / "out", rows).verdict == "errors"
    kinds = pq.read_table(tmp_path / "out" / "errors.parquet")["kind"].to_pylist()
    assert kinds == ["addresses_not_kept"]


def test_a_picture_without_a_hash_is_not_asked_whatever_quality_is_enough(tmp_path: Path) -> None:
    members = [near_entry(3, pdq_mode=Mode.FAST, pdq_quality=0), near_entry(4, pdq_quality=0)]
    finished(tmp_path / "audit", [shard("a.tar", members)])
    summary = asked_again(tmp_path / "audit", tmp_path / "out", [f"pdq,{ENTRY.hex()},100"], Rule(31, 0))
    assert summary.verdict == "clean"


def test_altered_fingerprints_are_refused(tmp_path: Path) -> None:
    finished(tmp_path / "audit", [shard("a.tar", [member("1", 1)])])
    part = tmp_path / "audit" / "fingerprints" / "part-00000.parquet"
    data = bytearray(part.read_bytes())
    data[60] ^= 1
    part.write_bytes(data)
    with pytest.raises(Damaged):
        asked_again(tmp_path / "audit", tmp_path / "out", [f"pdq,{ENTRY.hex()},"])


def test_an_audit_is_named_by_its_folder_or_its_fingerprints(tmp_path: Path) -> None:
    finished(tmp_path / "audit", [shard("a.tar", [member("1", 1)])])
    assert audit_folder(tmp_path / "audit") == audit_folder(tmp_path / "audit" / "fingerprints")
    with pytest.raises(NotFound):
        audit_folder(tmp_path)


def test_an_audit_without_fingerprints_says_what_to_do(tmp_path: Path) -> None:
    finished(tmp_path, [shard("a.tar", keep=False)], fingerprints=False)
    with pytest.raises(NotFound, match="--fingerprints"):
        fingerprint_files(tmp_path)


def test_another_table_is_refused(tmp_path: Path) -> None:
    finished(tmp_path, [])
    with pytest.raises(BadInput):
        rows_in([tmp_path / "hits.parquet"])
    (tmp_path / "part-00000.parquet").write_bytes(b"no table")
    with pytest.raises(BadInput):
        list(stored_rows([tmp_path / "part-00000.parquet"]))


def test_what_is_not_known_is_read_as_not_known(tmp_path: Path) -> None:
    given = {"md5": None, "sha1": None, "sha256": None, "pdq": None, "pdq_quality": None, "pdq_mode": 0}
    finished(tmp_path, [shard("a.tar", [member("1", 1), member("2", 2, **given), member("3", 3)])])
    (stored,) = stored_rows(fingerprint_files(tmp_path))
    assert stored.pdq.known.tolist() == [True, False, True] and stored.quality.tolist() == [100, -1, 100]
    assert stored.exact["md5"].values[2].tobytes() == member("3", 3)["md5"]
    assert not stored.exact["sha256"].values[1].any()
