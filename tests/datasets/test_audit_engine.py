"""The engine of an audit: every shard gives one result, whatever dies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.datasets.shard_work_cast import WORK, shards

from openhotline.datasets.audit.engine import crew as engine
from openhotline.datasets.audit.engine.crew import run_shards
from openhotline.datasets.audit.parcel import decode_result
from openhotline.datasets.inputs import Shard
from openhotline.errors import OpenHotlineError, WrongUsage


def run(folder: Path, planned: list[Shard], **more: object) -> dict[str, str]:
    """Return why each shard failed, by name; fails where one came twice."""
    notes = folder / "notes"
    notes.mkdir(exist_ok=True)
    conf = {"notes": str(notes), **more}
    found = [decode_result(data) for data in run_shards(planned, conf, workers=2, work=WORK)]
    assert Counter(result.shard for result in found).most_common(1)[0][1] == 1
    return {result.shard: result.failure for result in found}


def begun(folder: Path, name: str) -> int:
    return len(list((folder / "notes").glob(f"{name}@*")))


def test_every_shard_comes_back_once_and_the_engine_takes_a_wave_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "SHARDS_IN_A_WAVE", 8)
    (tmp_path / "notes").mkdir()
    taken: list[Shard] = []
    planned = shards(*(f"plain{number}" for number in range(15)))
    conf = {"notes": str(tmp_path / "notes")}

    def line() -> Iterator[Shard]:
        for shard in planned:
            taken.append(shard)
            yield shard

    results = run_shards(line(), conf, workers=2, work=WORK)
    found = [decode_result(next(results)).shard]
    assert len(taken) == 8
    found += [decode_result(data).shard for data in results]
    assert sorted(found) == sorted(shard.name for shard in planned)


def test_a_long_shard_holds_up_no_other(tmp_path: Path) -> None:
    planned = shards("slow", *(f"plain{number}" for number in range(12)))
    (tmp_path / "notes").mkdir()
    order = [
        decode_result(data).shard
        for data in run_shards(planned, {"notes": str(tmp_path / "notes")}, workers=2, work=WORK)
    ]
    assert order[-1] == "slow" and len(order) == 13


def test_a_process_that_is_killed_loses_nothing(tmp_path: Path) -> None:
    names = ["plain0", "plain1", "once2", *(f"plain{number}" for number in range(3, 10))]
    assert run(tmp_path, shards(*names)) == dict.fromkeys(names, "")
    assert begun(tmp_path, "once2") == 2


def test_a_shard_that_kills_its_process_every_time_is_told_and_costs_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "ROUNDS", 1)
    monkeypatch.setattr(engine, "ATTEMPTS", 1)
    names = ["plain0", "deadly1", *(f"plain{number}" for number in range(2, 8))]
    found = run(tmp_path, shards(*names))
    assert found.pop("deadly1") == engine.DIED
    assert found == {name: "" for name in names if name != "deadly1"}
    assert begun(tmp_path, "deadly1") == 1 + 1 + 1


def test_what_nobody_foresaw_in_a_shard_is_told_without_its_words(tmp_path: Path) -> None:
    found = run(tmp_path, shards("plain0", "raising1"))
    assert found["plain0"] == ""
    assert "RuntimeError" in found["raising1"] and "stranger" not in found["raising1"]


def test_a_process_that_can_look_at_nothing_stops_the_audit(tmp_path: Path) -> None:
    with pytest.raises(OpenHotlineError, match="The list is not there"):
        run(tmp_path, shards("plain0", "plain1"), unready=True)


def test_an_engine_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage):
        list(run_shards(shards("a"), {}, engine="abacus"))
    with pytest.raises(WrongUsage, match="--address"):
        list(run_shards(shards("a"), {}, engine="ray"))
