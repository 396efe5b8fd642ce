"""``openhotline hash`` as scripts use it: rows in order, three forms, documented exit codes."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pdqhash
import pytest
import simplejpeg

from openhotline.hashing import digests

COLUMNS = "path,size,media_type,md5,sha1,sha256,pdq,pdq_quality,pdq_mode,reason,error"  # as documented


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("batch")
    chance = np.random.default_rng(1)
    (folder / "in").mkdir()
    for name in ("z.jpg", "in/b.jpg", "in/a.jpg"):
        cells = chance.integers(0, 255, (12, 16, 3)).repeat(20, axis=0).repeat(20, axis=1)
        (folder / name).write_bytes(simplejpeg.encode_jpeg(cells.astype(np.uint8), quality=90))
    (folder / "words.jpg").write_text("no picture")
    return folder


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "openhotline", "hash", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def peer(path: Path) -> tuple[str, int]:
    bits, quality = pdqhash.compute(simplejpeg.decode_jpeg(path.read_bytes(), "RGB"))
    return np.packbits(bits.astype(np.uint8)).tobytes().hex(), quality


def test_json_and_csv_hold_every_hash_of_every_file_in_order(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "hashes.csv"
    done = run("--json", "--csv", target, folder)
    assert (done.returncode, done.stderr) == (0, "")
    rows = json.loads(done.stdout)
    names = ["in/a.jpg", "in/b.jpg", "words.jpg", "z.jpg"]
    assert [row["path"] for row in rows] == [str(folder / name) for name in names]
    assert ",".join(rows[0]) == COLUMNS
    for row, name in zip(rows, names, strict=True):
        found = digests((folder / name).read_bytes())
        assert (row["md5"], row["sha1"], row["sha256"]) == (found.md5, found.sha1, found.sha256)
        assert row["size"] == found.size
        if name != "words.jpg":
            assert (row["pdq"], row["pdq_quality"]) == peer(folder / name)
            assert (row["media_type"], row["pdq_mode"]) == ("image/jpeg", "strict")
    assert (rows[2]["pdq"], rows[2]["pdq_quality"], rows[2]["error"]) == ("", None, "")
    assert "none of the picture formats" in rows[2]["reason"]
    with target.open(encoding="utf-8", newline="") as stream:
        read = list(csv.DictReader(stream))
    assert read == [{key: "" if value is None else str(value) for key, value in row.items()} for row in rows]
    assert list(tmp_path.iterdir()) == [target]


def test_people_get_lines_that_cannot_harm_their_terminal(folder: Path, tmp_path: Path) -> None:
    hostile = tmp_path / "a\x1b[2J\nb.jpg"
    hostile.write_bytes((folder / "z.jpg").read_bytes())
    done = run(hostile)
    assert done.returncode == 0
    assert "\x1b" not in done.stdout
    lines = done.stdout.splitlines()
    assert len(lines) == 6
    assert lines[5] == f"  pdq     {peer(hostile)[0]}  quality {peer(hostile)[1]}, strict"


def test_a_name_that_is_no_utf8_is_written_back_byte_for_byte(folder: Path, tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/\xff.jpg"
    with open(name, "wb") as file:  # noqa: PTH123 - a name in bytes
        file.write(b"x")
    arguments = [sys.executable.encode(), b"-m", b"openhotline", b"hash", b"--csv", b"-", name]
    done = subprocess.run(arguments, capture_output=True, timeout=300, check=False)
    assert done.returncode == 0
    assert done.stdout.splitlines()[1].startswith(name + b",1,")


def test_what_cannot_be_read_is_an_entry_and_the_exit_code_is_one(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "dead").symlink_to(tmp_path / "nowhere")
    done = run("--json", folder / "z.jpg", tmp_path)
    rows = json.loads(done.stdout)
    assert done.returncode == 1
    assert [bool(row["error"]) for row in rows] == [False, True]
    assert done.stderr == "1 of 2 could not be read. See 'error' in their entries.\n"


def test_an_empty_folder_is_said_to_be_empty(tmp_path: Path) -> None:
    done = run("--json", tmp_path)
    assert (done.returncode, json.loads(done.stdout)) == (1, [])
    assert "no file" in done.stderr


@pytest.mark.parametrize(
    "arguments", [("nowhere",), (), ("--json", "--csv", "-", "."), ("--workers", "0", ".")]
)
def test_wrong_usage_is_two(arguments: tuple[str, ...]) -> None:
    assert run(*arguments).returncode == 2


def test_help_says_how() -> None:
    done = run("--help")
    assert done.returncode == 0
    assert "openhotline hash --csv hashes.csv" in done.stdout
    assert "Exit code" in done.stdout
