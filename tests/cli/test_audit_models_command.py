"""``openhotline audit models`` as scripts use it: tables, a signed summary, documented exit codes."""

from __future__ import annotations

import io
import json
import os
import pickle
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from tests.datasets.model_cast import as_type, save_gguf, save_onnx, save_safetensors, save_torch, weights

from openhotline.cli import main


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "models").mkdir()
    save_safetensors(tmp_path / "listed.safetensors", weights())
    return tmp_path


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


def run(home: Path, *arguments: str | Path, command: str = "models") -> Done:
    """Run the command in this process."""
    with (
        redirect_stdout(io.StringIO()) as out,
        redirect_stderr(io.StringIO()) as err,
        pytest.MonkeyPatch.context() as patch,
        pytest.raises(SystemExit) as stop,
    ):
        patch.setenv("XDG_DATA_HOME", str(home / "own"))
        patch.delenv("OPENHOTLINE_DATA", raising=False)
        main(["audit", command, *map(str, arguments)])
    assert isinstance(stop.value.code, int)
    return Done(stop.value.code, out.getvalue(), err.getvalue())


def listed(home: Path) -> Path:
    done = run(
        home, home / "listed.safetensors", "--write-list", home / "l.csv", "--reference", "model 17", "--json"
    )
    assert (done.returncode, json.loads(done.stdout)) == (0, {"entries": 13, "left_out": 0, "errors": 0})
    return home / "l.csv"


def rows(out: Path, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(out / f"{name}.parquet").to_pylist()
    return found


def test_a_folder_is_compared_and_the_answer_is_signed(home: Path) -> None:
    save_gguf(home / "models" / "a.gguf", as_type(weights(), "float16"))
    save_onnx(home / "models" / "b.onnx", weights(seed=2))
    save_torch(home / "models" / "c.pt", {**weights(4), "new": weights(1, seed=3)["layer.0.weight"]})
    (home / "models" / "d.txt").write_text("words")
    out = home / "out"
    done = run(home, home / "models", "--list", listed(home), "--out", out, "--json")
    assert (done.returncode, done.stderr) == (1, "")
    told = {Path(row["model"]).name: row for row in json.loads(done.stdout)}
    assert {name: row["explanation"] for name, row in told.items()} == {
        "a.gguf": "same_tensors",
        "b.onnx": "nothing",
        "c.pt": "some",
        "d.txt": "nothing",
    }
    assert (told["c.pt"]["identical"], told["c.pt"]["listed"], told["c.pt"]["reference"]) == (
        4,
        6,
        "model 17",
    )
    assert [row["model"] for row in rows(out, "models")] == [row["model"] for row in told.values()]
    hits = rows(out, "tensors")
    assert len(hits) == 6 + 2 * 4 and {row["entry_reference"] for row in hits} == {"model 17"}
    assert rows(out, "errors") == rows(out, "dangers") == []
    summary = json.loads((out / "summary.json").read_text())
    assert (summary["verdict"], summary["counts"]["models"], summary["counts"]["hit_models"]) == (
        "hits",
        4,
        2,
    )
    assert run(home, out, command="verify").returncode == 0
    assert str(home) not in (out / "summary.json").read_text()
    again = run(home, home / "models", "--list", home / "l.csv", "--out", out)
    assert again.returncode == 3 and "there already" in again.stderr


def test_nothing_found_is_zero_and_nothing_there_is_not(home: Path) -> None:
    list_file = listed(home)
    (home / "empty").mkdir()
    assert run(home, home / "empty", "--list", list_file, "--out", home / "o1").returncode == 3
    save_gguf(home / "models" / "a\x1b[2J\udcff.gguf", weights(seed=2))
    done = run(home, home / "models", "--list", list_file, "--out", home / "o2")
    assert (done.returncode, done.stderr) == (0, "") and "Nothing in it is on the list" in done.stdout
    assert "\x1b" not in done.stdout
    assert rows(home / "o2", "models")[0]["model"].endswith("a\x1b[2J\\xff.gguf")


def test_what_could_not_be_compared_is_never_zero(home: Path) -> None:
    list_file = listed(home)
    whole = save_safetensors(home / "models" / "a", weights(seed=2)).read_bytes()
    (home / "models" / "a").write_bytes(whole[:-100])
    done = run(home, home / "models", "--list", list_file, "--out", home / "o1")
    assert done.returncode == 4 and "outside the file" in done.stderr
    assert [(row["kind"], row["file"]) for row in rows(home / "o1", "errors")] == [
        ("beyond", str(home / "models" / "a"))
    ]
    save_safetensors(home / "models" / "b", weights())
    assert run(home, home / "models", "--list", list_file, "--out", home / "o2").returncode == 1


class Dangerous:
    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, ("exit 1",)


def test_a_dangerous_pickle_is_told_and_a_hit_by_its_bytes(home: Path) -> None:
    (home / "models" / "a.pkl").write_bytes(pickle.dumps(Dangerous()))
    done = run(home, home / "models", "--list", listed(home), "--out", home / "o1", "--json")
    assert done.returncode == 0 and "Load none of these files" in done.stderr
    assert [(row["level"], row["name"]) for row in rows(home / "o1", "dangers")] == [
        ("dangerous", "posix.system")
    ]
    listing = run(home, home / "models", "--write-list", home / "p.csv", "--reference", "p")
    assert listing.returncode == 0
    done = run(home, home / "models", "--list", home / "p.csv", "--out", home / "o2", "--json")
    assert done.returncode == 1 and json.loads(done.stdout)[0]["explanation"] == "same_file"


def test_a_list_leaves_out_other_files_and_the_base(home: Path) -> None:
    save_safetensors(home / "models" / "tuned", {**weights(4), "new": weights(1, seed=4)["layer.0.weight"]})
    (home / "models" / "licence.txt").write_text("words")
    target = home / "t.csv"
    done = run(
        home,
        *(home / "models", "--write-list", target, "--reference", "tuned"),
        *("--base", home / "listed.safetensors"),
    )
    assert (done.returncode, done.stdout.startswith("3 entries")) == (0, True)
    assert [line.split(",")[0] for line in target.read_text().splitlines()] == [
        "algorithm",
        "file_sha256",
        "tensor_f16",
        "tensor_bf16",
    ]
    assert run(home, home / "models", "--write-list", target, "--reference", "t").returncode == 3


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--list", "LIST"),
        ("--out", "x"),
        ("--write-list", "x"),
        ("--write-list", "x", "--reference", " "),
        ("--write-list", "x", "--reference", "r", "--list", "LIST"),
        ("--list", "LIST", "--out", "x", "--reference", "r"),
        ("--list", "LIST", "--out", "x", "--nothing"),
        ("--list", "LIST", "--out", "IN/x"),
        ("--write-list", "IN/x", "--reference", "r"),
    ],
)
def test_wrong_usage_is_two(arguments: tuple[str, ...], home: Path) -> None:
    places = {"LIST": str(home / "listed.safetensors"), "IN/x": str(home / "models" / "x")}
    done = run(home, home / "models", *(places.get(word, word) for word in arguments))
    assert done.returncode == 2


def test_without_the_optional_packages_it_says_what_to_install(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("openhotline.cli.audit_models.find_spec", lambda name: None)
    done = run(home, home / "models", "--list", home / "listed.safetensors", "--out", home / "o1")
    assert done.returncode == 3 and "pip install 'openhotline[datasets]'" in done.stderr
    assert not (home / "o1").exists()
