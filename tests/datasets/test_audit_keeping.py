"""The folder of an audit: what was asked, one plan, and each shard's result once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.datasets.shard_work_cast import shards

from openhotline.datasets.audit.keeping import LOST, kept
from openhotline.datasets.audit.parcel import encode_failure, encode_result
from openhotline.datasets.audit.result import ShardResult
from openhotline.datasets.audit.tables import ERRORS, HITS
from openhotline.datasets.inputs import Shard
from openhotline.errors import Busy, Conflict

ASKED = {"data_set": "/data", "lists": [{"name": "a", "edition": "1"}], "engine": "local", "started_at": "1"}


def result_of(name: str) -> bytes:
    empty = HITS.empty_table(), ERRORS.empty_table()
    return encode_result(ShardResult(name, {"seen": 1}, "ab" * 32, 0.0, *empty))


def test_an_audit_goes_on_only_with_the_same_question(tmp_path: Path) -> None:
    with kept(tmp_path) as keeping:
        assert keeping.begin(ASKED, list) == ASKED
        assert keeping.begin({**ASKED, "engine": "ray", "started_at": "2"}, list) == ASKED
        with pytest.raises(Conflict, match="data set, lists"):
            keeping.begin({**ASKED, "data_set": "/other", "lists": []}, list)


def test_two_audits_do_not_write_to_one_folder(tmp_path: Path) -> None:
    with kept(tmp_path), pytest.raises(Busy), kept(tmp_path):
        pass
    with kept(tmp_path):
        pass


def test_a_plan_is_made_once(tmp_path: Path) -> None:
    with kept(tmp_path) as keeping:
        keeping.begin(ASKED, lambda: shards("a", "b"))
        keeping.begin(ASKED, lambda: shards("c"))
        assert list(keeping.plan()) == list(enumerate(shards("a", "b")))


def test_a_plan_that_cannot_be_made_is_in_nobodys_way(tmp_path: Path) -> None:
    def breaks_off() -> Iterator[Shard]:
        yield shards("a")[0]
        raise OSError("the disk is full")

    with kept(tmp_path) as keeping:
        with pytest.raises(OSError):
            keeping.begin(ASKED, breaks_off)
        keeping.begin({**ASKED, "data_set": "/other"}, lambda: shards("a", "b"))
        assert len(list(keeping.plan())) == 2


def test_what_is_kept_is_not_left_to_do(tmp_path: Path) -> None:
    with kept(tmp_path) as keeping:
        keeping.begin(ASKED, lambda: shards("a", "b", "c"))
        keeping.keep(1, result_of("b"))
        assert [shard.name for _, shard in keeping.left()] == ["a", "c"]
        planned = keeping.planned()
        assert (planned.shards, planned.size, planned.finished, planned.done) == (3, 3, 1, 1)


def test_a_result_that_is_damaged_failed_or_of_another_shard_is_made_again(tmp_path: Path) -> None:
    with kept(tmp_path) as keeping:
        keeping.begin(ASKED, lambda: shards("a", "b", "c", "d"))
        for number, data in enumerate(
            [result_of("a"), result_of("b")[:-1], encode_failure("c", "it died"), result_of("x")]
        ):
            keeping.keep(number, data)
        assert keeping.forget_damaged() == 3
        assert [shard.name for _, shard in keeping.left()] == ["b", "c", "d"]
        keeping.keep(1, result_of("b"))
        assert [result.failure for result in keeping.results()] == ["", "", LOST, LOST]


def test_a_finished_audit_has_a_summary_and_no_results(tmp_path: Path) -> None:
    with kept(tmp_path) as keeping:
        keeping.begin(ASKED, lambda: shards("a"))
        keeping.keep(0, result_of("a"))
        (tmp_path / "summary.json").touch()
        assert not keeping.is_finished
        keeping.forget_results()
        assert keeping.is_finished
