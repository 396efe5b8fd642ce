"""``openhotline trace``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from openhotline.cli import main
from openhotline.trace.recorded import FORMAT


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    folder = tmp_path / "answers"
    folder.mkdir()
    said = [
        {"source": "dns", "ips": ["192.0.2.1"]},
        {"source": "geo:one", "country": "NL"},
        {
            "source": "rdap network",
            "country": "NL",
            "network": "EVIL\u001b[31mNET",
            "abuse": [{"email": "a@example.net"}],
        },
        {"source": "security.txt", "failure": "The site has no security.txt."},
    ]
    record = {"host": "files.example.org", "answers": said, "check": {"outcome": "online", "status": 200}}
    (folder / "a.json").write_text(json.dumps({"format": FORMAT, "records": [record]}))
    return folder


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["trace", *arguments])
    return int(ended.value.code or 0)


def test_an_address_is_traced_on_recorded_answers(answers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--recorded", str(answers), "https://files.example.org/a") == 0
    told = capsys.readouterr().out
    assert "hosted in NL (2 for, 0 against)" in told
    assert "abuse   a@example.net (rdap network)" in told
    assert "failed: The site has no security.txt." in told
    assert "\u001b" not in told


def test_json_holds_every_answer(answers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--json", "--check", "--recorded", str(answers), "https://files.example.org/a") == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["country"], row["agreed"], row["failures"], len(row["answers"])) == ("NL", True, 1, 4)
    assert row["check"]["outcome"] == "online"


def test_what_does_not_agree_ends_with_one(answers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--agree", "3", "--recorded", str(answers), "https://files.example.org/a") == 1
    assert run("--recorded", str(answers), "https://other.example.org/") == 1
    assert "nothing is settled" in capsys.readouterr().out


def test_an_onion_service_has_no_trace(answers: Path, capsys: pytest.CaptureFixture[str]) -> None:
    onion = "http://duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion/"
    assert run("--recorded", str(answers), onion) == 1
    assert "no trace" in capsys.readouterr().out


def test_asking_is_off_unless_it_is_switched_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("OPENHOTLINE_ASK_NETWORK", raising=False)
    assert run("https://example.org/") == 2
    monkeypatch.setenv("OPENHOTLINE_ASK_NETWORK", "0")
    assert run("https://example.org/") == 2
    assert "switched off" in capsys.readouterr().err


def test_what_was_recorded_can_be_recorded_again(answers: Path, tmp_path: Path) -> None:
    assert (
        run("--recorded", str(answers), "--record", str(tmp_path / "b"), "https://files.example.org/a") == 0
    )
    assert run("--recorded", str(tmp_path / "b"), "https://files.example.org/a") == 0
