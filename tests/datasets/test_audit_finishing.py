"""From results of shards to tables and a signed summary: everything once, counted, and nothing else told."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from audit_results import ASKED, KEY, finished, hit, member, shard

from openhotline.datasets.audit.digest import dataset_digest
from openhotline.datasets.audit.tables import ERRORS, FINGERPRINTS, HITS, SHARDS
from openhotline.datasets.audit.tally import MOST_BINS, Bins, Tally
from openhotline.datasets.sealed import table_files
from openhotline.datasets.sealed.sealing import verify_sealed
from openhotline.datasets.sealed.table_files import TableFile, TableParts
from openhotline.errors import OpenHotlineError


def two_shards() -> list[Any]:
    return [
        shard(
            "a.tar",
            [member("1", 1), member("2", 2)],
            hits=[hit("a.tar", "1"), hit("a.tar", "1", matched="md5", distance=0), hit("a.tar", "2")],
        ),
        shard("b.tar", [member("3", 3)], errors=[("3", "truncated"), ("3", "duplicate_key")], unreadable=1),
    ]


def test_every_row_is_written_once_in_the_plans_order(tmp_path: Path) -> None:
    finished(tmp_path, two_shards())
    hits, errors, shards = (
        pq.read_table(tmp_path / f"{name}.parquet") for name in ("hits", "errors", "shards")
    )
    kept = pq.read_table(tmp_path / "fingerprints")
    assert hits["key"].to_pylist() == ["1", "1", "2"] and hits.schema.equals(HITS)
    assert errors["kind"].to_pylist() == ["truncated", "duplicate_key"] and errors.schema.equals(ERRORS)
    assert shards["shard"].to_pylist() == ["a.tar", "b.tar"] and shards.schema.equals(SHARDS)
    assert (shards["hits"].to_pylist(), shards["hit_members"].to_pylist()) == ([3, 0], [2, 0])
    assert kept["key"].to_pylist() == ["1", "2", "3"]
    assert kept["shard"].to_pylist() == ["a.tar", "a.tar", "b.tar"]
    assert kept["sha256"].to_pylist()[0] == member("1", 1)["sha256"]


def test_the_summary_says_what_was_asked_and_found(tmp_path: Path) -> None:
    summary = finished(tmp_path, two_shards())
    told = json.loads((tmp_path / "summary.json").read_bytes())
    assert told == summary.document
    assert (
        told["counts"] | {"seen": 3, "hits": 3, "hit_members": 2, "errors": 2, "shards": 2} == told["counts"]
    )
    assert told["hits"]["by"] == {"md5": 1, "pdq": 2}
    assert told["errors"] == {"duplicate_key": 1, "truncated": 1}
    digests = {result.shard: result.digest for result in two_shards()}
    assert told["data_set"] == {"name": "landscapes", "sha256": dataset_digest(digests.items())}
    assert told["asked"]["lists"] == ASKED["lists"] and told["versions"]["openhotline"]
    assert summary.digest == hashlib.sha256((tmp_path / "summary.json").read_bytes()).hexdigest()


def test_a_third_party_can_verify_every_file(tmp_path: Path) -> None:
    finished(tmp_path, two_shards())
    sealed = verify_sealed(tmp_path, [KEY.public_key()])
    named = {file["file"] for file in sealed.summary["files"]}
    there = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert there == named | {"summary.json", "summary.sig", "audit.pub"}


def test_where_the_data_set_lies_is_not_told(tmp_path: Path) -> None:
    finished(tmp_path, two_shards())
    for name in ("summary.json", "report.html"):
        told = (tmp_path / name).read_text()
        assert "/home/ana" not in told and "store.example" not in told


@pytest.mark.parametrize(
    ("results", "asked", "verdict", "code"),
    [
        ([shard("a.tar", [member("1", 1)])], {}, "clean", 0),
        ([shard("a.tar", [member("1", 1)], errors=[("1", "duplicate_key")])], {}, "clean", 0),
        ([shard("a.tar", [member("1", 1)], errors=[("1", "damaged")])], {}, "errors", 4),
        ([shard("a.tar", failure="It died.")], {}, "errors", 4),
        ([shard("a.tar")], {"lists": [{"name": "hills", "bad_rows": 1}]}, "errors", 4),
        (two_shards(), {}, "hits", 1),
    ],
)
def test_hits_errors_and_clean_are_told_apart(
    tmp_path: Path, results: list[Any], asked: dict[str, Any], verdict: str, code: int
) -> None:
    summary = finished(tmp_path, results, **asked)
    assert (summary.verdict, summary.exit_code) == (verdict, code)


def test_a_failed_shard_is_a_row_among_the_errors(tmp_path: Path) -> None:
    summary = finished(tmp_path, [shard("a.tar", failure="The process died.")])
    row = pq.read_table(tmp_path / "errors.parquet").to_pylist()
    assert row == [{"shard": "a.tar", "key": "", "kind": "failed_shard", "words": "The process died."}]
    assert (summary.counts["failed_shards"], summary.counts["errors"]) == (1, 1)


def test_finishing_again_leaves_nothing_of_the_first_time(tmp_path: Path) -> None:
    finished(tmp_path, two_shards())
    finished(tmp_path, [shard("c.tar", [member("9", 9)], keep=False)], fingerprints=False)
    assert not (tmp_path / "fingerprints").exists()
    assert verify_sealed(tmp_path).summary["counts"]["seen"] == 1


def test_a_finish_that_was_stopped_is_no_finish(tmp_path: Path) -> None:
    finished(tmp_path, two_shards())

    def stopped() -> Any:
        yield two_shards()[0]
        raise OpenHotlineError("Stopped.")

    with pytest.raises(OpenHotlineError):
        finished(tmp_path, stopped())
    assert not (tmp_path / "summary.json").exists()
    assert not [path for path in tmp_path.rglob("*") if path.name.endswith(".new")]
    assert finished(tmp_path, two_shards()).verdict == "hits"


def test_names_that_are_no_text_do_not_stop_the_summary(tmp_path: Path) -> None:
    summary = finished(tmp_path, two_shards(), data_set="/data/\udcff", lists=[{"name": "h\udcfc"}])
    assert summary.document["data_set"]["name"] == "\\udcff"


def test_a_data_set_without_members_has_its_tables(tmp_path: Path) -> None:
    finished(tmp_path, [])
    assert pq.read_table(tmp_path / "hits.parquet").num_rows == 0
    assert pq.read_table(tmp_path / "fingerprints" / "part-00000.parquet").schema.names == FINGERPRINTS.names


def test_parts_are_of_about_so_many_rows(tmp_path: Path) -> None:
    with TableParts(tmp_path, "fingerprints", FINGERPRINTS, rows=3) as parts:
        for number in range(5):
            result = shard(f"{number}.tar", [member(str(number), number), member("x", 100 + number)])
            parts.add(result.fingerprints)
    files = [file.file for file in parts.written]
    assert files == [f"fingerprints/part-0000{number}.parquet" for number in range(3)]
    rows = [pq.read_table(tmp_path / file)["shard"].to_pylist() for file in files]
    assert rows == [["0.tar"] * 2 + ["1.tar"] * 2, ["2.tar"] * 2 + ["3.tar"] * 2, ["4.tar"] * 2]


def test_a_table_that_was_not_finished_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(OpenHotlineError), TableFile(tmp_path, "hits.parquet", HITS) as table:
        table.add(HITS.empty_table())
        raise OpenHotlineError("Stopped.")
    assert list(tmp_path.iterdir()) == []


def test_bins_add_up_however_many_numbers_come() -> None:
    bins = Bins()
    for number in range(1000):
        bins.add(number)
    assert len(bins.values) <= MOST_BINS and sum(bins.values) == sum(range(1000))
    assert bins.values[0] == sum(range(bins.width)) and bins.count == 1000


def test_the_shards_with_the_most_hits_are_named_the_first_first() -> None:
    tally = Tally()
    for number, hits in enumerate([1, 3, 0, 3, 2]):
        rows = [hit(f"{number}", str(key)) for key in range(hits)]
        tally.add(shard(f"{number}", hits=rows))
    assert tally.most == [("1", 3), ("3", 3), ("4", 2), ("0", 1)]


def test_the_tables_of_shards_are_not_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_files, "ROWS_HELD", 1000)
    result = shard("a.tar", [member(str(number), number) for number in range(100)])
    one = result.fingerprints.nbytes

    def most_held(count: int) -> int:
        held = []

        def passing() -> Any:
            for _ in range(count):
                held.append(pa.total_allocated_bytes())
                yield replace(result, fingerprints=pa.concat_tables([result.fingerprints]).combine_chunks())

        finished(tmp_path, passing())
        return max(held) - held[0]

    assert most_held(300) < 100 * one


def test_many_small_tables_are_not_held_each(tmp_path: Path) -> None:
    before = pa.total_allocated_bytes()
    with TableFile(tmp_path, "hits.parquet", HITS) as table:
        for number in range(1500):
            table.add(HITS.empty_table())
            table.add(pa.Table.from_pylist([hit("a.tar", str(number))], schema=HITS))
        assert pa.total_allocated_bytes() - before < 1500 * 1000
    assert pq.read_table(tmp_path / "hits.parquet")["key"].to_pylist() == [str(n) for n in range(1500)]
