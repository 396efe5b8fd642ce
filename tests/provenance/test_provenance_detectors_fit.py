"""Fitting and evaluating on drawn landscapes, through the command: what comes out, and that it comes out again."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from benchmarks.landscapes import draw, jpeg
from click.testing import CliRunner, Result
from tests.provenance.detector_cast import AT, collection, encoder, saved, write_plain

from openhotline.cli.provenance import provenance
from openhotline.provenance.detectors import detector_evidence, load_detector
from openhotline.provenance.detectors.crossing import rows_of
from openhotline.provenance.detectors.evaluate import across_folds
from openhotline.provenance.detectors.fit import described_backbone, learn_from, write_detector
from openhotline.provenance.detectors.measuring import measure
from openhotline.provenance.detectors.network import Network
from openhotline.provenance.detectors.samples import find_samples


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a collection, a quantised encoder, and a detector that was fitted on both."""
    place: Path = tmp_path_factory.mktemp("fit")
    collection(place)
    collection(place / "other", sources=2)
    saved(encoder(dynamic=True), place / "encoder.onnx")
    (place / "real" / "real-0" / "broken.jpg").write_bytes(b"\xff\xd8 no picture")
    shutil.copy(place / "real" / "real-0" / "0.jpg", place / "real" / "real-1" / "copy.jpg")
    done = _run("fit", place, "--backbone", place / "encoder.onnx", "--out", place / "d", "--json")
    (place / "fit.json").write_text(done.stdout)
    return place


