"""A loading killed at any moment goes on where it was: every row once, one edition, in bounded memory."""

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
from tests.lists.lists_cast import csv_of, random_pdqs

ROWS = 120_000
MANY = 200_000
BOUND = 160 * 2**20
"""Bytes beyond what the command takes for a list of one row; 200,000 rows held at once would be more."""

PEAK = """
import resource, sys
from openhotline.cli import main
try:
    main(sys.argv[1:])
finally:
    print("peak", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, file=sys.stderr)
"""


def _environment(data: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k != "OPENHOTLINE_DATABASE_URL"}
    return kept | {"OPENHOTLINE_DATA": str(data)}


def _run(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", PEAK, *arguments]
    done = subprocess.run(command, env=_environment(data), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done


def _start(data: Path, file: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "openhotline", "lists", "load", "partner", str(file), "--json"]
    return subprocess.Popen(
        command, env=_environment(data), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def _ask(data: Path, question: str) -> int:
    with closing(sqlite3.connect(f"file:{data / 'openhotline.sqlite3'}?mode=ro", uri=True)) as connection:
        answer = connection.execute(question).fetchone()
    return int(answer[0]) if answer else 0


def _kill_in_the_middle(process: subprocess.Popen[str], data: Path, lot: random.Random) -> bool:
    """Kill a loading soon after it has staged something more; False if it came to its end first."""
    question = "select rows from lists_loading where state = 'reading'"
    begun = _ask(data, question)
    while process.poll() is None:
        if _ask(data, question) > begun:
            time.sleep(lot.uniform(0, 0.2))
            process.kill()
            process.communicate()
            return process.returncode == -signal.SIGKILL
        time.sleep(0.01)
    return False


def _ready(data: Path) -> None:
    _run(data, "init")
    _run(data, "lists", "add", "partner", "--title", "A partner")


@pytest.mark.slow
def test_killed_again_and_again_it_takes_every_row_once(tmp_path: Path) -> None:
    data = tmp_path / "data"
    _ready(data)
    values = random_pdqs(ROWS)
    file = csv_of(tmp_path / "a.csv", [*values[: ROWS // 2], "not a hash", *values[ROWS // 2 :]])
    lot, kills = random.Random(7), 0
    process = _start(data, file)
    while kills < 3 and _kill_in_the_middle(process, data, lot):
        kills += 1
        assert _ask(data, "select count(*) from lists_entry") == 0  # nothing is in force before all of it is
        process = _start(data, file)
    out, errors = process.communicate(timeout=240)
    assert process.returncode == 0, errors
    assert kills >= 2
    last = json.loads(out)
    assert (last["edition"], last["rows"], last["bad_rows"], last["entries"]) == (1, ROWS + 1, 1, ROWS)
    assert _ask(data, "select count(*) from lists_entry where withdrawn_in_id is null") == ROWS
    assert _ask(data, "select count(*) from lists_edition") == 1
    assert _ask(data, "select count(*) from lists_stagedrow") == 0
    assert _ask(data, "select line from lists_rejectedrow") == ROWS // 2 + 2
    state = json.loads(_run(data, "lists", "index", "--verify", "--json").stdout)[0]
    assert (state["hashes"], state["behind"]) == (ROWS, False)


@pytest.mark.slow
def test_a_large_list_is_loaded_in_bounded_memory(tmp_path: Path) -> None:
    data = tmp_path / "data"
    _ready(data)
    small = _run(data, "lists", "load", "partner", str(csv_of(tmp_path / "a.csv", random_pdqs(1, seed=3))))
    large = _run(data, "lists", "load", "partner", str(csv_of(tmp_path / "b.csv", random_pdqs(MANY))))
    peaks = [int(done.stderr.rsplit("peak ", 1)[1]) for done in (small, large)]
    assert _ask(data, "select count(*) from lists_entry where withdrawn_in_id is null") == MANY
    assert peaks[1] - peaks[0] < BOUND
