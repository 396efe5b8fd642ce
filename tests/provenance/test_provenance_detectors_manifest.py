"""detector.toml and the calibration file: read exactly, or refused with the reason."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.provenance.detector_cast import plain_manifest, write_plain

from openhotline.errors import BadInput, Damaged, NotFound
from openhotline.provenance.detectors import load_detector, read_manifest
from openhotline.provenance.detectors.manifest import FILE, written

DIGEST = "ab" * 32


def _with(tmp_path: Path, old: str, new: str) -> Path:
    text = written(plain_manifest(DIGEST))
    assert old in text
    (tmp_path / FILE).write_text(text.replace(old, new))
    return tmp_path


def test_what_is_written_is_what_is_read(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(written(plain_manifest(DIGEST)))
    assert read_manifest(tmp_path) == plain_manifest(DIGEST)


def test_an_empty_directory_is_no_detector(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="provenance fit"):
        read_manifest(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('generated = "high"', "", "generated"),
        ('generated = "high"', 'generated = "up"', "one of high, low"),
        ('file = "model.onnx"', 'file = "../model.onnx"', "without a folder"),
        ('file = "model.onnx"', 'file = "/etc/passwd"', "without a folder"),
        ('name = "redness"', 'name = "Red\\nness"', "small letters"),
        (DIGEST, "abc", "64 hexadecimal digits"),
        ("size = 224", "sise = 224", "unknown field 'sise'"),
        ("size = 224", "size = 100000", "from 8 to 2048"),
        ('colours = "RGB"', 'colours = "CMYK"', "one of RGB, BGR"),
        ("std = [1.0, 1.0, 1.0]", "std = [0.0, 1.0, 1.0]", "none of them absurd"),
        ("openhotline-detector-1", "openhotline-detector-9", "format"),
        ("[output]", "[output", "no TOML"),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, old: str, new: str, words: str) -> None:
    with pytest.raises(BadInput) as raised:
        read_manifest(_with(tmp_path, old, new))
    assert words in raised.value.message


def test_a_changed_model_is_refused(tmp_path: Path) -> None:
    directory = write_plain(tmp_path / "d")
    with (directory / "model.onnx").open("ab") as stream:
        stream.write(b"\x00")
    with pytest.raises(Damaged, match="pinned"):
        load_detector(directory)


def test_a_changed_calibration_is_refused(tmp_path: Path) -> None:
    directory = write_plain(tmp_path / "d")
    path = directory / "calibration.json"
    path.write_text(path.read_text().replace('"slope": 4', '"slope": 9'))
    with pytest.raises(Damaged, match="calibration file is not the one"):
        load_detector(directory)


def test_a_calibration_of_another_model_is_refused(tmp_path: Path) -> None:
    directory = write_plain(tmp_path / "d")
    manifest = directory / FILE
    digest = read_manifest(directory).sha256
    manifest.write_text(manifest.read_text().replace(digest, "cd" * 32))
    with pytest.raises(Damaged, match="another model"):
        load_detector(directory)
