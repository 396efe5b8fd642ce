"""``openhotline study replay`` and ``openhotline statistics``: what a script sees of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from study_cast import SMALL, written


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def description(tmp_path: Path) -> Path:
    file = tmp_path / "study.json"
    file.write_text(written(SMALL))
    return file


def run(data: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("OPENHOTLINE_")}
    return subprocess.run(
        [sys.executable, "-m", "openhotline", *map(str, words), "--data", str(data)],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )


def test_from_an_empty_directory_to_the_tables(data: Path, description: Path, tmp_path: Path) -> None:
    replayed = run(data, "study", "replay", description)
    assert replayed.returncode == 0, replayed.stderr
    assert "203 records and 116 answers" in replayed.stdout
    again = run(data, "study", "replay", description)
    assert (again.returncode, again.stdout) == (1, "")
    assert "replayed already" in again.stderr

    out = tmp_path / "figures"
    counted = run(data, "statistics", "--study", SMALL["title"], "--out", out, "--json")
    assert counted.returncode == 0, counted.stderr
    answer: dict[str, Any] = json.loads(counted.stdout)
    assert answer["rows"]["outcomes"][0] == {"outcome": "pseudo_photograph", "count": 24, "percent": 21}
    assert (out / "outcomes.csv").read_text().splitlines()[1] == "pseudo_photograph,24,21"
    assert {p.suffix for p in out.iterdir()} == {".csv", ".json", ".svg"}
    unknown = run(data, "statistics", "--study", "Another", "--out", out)
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert SMALL["title"] in unknown.stderr

    public = run(data, "statistics", "--public", "--until", "2100-01-01", "--out", out)
    assert public.returncode == 0, public.stderr
    assert "reports,<5" in (out / "overview.csv").read_text()
    verified = run(data, "ledger", "verify", "--json")
    assert verified.returncode == 0, verified.stderr


def test_a_description_that_does_not_fit_makes_nothing(data: Path, description: Path) -> None:
    description.write_text(written(SMALL | {"posted": 1}))
    refused = run(data, "study", "replay", description)
    assert refused.returncode == 1
    assert "'posted' is 1" in refused.stderr
    assert not data.exists()


def test_a_description_that_is_not_there(data: Path, tmp_path: Path) -> None:
    assert run(data, "study", "replay", tmp_path / "nothing.json").returncode == 3


def test_statistics_need_a_site(data: Path, tmp_path: Path) -> None:
    refused = run(data, "statistics", "--out", tmp_path / "figures")
    assert refused.returncode == 3
    assert "openhotline init" in refused.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("statistics",),
        ("statistics", "--out", "x", "--from", "2024-02-01", "--until", "2024-01-01"),
        ("statistics", "--out", "x", "--from", "yesterday"),
        ("study", "replay"),
    ],
)
def test_wrong_usage_is_two(data: Path, words: tuple[str, ...]) -> None:
    assert run(data, *words).returncode == 2
    assert not data.exists()


def test_a_day_that_has_not_come_is_wrong_usage(data: Path, description: Path) -> None:
    assert run(data, "study", "replay", description, "--received", "2999-01-01").returncode == 2
