"""A whole audit: finished once, whatever happens on the way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.datasets.audit_cast import KEY, asked, known_list, now, rows, tars

from openhotline.datasets.audit.keeping import SHARDS
from openhotline.datasets.audit.run import AGAIN, Progress, run_audit
from openhotline.datasets.sealed.sealing import verify_sealed
from openhotline.errors import Conflict

COUNT = 24


@pytest.fixture(scope="module")
def data_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tars(tmp_path_factory.mktemp("data") / "set", shards=COUNT, pictures=2)


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return known_list(tmp_path_factory.mktemp("lists"))


@pytest.fixture(scope="module")
def finished(data_set: Path, listed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("audit")
    run_audit(asked(data_set, listed, fingerprints=True), out, key=KEY, now=now)
    return out


def results(out: Path) -> list[Path]:
    return sorted((out / SHARDS).glob("*/*.result"))


def children(pid: int) -> list[int]:
    """Return the processes that are below one, however deep."""
    parents = {}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(place.name)] = int((place / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except (OSError, IndexError):
            continue
    found, before = {pid}, 0
    while len(found) > before:
        before = len(found)
        found |= {child for child, parent in parents.items() if parent in found}
    return sorted(found - {pid})


def gone(pids: list[int], *, seconds: float = 20.0) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if not any(Path(f"/proc/{pid}").exists() for pid in pids):
            return True
        time.sleep(0.1)
    return False


def test_an_audit_says_what_is_there(finished: Path) -> None:
    sealed = verify_sealed(finished)
    counts = sealed.summary["counts"]
    assert counts["seen"] == COUNT * 4 + 3 and counts["shards"] == COUNT and counts["failed_shards"] == 0
    assert counts["hit_members"] == COUNT + 1 and counts["unreadable"] == 1
    assert len(rows(finished, "hits")) == counts["hits"] == COUNT + 2


def test_an_audit_that_was_killed_and_damaged_goes_on_and_tells_everything_once(
    data_set: Path, listed: Path, finished: Path, tmp_path: Path
) -> None:
    out = tmp_path / "audit"
    command = [sys.executable, "-m", "tests.datasets.audit_driver", str(data_set), str(listed), str(out)]
    driver = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(Path.cwd())})
    try:
        until = time.monotonic() + 60
        while len(results(out)) < 3 and driver.poll() is None and time.monotonic() < until:
            time.sleep(0.002)
        below = children(driver.pid)
    finally:
        os.kill(driver.pid, signal.SIGKILL)
        driver.wait()
    before = results(out)
    assert 3 <= len(before) < COUNT and not (out / "summary.json").exists()
    assert below and gone(below)
    os.truncate(before[0], before[0].stat().st_size - 1)
    seen: list[Progress] = []
    doubts: list[str] = []
    run_audit(
        asked(data_set, listed, fingerprints=True),
        out,
        key=KEY,
        now=now,
        progress=seen.append,
        doubt=doubts.append,
    )
    assert doubts == [AGAIN.format(1)]
    assert seen[0].finished == len(before) - 1 and len(seen) == 2 + COUNT - len(before)
    for table in ("hits", "errors", "shards", "fingerprints/part-00000"):
        assert rows(out, table) == rows(finished, table)
    assert verify_sealed(out).summary["data_set"] == verify_sealed(finished).summary["data_set"]


def test_a_finished_audit_is_told_again_and_not_made_again(
    data_set: Path, listed: Path, finished: Path
) -> None:
    before = (finished / "summary.json").stat().st_mtime_ns
    seen: list[Progress] = []
    summary = run_audit(
        asked(data_set, listed, fingerprints=True), finished, key=KEY, now=now, progress=seen.append
    )
    assert summary.counts["hits"] == COUNT + 2 and summary.exit_code == 1
    assert not seen and (finished / "summary.json").stat().st_mtime_ns == before


def test_a_folder_is_not_gone_on_with_under_another_question(
    data_set: Path, listed: Path, finished: Path
) -> None:
    with pytest.raises(Conflict, match="fingerprints"):
        run_audit(asked(data_set, listed), finished, key=KEY, now=now)
