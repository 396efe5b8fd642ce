"""``openhotline origin`` from outside, on a data directory of its own: looked at, killed, explained; prompts sealed."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.pipeline.conftest import draw
from tests.pipeline.origin_cast import NONSENSE, generated, labelled
from tests.provenance.sensor_cast import device

from openhotline.provenance.sensor import write_pattern

PICTURES = 60

_ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "OPENHOTLINE_DATABASE_URL"}


class Site:
    """A data directory and the command line."""

    def __init__(self, root: Path) -> None:
        self.data = root / "data"

    def arguments(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "openhotline", "--data", str(self.data), *arguments]

    def run(self, *arguments: str, status: int = 0) -> str:
        done = subprocess.run(
            self.arguments(*arguments), capture_output=True, text=True, env=_ENVIRONMENT, timeout=400
        )
        assert done.returncode == status, done.stderr
        return done.stdout

    def ask(self, *arguments: str, status: int = 0) -> Any:
        return json.loads(self.run(*arguments, "--json", status=status))

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        path = f"file:{self.data / 'openhotline.sqlite3'}?mode=ro"
        with closing(sqlite3.connect(path, uri=True, timeout=60)) as connection:
            return connection.execute(statement).fetchall()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    root = tmp_path_factory.mktemp("origin")
    batch = root / "batch"
    batch.mkdir()
    (batch / "a.png").write_bytes(generated(61))
    (batch / "b.jpg").write_bytes(labelled(62))
    (batch / "c.jpg").write_bytes(draw(63)[:1500])
    made = Site(root)
    made.run("import", str(batch), "--source", "a test", "--received", "2026-11-02")
    yield made


@pytest.mark.slow
def test_looked_at_explained_and_written_out(site: Site, tmp_path: Path) -> None:
    assert site.ask("origin", "examine", "--all", status=1) == {"looked": 3, "failed": 1}
    assert site.ask("origin", "examine", "--all", "--again") == {"looked": 0, "failed": 0}
    ((code,),) = site.rows(
        "select i.code from evidence_item i join evidence_sighting s on s.item_id = i.id where s.path = 'a.png'"
    )
    (entry,) = site.ask("origin", "result", code)
    assert entry["outcome"] == "undetermined"
    assert "ai_generated" in {piece["claim"] for piece in entry["evidence"]}
    assert site.ask("origin", "explain", code) == {"changes": [], "causes": []}
    picture, result = tmp_path / "a.png", tmp_path / "result.json"
    picture.write_bytes(generated(61))
    result.write_text(site.run("origin", "result", code, "--as", str(picture), "--json"))
    told = site.run("examine", str(picture), "--as-of", str(result))
    assert "The same as in the saved result." in told


@pytest.mark.slow
def test_a_camera_is_added_named_and_ended(site: Site, tmp_path: Path) -> None:
    site.run("user", "add", "mia", "--role", "manager", "--password-file", str(_password(tmp_path)))
    pattern = tmp_path / "phone.pattern"
    write_pattern(device(1), pattern)
    site.run("origin", "device", "add", "a phone", str(pattern), "--by", "mia")
    (row,) = site.ask("origin", "device", "list")
    assert (row["name"], row["items"], row["ended_at"]) == ("a phone", 0, None)
    site.run("origin", "device", "end", "a phone", "--reason", "a test", "--by", "mia")
    assert site.ask("origin", "device", "list") == []
    assert "ended" in site.run("origin", "device", "list", "--ended")


@pytest.mark.slow
def test_a_call_that_says_too_little_is_told_so(site: Site) -> None:
    site.run("origin", "examine", status=2)
    ((code,),) = site.rows("select code from intake_report")
    site.run("origin", "compare", code, code, status=2)
    site.run("origin", "explain", code, status=1)  # a report is no item


@pytest.mark.slow
def test_nothing_of_a_generators_text_is_outside_the_vault(tmp_path: Path) -> None:
    site, batch = Site(tmp_path), tmp_path / "batch"
    batch.mkdir()
    (batch / "a.png").write_bytes(generated(61))
    site.run("import", str(batch), "--source", "a test", "--received", "2026-11-02")
    site.run("origin", "examine", "--all")
    kept = [path for path in site.data.rglob("*") if path.is_file()]
    assert kept
    for path in kept:
        assert NONSENSE.encode() not in path.read_bytes(), path.name
    with closing(sqlite3.connect(site.data / "openhotline.sqlite3")) as connection:
        told = "\n".join(connection.iterdump())
    assert "AUTOMATIC1111" in told  # the program is kept, and this looks where it is
    assert NONSENSE not in told


@pytest.mark.slow
def test_killed_in_the_middle_it_goes_on(tmp_path: Path) -> None:
    site, batch = Site(tmp_path), tmp_path / "batch"
    batch.mkdir()
    for number in range(PICTURES):
        (batch / f"{number:03}.jpg").write_bytes(draw(100 + number))
    site.run("import", str(batch), "--source", "a test", "--received", "2026-11-02")
    process = subprocess.Popen(
        site.arguments("origin", "examine", "--all"),
        env=_ENVIRONMENT,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    count = "select count(*), count(distinct item_id) from findings_originexamination"
    while site.rows(count) == [(0, 0)]:
        assert process.poll() is None
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    ((before, _),) = site.rows(count)
    assert site.ask("origin", "examine", "--all")["looked"] == PICTURES - before
    assert site.rows(count) == [(PICTURES, PICTURES)]
    site.run("ledger", "verify")


def _password(root: Path) -> Path:
    path = root / "password"
    path.write_text("a calm and long sentence")
    return path
