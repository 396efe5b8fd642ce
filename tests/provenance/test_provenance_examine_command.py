"""``openhotline examine`` as scripts use it: the documented entry a file, failures among them, and exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from drawn_detector import make_detector
from manifest_cast import TRAINED as GENERATED
from manifest_cast import picture, root, said, signed
from provenance_cast import OWN_TABLES, PROMPT, TRAINED, camera_exif, jpeg, png
from sensor_cast import device, photograph

from openhotline.provenance.sensor import write_pattern
from openhotline.provenance.signed.trust import update_trust

KEYS = {"family", "source", "claim", "strength", "log10_lr", "doubt"}
ENTRY = {"file", "outcome", "log10_lr", "scale", "evidence", "contradictions", "abstained", "record"}
ALWAYS = {"signed_provenance", "unsigned_claims", "camera_traces"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("examine")
    files = folder / "files"
    (files / "in").mkdir(parents=True)
    (files / "a.jpg").write_bytes(jpeg(xmp=TRAINED, exif=camera_exif(), tables=OWN_TABLES))
    (files / "in" / "b.png").write_bytes(png({"parameters": f"{PROMPT}\nSteps: 20, Sampler: x, Seed: 1"}))
    (files / "in" / "empty.png").write_bytes(b"")
    (files / "in" / "words.txt").write_text("no picture")
    (files / "signed.jpg").write_bytes(signed(said(GENERATED)))
    (files / "silent.png").write_bytes(picture("image/png"))
    (folder / "roots.pem").write_bytes(root().pem)
    update_trust(folder / "trust", [folder / "roots.pem"], name="drawn", dated=date(2026, 10, 1))
    return folder


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "openhotline", "examine", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def entries(*arguments: str | Path) -> dict[str, dict[str, Any]]:
    return {Path(entry["file"]).name: entry for entry in json.loads(run("--json", *arguments).stdout)}


@pytest.fixture(scope="module")
def examined(folder: Path) -> dict[str, dict[str, Any]]:
    return entries("--trust", folder / "trust", folder / "files")


def test_every_file_is_an_entry_of_the_documented_form(examined: dict[str, dict[str, Any]]) -> None:
    assert list(examined) == ["a.jpg", "b.png", "empty.png", "words.txt", "signed.jpg", "silent.png"]
    for name, entry in examined.items():
        assert set(entry) - {"error"} == ENTRY
        assert all(set(piece) == KEYS for piece in entry["evidence"])
        assert {piece["family"] for piece in entry["evidence"]} >= ALWAYS
        assert ("error" in entry) == (name in ("empty.png", "words.txt"))


def test_looked_and_found_nothing_is_told_from_not_looked(examined: dict[str, dict[str, Any]]) -> None:
    for name in ("silent.png", "empty.png"):
        pieces = examined[name]["evidence"]
        assert {piece["family"] for piece in pieces} == ALWAYS
        assert {(p["claim"], p["strength"], p["log10_lr"]) for p in pieces} == {("none", "none", 0.0)}


def test_claims_contradictions_and_outcomes_are_there(examined: dict[str, dict[str, Any]]) -> None:
    both = examined["a.jpg"]
    assert [c["code"] for c in both["contradictions"]] == ["claims_disagree"]
    assert (both["outcome"], both["log10_lr"]) == ("camera_indications", -0.5)
    assert examined["signed.jpg"]["outcome"] == "synthetic_indications"
    assert "moderately strong support for a generator" in examined["signed.jpg"]["scale"]
    assert examined["b.png"]["outcome"] == "undetermined"


def test_no_prompt_is_ever_printed(folder: Path) -> None:
    done = run(folder / "files" / "in" / "b.png")
    assert PROMPT not in done.stdout + run("--json", folder / "files" / "in" / "b.png").stdout
    assert "Made by a generator" in done.stdout


def test_people_read_contradictions_first(folder: Path) -> None:
    lines = run(folder / "files" / "a.jpg").stdout.splitlines()
    assert lines[1].startswith("  Contradiction: The file says both")
    assert any("Camera indications. The findings give weak support for a camera" in line for line in lines)
    assert any("A lead, not a proof." in line for line in lines)


def test_who_vouched_and_when_is_shown(folder: Path) -> None:
    shown = run("--trust", folder / "trust", folder / "files" / "signed.jpg").stdout
    assert "vouched for by the list drawn of 2026-10-01" in shown
    assert '"Drawn Pictures Ltd", as they call themselves' in shown


def test_a_file_that_is_not_there_is_an_entry(folder: Path) -> None:
    done = run("--json", folder / "files" / "silent.png", folder / "gone.jpg")
    found, gone = json.loads(done.stdout)
    assert done.returncode == 1 and "error" not in found
    assert gone["error"] and {p["strength"] for p in gone["evidence"]} == {"unreadable"}


def test_exit_codes_are_as_documented(folder: Path) -> None:
    (folder / "nothing").mkdir(exist_ok=True)
    assert run(folder / "files").returncode == 0
    assert run(folder / "nothing").returncode == 1
    assert run().returncode == 2
    assert run("--device", folder / "gone", folder / "files").returncode == 2
    (folder / "broken.pattern").write_text("no pattern")
    assert run("--device", folder / "broken.pattern", folder / "files" / "a.jpg").returncode == 1


def test_a_device_is_found_and_others_are_silent(folder: Path, tmp_path: Path) -> None:
    write_pattern(device(1), tmp_path / "one.pattern")
    (tmp_path / "by_one.jpg").write_bytes(photograph(1, 21))
    (tmp_path / "by_two.jpg").write_bytes(photograph(2, 22))
    found = entries("--device", tmp_path / "one.pattern", tmp_path / "by_one.jpg", tmp_path / "by_two.jpg")
    assert (found["by_one.jpg"]["outcome"], found["by_one.jpg"]["log10_lr"]) == ("camera_indications", -3.0)
    (silent,) = [p for p in found["by_two.jpg"]["evidence"] if p["family"] == "sensor_pattern"]
    assert (silent["claim"], silent["strength"]) == ("none", "none")


def test_a_detector_speaks_with_its_doubt(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(photograph(1, 23))
    detector = make_detector(tmp_path / "drawn", always=1.0)
    shown = run("--detector", detector, tmp_path / "a.jpg").stdout
    assert "Made by a generator: measured in the pixels." in shown and "Weight +1.00." in shown
    assert "not validated on images of people" in shown and "Undetermined." in shown
    (detector / "model.onnx").write_bytes(b"another")
    refused = run("--detector", detector, tmp_path / "a.jpg")
    assert refused.returncode in (1, 2) and "SHA-256 differs" in refused.stderr


def test_wider_settings_are_named_with_the_result(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "wide.toml").write_text(
        '[families.camera_traces]\nlowest = -1.0\nsource = "Counted by us in 2026 on 2,000 files."\n'
    )
    done = run("--settings", tmp_path / "wide.toml", folder / "files" / "a.jpg")
    assert (
        done.returncode == 0 and "wider than shipped" in done.stdout and "wider than shipped" in done.stderr
    )


def test_an_earlier_result_is_explained(folder: Path, tmp_path: Path) -> None:
    saved = tmp_path / "result.json"
    saved.write_text(run("--json", "--trust", folder / "trust", folder / "files").stdout)
    same = run("--as-of", saved, "--trust", folder / "trust")
    assert same.returncode == 0 and same.stdout.count("The same as in the saved result.") == 6
    other = run("--as-of", saved, "--trust", folder / "none", folder / "files" / "signed.jpg")
    assert other.returncode == 1
    assert "changed from cryptographic_trusted, +2.00 to signed_but_untrusted, +0.00" in other.stdout
    assert "The trust list drawn of 2026-10-01 was loaded, and is not." in other.stdout


def test_an_explanation_is_also_for_programs(folder: Path, tmp_path: Path) -> None:
    saved = tmp_path / "result.json"
    saved.write_text(run("--json", "--trust", folder / "trust", folder / "files" / "signed.jpg").stdout)
    (entry,) = json.loads(run("--json", "--as-of", saved, "--trust", folder / "none").stdout)
    assert [cause["code"] for cause in entry["as_of"]["causes"]] == ["trust"]
    assert {change["what"] for change in entry["as_of"]["changes"]} >= {"outcome", "log10_lr"}


def test_a_file_that_the_saved_result_lacks_is_said_to_be_new(folder: Path, tmp_path: Path) -> None:
    saved = tmp_path / "result.json"
    saved.write_text(run("--json", folder / "files" / "silent.png").stdout)
    done = run("--as-of", saved, folder / "files" / "silent.png", folder / "files" / "a.jpg")
    assert done.returncode == 1 and "The same as in" in done.stdout
    assert "The file is not in the saved result under this path." in done.stdout


@pytest.mark.parametrize("text", ["no json", "{}", '[{"file": 1}]', "[1]"])
def test_what_is_no_saved_result_is_refused(folder: Path, tmp_path: Path, text: str) -> None:
    (tmp_path / "result.json").write_text(text)
    done = run("--as-of", tmp_path / "result.json", folder / "files" / "a.jpg")
    assert done.returncode == 1 and "not of the form" in done.stderr
