"""``openhotline audit`` as scripts use it: documented exit codes, a folder of tables, and a summary."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.datasets.audit_cast import known_list, rows
from tests.gate.gate_cast import KNOWN, KNOWN_AGAIN, OTHER

from openhotline.datasets.audit.engine.quiet import SILENT

LISTED, UNLISTED = (hashlib.sha256(data).hexdigest() for data in (KNOWN, OTHER))


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return known_list(tmp_path_factory.mktemp("lists"))


@pytest.fixture
def stated(tmp_path: Path) -> Path:
    """A data set of hashes alone: nothing in it is decoded, so that audits of it are quick."""
    return tmp_path / "hashes.parquet"


def write(path: Path, *hashes: str) -> Path:
    keys = [f"row-{number}" for number in range(len(hashes))]
    pq.write_table(
        pa.table({"key": pa.array(keys, pa.string()), "sha256": pa.array(hashes, pa.string())}), path
    )
    return path


def run(*arguments: str | Path, home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "openhotline", "audit", *map(str, arguments)],
        env={**os.environ, "XDG_DATA_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_pictures_that_match_end_with_one_and_are_told_in_tables(listed: Path, tmp_path: Path) -> None:
    data_set, out = tmp_path / "set", tmp_path / "audit"
    data_set.mkdir()
    for name, data in (("a.jpg", KNOWN_AGAIN), ("b.jpg", OTHER), ("c.jpg", b"no picture")):
        (data_set / name).write_bytes(data)
    done = run(data_set, "--list", listed, "--out", out, "--workers", 1, "--json", home=tmp_path)
    assert done.returncode == 1, done.stderr
    told = json.loads(done.stdout)
    assert (told["verdict"], told["counts"]["seen"], told["counts"]["hit_members"]) == ("hits", 3, 1)
    assert [(row["key"], row["matched"]) for row in rows(out, "hits")] == [("a.jpg", "pdq")]
    assert [(row["key"], row["kind"]) for row in rows(out, "errors")] == [("c.jpg", "not_a_picture")]
    assert (tmp_path / "openhotline" / "audit.key").stat().st_mode & 0o777 == 0o600
    assert (out / "report.html").is_file() and (out / "summary.sig").is_file()


@pytest.mark.parametrize(("hashes", "code"), [((), 3), ((UNLISTED, "no hash"), 4)])
def test_nothing_to_look_at_and_something_not_compared_are_not_clean(
    hashes: tuple[str, ...], code: int, stated: Path, listed: Path, tmp_path: Path
) -> None:
    done = run(
        write(stated, *hashes), "--list", listed, "--out", tmp_path / "audit", "--workers", 1, home=tmp_path
    )
    assert done.returncode == code, done.stderr
    if hashes:
        assert f"{len(hashes):>15,}  members seen" in done.stdout


def test_clean_ends_with_zero_and_what_is_refused_with_three(
    stated: Path, listed: Path, tmp_path: Path
) -> None:
    write(stated, UNLISTED)
    command = (stated, "--list", listed, "--out", tmp_path / "audit", "--workers", 1)
    assert run(*command, home=tmp_path).returncode == 0
    other = run(*command, "--distance", 20, home=tmp_path)
    assert other.returncode == 3 and "asked otherwise (rule)" in other.stderr
    assert run(*command, home=tmp_path).returncode == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("nowhere", "--list", "LIST", "--out", "OUT"),
        ("SET", "--out", "OUT"),
        ("FOLDER", "--list", "LIST", "--out", "OUT"),
        ("SET", "--list", "LIST", "--out", "OUT", "--engine", "ray"),
        ("SET", "--list", "LIST", "--out", "OUT", "--hash-column", "crc32=a"),
        ("SET", "--list", "LIST", "--list", "LIST", "--out", "OUT"),
    ],
)
def test_wrong_usage_ends_with_two(
    arguments: tuple[str, ...], stated: Path, listed: Path, tmp_path: Path
) -> None:
    named = {"SET": write(stated, UNLISTED), "LIST": listed, "OUT": tmp_path / "audit", "FOLDER": tmp_path}
    done = run(*(named.get(word, word) for word in arguments), home=tmp_path)
    assert done.returncode == 2, done.stderr


def test_the_group_names_its_commands(tmp_path: Path) -> None:
    done = run("--help", home=tmp_path)
    assert done.returncode == 0
    for name in ("run", "clean", "match", "models", "overlap", "verify"):
        assert f"\n  {name} " in done.stdout
    assert "Exit code" in run("run", "--help", home=tmp_path).stdout


WATCH = """
import os, sys
def heard(event, arguments):
    if event == "socket.connect" and isinstance(arguments[1], tuple) or event == "socket.getaddrinfo":
        with open(os.environ["HEARD"], "a") as file:
            file.write(f"{event} {arguments[1:2]}\\n")
sys.addaudithook(heard)
"""


def test_an_audit_tells_nobody_that_it_runs(stated: Path, listed: Path, tmp_path: Path) -> None:
    """Every process of it is listened to; the engine's own counting of uses shows that the ear hears."""
    (tmp_path / "sitecustomize.py").write_text(WATCH)
    heard, loud = tmp_path / "heard", tmp_path / "loud"
    env = {name: value for name, value in os.environ.items() if name not in SILENT}
    env |= {"PYTHONPATH": str(tmp_path), "XDG_DATA_HOME": str(tmp_path), "HEARD": str(heard)}
    program = [
        sys.executable,
        "-m",
        "openhotline",
        "audit",
        str(write(stated, UNLISTED)),
        "--list",
        str(listed),
    ]
    done = subprocess.run([*program, "--out", str(tmp_path / "audit")], env=env, timeout=300, check=False)
    assert done.returncode == 0 and not heard.exists()
    frame = "import daft, time; daft.from_pydict({'a': [1]}).collect(); time.sleep(3)"
    env |= {"HEARD": str(loud), "https_proxy": "http://127.0.0.1:9"}
    subprocess.run([sys.executable, "-c", frame], env=env, timeout=300, check=True)
    assert loud.exists()
