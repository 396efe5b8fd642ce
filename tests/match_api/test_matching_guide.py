"""The guide's calls are calls, and its answers have the members of real ones."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from match_cast import KNOWN_AGAIN, Program
from tests.gate.gate_cast import KNOWN, key_file, lines_for, running, write_list

from openhotline.exchange.gate.documents import read_questions
from openhotline.exchange.gate.keys import read_keys

GUIDE = (Path(__file__).parents[2] / "docs" / "guide" / "matching.md").read_text("utf-8")
ASKED = [json.loads(text) for text in re.findall(r"--data '(\{.*\})'", GUIDE)]


def _block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", GUIDE, re.S)
    assert found
    return found.group(1)


def test_the_key_file_is_one(tmp_path: Path) -> None:
    (tmp_path / "keys.toml").write_text(_block("toml"))
    (tmp_path / "keys.toml").chmod(0o600)
    assert len(read_keys(tmp_path / "keys.toml")) == 1


@pytest.mark.django_db
def test_the_questions_are_questions_to_both(program: Program) -> None:
    assert len(ASKED) == 2
    for asked in ASKED:
        assert len(read_questions(asked)) == 1
        assert program.hashes(*asked["hashes"]).status_code == 200


def test_the_gates_answer_has_the_members_that_the_guide_shows(tmp_path: Path) -> None:
    secret = key_file(tmp_path / "keys.toml", open={"tells_distance": "true"})["open"]
    with running(tmp_path, write_list(tmp_path / "list.csv", lines_for(KNOWN))) as gate:
        answer = gate.caller(secret).check(KNOWN_AGAIN).document
    shown = json.loads(_block("json"))
    assert answer.keys() == shown.keys() and answer["file"].keys() == shown["file"].keys()
    for mine, guides in ((answer["lists"][0], shown["lists"][0]),):
        assert mine.keys() == guides.keys()
        assert mine["matches"][0].keys() == guides["matches"][0].keys()
        assert mine["matches"][0]["entry"].keys() == guides["matches"][0]["entry"].keys()
