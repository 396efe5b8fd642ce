"""``openhotline lists``: what a script sees of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.lists.lists_cast import csv_of, random_pdqs
from tests.pipeline.matching_cast import ONE, case_of, held, off, reasons

from openhotline.cli import main
from openhotline_server.accounts.models import User
from openhotline_server.lists import index
from openhotline_server.lists.models import HashList, Loading
from openhotline_server.lists.queries import list_not_compared

pytestmark = pytest.mark.django_db(transaction=True)
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process; give its exit code and what it printed."""

    def command(*arguments: str | Path) -> tuple[int, str]:
        with pytest.raises(SystemExit) as stop:
            main(["lists", *map(str, arguments)])
        told = capsys.readouterr()
        return int(stop.value.code or 0), told.out + told.err

    return command


@pytest.fixture
def partner(run: Run) -> HashList:
    assert run("add", "partner", "--title", "A partner", "--threshold", "20", "--tag", "severity=A")[0] == 0
    return HashList.objects.get()


def test_a_list_is_added_with_its_rules(run: Run, partner: HashList) -> None:
    assert (partner.title, partner.max_distance, partner.tags) == ("A partner", 20, {"severity": "A"})
    assert run("add", "partner", "--title", "Again")[0] == 1
    assert run("add", "No Name", "--title", "Again")[0] == 1
    assert run("add", "own", "--title", "Ours")[0] == 1
    assert run("add", "other", "--title", "x", "--threshold", "65")[0] == 2
    assert run("add", "other", "--title", "x", "--tag", "severity")[0] == 2


def test_a_file_is_loaded_indexed_and_compared(run: Run, partner: HashList, tmp_path: Path) -> None:
    (one,) = held(ONE)
    file = csv_of(tmp_path / "a.csv", [off(ONE, 5), *random_pdqs(3)])
    code, words = run("load", "partner", file, "--json")
    answer: dict[str, Any] = json.loads(words)
    assert code == 0
    assert (answer["edition"], answer["added"], answer["entries"], answer["bad_rows"]) == (1, 4, 4, 0)
    assert (answer["held"], answer["found"], answer["cases"]) == (1, 1, 1)
    assert index.find_state(partner) == index.IndexState(1, 1, 4)
    assert "listed" in reasons(case_of(one))
    assert not list_not_compared().exists()
    again = csv_of(tmp_path / "b.csv", [*random_pdqs(3), off(ONE, 5)])
    assert "no new edition was needed" in run("load", "partner", again)[1]


def test_a_stopped_loading_exits_with_one_and_names_its_rows(
    run: Run, partner: HashList, tmp_path: Path
) -> None:
    bad = csv_of(tmp_path / "a.csv", [ONE, "abcd"])
    code, words = run("load", "partner", bad)
    assert code == 1
    assert "1 of 2 rows are bad" in words
    code, words = run("rejected", "partner", "--json")
    assert code == 1
    assert [row["line"] for row in json.loads(words)] == [3]
    assert run("load", "partner", bad)[0] == 1
    assert run("accept", "partner", "--reason", "seen with the sender")[0] == 0
    code, words = run("load", "partner", bad)
    assert (code, "1 entries" in words) == (0, True)
    assert run("accept", "partner", "--reason", "seen with the sender")[0] == 1


def test_an_open_loading_is_given_up(run: Run, partner: HashList, tmp_path: Path) -> None:
    run("load", "partner", csv_of(tmp_path / "a.csv", [ONE, "abcd"]))
    assert run("abandon", "partner")[0] == 0
    assert Loading.objects.get().state == Loading.State.ABANDONED
    assert run("abandon", "partner")[0] == 1
    assert run("load", "partner", csv_of(tmp_path / "b.csv", [ONE]))[0] == 0


def test_what_cannot_be_loaded_says_why_by_its_code(run: Run, partner: HashList, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    assert run("load", "partner", tmp_path / "a.png")[0] == 1
    assert run("load", "partner", csv_of(tmp_path / "a.csv", [ONE]), "--form", "smell")[0] == 2
    assert run("load", "partner", tmp_path / "missing.csv")[0] == 3
    assert run("load", "nobody", tmp_path / "a.csv")[0] == 1
    assert not Loading.objects.filter(state__in=Loading.OPEN).exists()


def test_rules_are_set_one_by_one(run: Run, partner: HashList) -> None:
    assert run("set", "partner", "--expires-days", "30", "--turned", "--tag", "ai=unknown")[0] == 0
    partner.refresh_from_db()
    assert (partner.expires_after_days, partner.turned, partner.max_distance) == (30, True, 20)
    assert partner.tags == {"severity": "A", "ai": "unknown"}
    assert run("set", "partner", "--expires-days", "0", "--not-turned", "--tag", "severity=")[0] == 0
    partner.refresh_from_db()
    assert (partner.expires_after_days, partner.turned, partner.tags) == (None, False, {"ai": "unknown"})
    assert run("set", "partner", "--tag", "ai=smells")[0] == 1


def test_lists_are_shown(run: Run, partner: HashList, tmp_path: Path) -> None:
    run("load", "partner", csv_of(tmp_path / "a.csv", [ONE]))
    rows = json.loads(run("show", "--json")[1])
    assert [(r["name"], r["state"], r["edition"], r["entries"]) for r in rows] == [
        ("partner", "in_force", 1, 1)
    ]
    facts = json.loads(run("show", "partner", "--json")[1])
    assert (facts["max_distance"], facts["kinds"], facts["index_edition"]) == (20, {"pdq": 1}, 1)
    assert "in force" in run("show")[1]
    assert run("show", "nobody")[0] == 1


def test_a_list_is_set_aside_put_back_and_ended(run: Run, partner: HashList, mia: User, ana: User) -> None:
    assert run("set-aside", "partner", "--reason", "asked by the sender")[0] == 0
    assert run("set-aside", "partner", "--reason", "asked by the sender")[0] == 1
    assert run("put-back", "partner", "--by", "ana", "--reason", "the sender looked")[0] == 1
    assert run("put-back", "partner", "--by", "mia", "--reason", "the sender looked")[0] == 0
    assert run("end", "partner", "--reason", "the partner closed")[0] == 0
    assert run("end", "partner", "--reason", "the partner closed")[0] == 1


def test_an_index_is_verified_rebuilt_and_compared_by_hand(
    run: Run, partner: HashList, tmp_path: Path
) -> None:
    run("load", "partner", csv_of(tmp_path / "a.csv", [ONE]), "--later")
    assert run("index", "--verify")[0] == 0
    for file in index.directory(partner).iterdir():
        file.write_bytes(b"something else")
    code, words = run("index", "partner", "--verify")
    assert code == 1
    assert "--rebuild" in words
    assert run("index", "partner", "--rebuild")[0] == 0
    assert run("index", "--rebuild", "--verify")[0] == 2
    held(ONE, run=False)
    code, words = run("compare", "--json")
    assert (code, json.loads(words)[0]["found"]) == (0, 1)
