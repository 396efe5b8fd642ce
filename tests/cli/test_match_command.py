"""``openhotline match`` as scripts use it: an answer for every file, documented exit codes."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tests.gate.gate_cast import FLAT, KNOWN, KNOWN_AGAIN, OTHER, lines_for, pdq_of, write_list

from openhotline.hashing import digests
from openhotline.known.preparing import prepare
from openhotline.matching import ListIndex


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    return write_list(tmp_path / "known.csv", lines_for(KNOWN))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    for name, data in (("a.jpg", KNOWN), ("b.jpg", KNOWN_AGAIN), ("c.jpg", OTHER), ("d.jpg", FLAT)):
        (folder / name).write_bytes(data)
    return folder


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "openhotline", "match", "--workers", "1", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_every_file_has_an_answer_with_its_doubt(listed: Path, folder: Path, tmp_path: Path) -> None:
    (folder / "e.jpg").write_text("no picture")
    done = run("--json", "--csv", tmp_path / "told.csv", listed, folder)
    assert done.returncode == 1
    rows = {Path(row["path"]).name: row for row in json.loads(done.stdout)}
    assert {name: row["answer"] for name, row in rows.items()} == {
        "a.jpg": "match",
        "b.jpg": "match",
        "c.jpg": "no_match",
        "d.jpg": "too_poor",
        "e.jpg": "unreadable",
    }
    near = rows["b.jpg"]["matches"][0]
    apart = (int(pdq_of(KNOWN)[0], 16) ^ int(pdq_of(KNOWN_AGAIN)[0], 16)).bit_count()
    assert (near["algorithm"], near["distance"], near["threshold"], near["line"]) == ("pdq", apart, 31, 2)
    assert {match["algorithm"] for match in rows["a.jpg"]["matches"]} == {"pdq", "sha256"}
    assert rows["d.jpg"]["reason"] and rows["e.jpg"]["reason"]
    with (tmp_path / "told.csv").open(newline="") as stream:
        table = {Path(row["path"]).name: row for row in csv.DictReader(stream)}
    assert (table["b.jpg"]["distance"], table["b.jpg"]["line"]) == (str(apart), "2")
    assert {name: row["answer"] for name, row in table.items()} == {
        name: row["answer"] for name, row in rows.items()
    }


def test_nothing_that_matches_is_zero(listed: Path, folder: Path) -> None:
    done = run(listed, folder / "c.jpg", folder / "d.jpg")
    assert (done.returncode, done.stderr) == (0, "")
    assert "no match" in done.stdout and "too poor" in done.stdout


def test_what_could_not_be_looked_at_is_never_zero(listed: Path, folder: Path) -> None:
    (folder / "e.jpg").write_bytes(OTHER[:200])
    done = run(listed, folder / "c.jpg", folder / "e.jpg")
    assert done.returncode == 3 and "1 of 2 could not be compared" in done.stderr
    assert run(listed, folder / "a.jpg", folder / "e.jpg").returncode == 1


def test_a_row_that_could_not_be_taken_is_never_zero_unless_accepted(folder: Path, tmp_path: Path) -> None:
    listed = tmp_path / "l.txt"
    listed.write_text(f"pdq {pdq_of(KNOWN)[0]}\npdq abcd\n")
    done = run(listed, folder / "c.jpg")
    assert done.returncode == 3 and "1 rows could not be taken: lines 2." in done.stderr
    assert run("--accept-bad-rows", listed, folder / "c.jpg").returncode == 0


def test_a_list_that_cannot_be_taken_is_no_match_found(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_bytes(b"\x00\x01")
    done = run(tmp_path / "bad.csv", folder / "a.jpg")
    assert done.returncode == 3 and done.stdout == ""


def test_saved_indexes_and_prepared_lists_are_asked_alike(listed: Path, folder: Path, tmp_path: Path) -> None:
    prepare(listed, tmp_path / "prepared")
    index = ListIndex.create(tmp_path / "index")
    value = np.frombuffer(bytes.fromhex(pdq_of(KNOWN)[0]), np.uint8)[None]
    index.apply(np.array([41], np.int64), value, np.empty(0, np.int64))
    for known, told in ((tmp_path / "prepared", "line 2"), (tmp_path / "index", "entry 41")):
        done = run(known, folder / "b.jpg")
        assert done.returncode == 1 and told in done.stdout


def test_thresholds_are_the_callers_here(listed: Path, folder: Path) -> None:
    assert run("--distance", "0", listed, folder / "b.jpg").returncode == 0
    assert run("--min-quality", "0", listed, folder / "d.jpg").returncode == 0


def test_a_film_is_found_by_its_digest_where_the_list_names_it(tmp_path: Path) -> None:
    film = tmp_path / "film.bin"
    film.write_bytes(b"no picture, but known")
    listed = write_list(tmp_path / "l.csv", [f"md5,{digests(film.read_bytes()).md5},,"])
    assert run(listed, film).returncode == 1


def test_an_empty_folder_is_not_zero(listed: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert run(listed, tmp_path / "empty").returncode == 3


def test_a_list_on_its_own_is_wrong_usage(listed: Path) -> None:
    assert run(listed).returncode == 2
    assert run("--json", "--csv", "-", listed, listed).returncode == 2