def _run(command: str, place: Path, *more: object, data: Path | None = None) -> Result:
    data = data or place
    options = ["--real", data / "real", "--generated", data / "generated", "--keep", place / "keep", *more]
    done = CliRunner().invoke(provenance, [command, *map(str, options)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done


def _figures(done: Result) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_what_differs_in_grain_is_told_apart_across_sources(place: Path) -> None:
    found = json.loads((place / "fit.json").read_text())
    assert found["source_disjoint"] and found["folds"] == 3 and found["dequantised"]
    assert (found["real"], found["generated"]) == (12, 12)
    assert found["auc"] > 0.9
    assert found["sample"] == {"real": 12, "generated": 12, "real_sources": 3, "generated_sources": 3}


def test_bad_files_and_copies_are_entries(place: Path) -> None:
    entries = json.loads((place / "fit.json").read_text())["not_used"]
    assert [Path(entry["file"]).name for entry in entries] == ["broken.jpg", "copy.jpg"]
    assert all(entry["reason"] for entry in entries)


def test_the_calibration_says_what_it_was_validated_on(place: Path) -> None:
    said = json.loads((place / "d" / "calibration.json").read_text())["validated_on"]
    assert said["real_sources"] == {"real-0": 4, "real-1": 4, "real-2": 4}
    assert said["source_disjoint"] is True
    assert said["people"] == "Not validated on images of people."


def test_the_fitted_detector_finds_the_end_that_means_generated(place: Path) -> None:
    detector = load_detector(place / "d")
    smooth, grainy = draw(272, 240, 9001, grain=0.3), draw(272, 240, 9002, grain=6.0)
    scores = [float(detector.scores(detector.features(pixels)).mean()) for pixels in (smooth, grainy)]
    assert scores[0] > scores[1]
    (found,) = detector_evidence(smooth, [detector])
    assert found.source == "detector:local" and found.log10_lr >= 0


def test_evaluating_on_the_same_pictures_gives_the_figures_of_fit(place: Path) -> None:
    fitted = json.loads((place / "fit.json").read_text())
    for more in (["--detector", place / "d"], ["--backbone", place / "encoder.onnx"]):
        again = _figures(_run("evaluate", place, *more, "--json"))
        for name in ("auc", "cllr", "cllr_min", "ece", "folds", "per_source", "trap", "how"):
            assert again[name] == fitted[name], name


def test_other_pictures_are_judged_by_the_detector_as_it_stands(place: Path) -> None:
    for number in range(2):
        folder = place / "other" / "real" / f"real-{number}"
        if folder.exists():
            folder.rename(place / "other" / "real" / f"elsewhere-{number}")
    other = place / "new"
    for kind, grain in (("real", 6.0), ("generated", 0.3)):
        for number in range(5):
            path = other / kind / f"{kind}-new" / f"{number}.jpg"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(jpeg(draw(272, 240, 7000 + number + 100 * int(grain), grain=grain), 92))
    found = _figures(_run("evaluate", place, "--detector", place / "d", "--json", data=other))
    assert found["how"].startswith("the detector as it stands")
    assert found["source_disjoint"] and found["auc"] > 0.9
    assert found["trap"]["auc_source_disjoint"] is None


def test_pictures_that_were_fitted_on_are_left_out_among_others(place: Path) -> None:
    mixed = place / "mixed"
    for kind, grain in (("real", 6.0), ("generated", 0.3)):
        folder = mixed / kind / "mixed"
        folder.mkdir(parents=True)
        shutil.copy(place / kind / f"{kind}-0" / "1.jpg", folder / "seen.jpg")
        for number in range(4):
            (folder / f"{number}.jpg").write_bytes(
                jpeg(draw(272, 240, 8000 + number + 100 * int(grain), grain=grain))
            )
    found = _figures(_run("evaluate", place, "--detector", place / "d", "--json", data=mixed))
    assert (found["real"], found["generated"]) == (4, 4)
    assert any("2 pictures were left out" in sentence for sentence in found["limits"])


def test_without_sources_nothing_is_claimed_of_them(place: Path) -> None:
    flat = place / "flat"
    for kind in ("real", "generated"):
        (flat / kind).mkdir(parents=True)
        for path in sorted((place / kind).rglob("[0-3].jpg")):
            shutil.copy(path, flat / kind / f"{path.parent.name}-{path.name}")
    found = _figures(_run("evaluate", place, "--backbone", place / "encoder.onnx", "--json", data=flat))
    assert found["source_disjoint"] is False and found["folds"] == 0
    assert any("not source-disjoint" in sentence for sentence in found["limits"])
    assert any("have no source" in sentence for sentence in found["limits"])


def test_the_text_names_what_cannot_be_done(place: Path) -> None:
    text = _run("evaluate", place, "--detector", place / "d").stdout
    for words in (
        "AUC",
        "TPR at 1 % FPR",
        "Cllr min",
        "ECE",
        "upper bound",
        "Trap",
        "images of people",
        "Abstained",
    ):
        assert words in text


def test_the_page_needs_nothing_else(place: Path) -> None:
    path = place / "page.html"
    _run("evaluate", place, "--detector", place / "d", "--page", path)
    page = path.read_text()
    assert page.count("<svg") == 3
    assert "<script" not in page and "<link" not in page and "<img" not in page
    addresses = {part.split('"')[0] for part in page.split("http")[1:]}
    assert all(
        address.startswith("://www.w3.org/") for address in addresses if not address.startswith("-equiv")
    )
    first = page
    _run("evaluate", place, "--detector", place / "d", "--page", path)
    strip = "+00:00"
    assert first.split(strip)[1] == path.read_text().split(strip)[1]


def test_two_fits_give_the_same_bytes(place: Path) -> None:
    written = []
    for name in ("one", "two"):
        described = described_backbone(place / "encoder.onnx", name="local", licence="none", version="1")
        network = Network(place / "encoder.onnx", described.sha256, described.output.features)
        samples = find_samples(place / "real", place / "generated").samples
        measured = measure(samples, network, described, workers=2)
        rows = rows_of(measured)
        figures = across_folds(rows, measured, described, at=AT, dequantised=True)
        model = place / "encoder.onnx"
        write_detector(place / name, model, described, learn_from(rows, described), rows, figures, AT)
        written.append({path.name: path.read_bytes() for path in sorted((place / name).iterdir())})
    assert written[0] == written[1]
    assert sorted(written[0]) == ["calibration.json", "detector.toml", "model.onnx", "validation.json"]


def test_a_models_own_score_can_be_calibrated(place: Path, tmp_path: Path) -> None:
    directory = write_plain(tmp_path / "own")
    found = _figures(_run("fit", place, "--detector", directory, "--json"))
    assert found["detector"] == "redness" and found["source_disjoint"]
    fitted = load_detector(directory).fitted
    assert fitted is not None and fitted.head is None
    assert fitted.calibration.sample.real == 12
