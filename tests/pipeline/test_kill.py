"""An import killed at any moment goes on where it was: nothing lost, nothing twice."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from tests.pipeline.conftest import draw

PICTURES = 400


def _start(data: Path, batch: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "openhotline", "--data", str(data), "import", str(batch)]
    return subprocess.Popen(
        [*command, "--source", "a test", "--received", "2026-11-02", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={k: v for k, v in os.environ.items() if k != "OPENHOTLINE_DATABASE_URL"},
    )


def _ask(data: Path, *arguments: str) -> dict[str, int]:
    done = subprocess.run(
        [sys.executable, "-m", "openhotline", "--data", str(data), *arguments],
        capture_output=True,
        text=True,
        check=True,
        env={k: v for k, v in os.environ.items() if k != "OPENHOTLINE_DATABASE_URL"},
    )
    answer: dict[str, int] = json.loads(done.stdout)
    return answer


def _written(data: Path) -> int:
    """How many places are taken in by now; none before the database is made."""
    database = data / "openhotline.sqlite3"
    if not database.exists():
        return 0
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=60)) as connection:
        try:
            return int(connection.execute("select count(*) from evidence_sighting").fetchone()[0])
        except sqlite3.OperationalError:
            return 0


def _kill_in_the_middle(process: subprocess.Popen[str], data: Path, lot: random.Random) -> bool:
    """Kill an import, with its workers, soon after it has written something; False if it came to its end first."""
    begun = _written(data)
    while _written(data) == begun:
        if process.poll() is not None:
            return False
        time.sleep(0.01)
    time.sleep(lot.uniform(0, 0.15))
    if process.poll() is not None:
        return False
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    return True


@pytest.mark.slow
def test_killed_again_and_again(tmp_path: Path) -> None:
    batch, data = tmp_path / "batch", tmp_path / "data"
    batch.mkdir()
    for number in range(PICTURES):
        # Every third picture is an exact copy of an earlier one.
        (batch / f"{number:03}.jpg").write_bytes(draw(number if number % 3 else number // 6, size=(400, 300)))
    lot, kills = random.Random(5), 0
    process = _start(data, batch)
    while kills < 3 and _kill_in_the_middle(process, data, lot):
        kills += 1
        process = _start(data, batch)
    out, errors = process.communicate(timeout=240)
    assert process.returncode == 0, errors
    assert kills >= 2
    last = json.loads(out)
    assert last["taken"] + last["skipped"] == PICTURES
    again, _ = _start(data, batch).communicate()
    assert json.loads(again)["skipped"] == PICTURES
    assert _ask(data, "ledger", "verify", "--json")["lines"] > PICTURES
    tables = tmp_path / "tables"
    subprocess.run(
        [sys.executable, "-m", "openhotline", "--data", str(data), "statistics", "--out", str(tables)],
        check=True,
        capture_output=True,
        env={k: v for k, v in os.environ.items() if k != "OPENHOTLINE_DATABASE_URL"},
    )
    figures = dict(line.split(",") for line in (tables / "overview.csv").read_text().splitlines())
    different = len({(batch / f"{n:03}.jpg").read_bytes() for n in range(PICTURES)})
    assert (figures["reports"], figures["sightings"], figures["items"]) == (
        "1",
        str(PICTURES),
        str(different),
    )
