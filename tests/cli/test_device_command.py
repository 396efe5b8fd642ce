"""``openhotline device`` as a person and as a script meet it: learn, match, compare."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from benchmarks.landscapes import draw, jpeg

from openhotline.hashing import digests
from openhotline.provenance.sensor import read_pattern

WIDTH, HEIGHT = 640, 544


@cache
def photograph(camera: int, seed: int, width: int = WIDTH, height: int = HEIGHT) -> bytes:
    """A JPEG file of a drawn landscape under a camera's own random pattern of 2 %."""
    pattern = np.random.default_rng(camera).standard_normal((height, width, 1)) * 0.02
    noise = np.random.default_rng(seed).standard_normal((height, width, 3)) * 2
    return jpeg(
        np.clip(draw(width, height, seed, grain=1.0) * (1 + pattern) + noise, 0, 255).astype(np.uint8)
    )


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "openhotline", "device", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def folder(at: Path, files: dict[str, bytes]) -> Path:
    at.mkdir()
    for name, data in files.items():
        (at / name).write_bytes(data)
    return at


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("devices")
    for camera in (1, 2):
        frames = {f"{seed}.jpg": photograph(camera, 10 * camera + seed) for seed in range(4)}
        folder(place / f"frames{camera}", frames)
        done = run(
            "learn", f"camera {camera}", place / f"frames{camera}", "--out", place / f"{camera}.pattern"
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert "4 frames of 640 x 544" in done.stdout
    seen = {"a.jpg": photograph(1, 50), "b.jpg": photograph(2, 51), "c.jpg": photograph(1, 52, 800, 600)}
    folder(place / "seen", seen | {"d.jpg": b"no picture", "e.jpg": photograph(1, 53, 300, 300)})
    return place


def test_the_pattern_names_its_frames_by_their_files(place: Path) -> None:
    pattern = read_pattern(place / "1.pattern")
    assert pattern.name == "camera 1"
    wanted = sorted(digests(path.read_bytes()).sha256 for path in (place / "frames1").iterdir())
    assert [(frame.of, frame.sha256) for frame in pattern.frames] == [("file", digest) for digest in wanted]
    assert digests((place / "1.pattern").read_bytes()).sha256 == pattern.digest


def test_each_file_is_compared_with_each_device_and_each_failure_is_an_entry(place: Path) -> None:
    patterns = ["--device", place / "1.pattern", "--device", place / "2.pattern"]
    done = run("match", place / "seen", *patterns, "--json")
    assert (done.returncode, done.stderr) == (1, "")
    rows = json.loads(done.stdout)
    assert [Path(row["file"]).name for row in rows] == ["a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg"]
    outcomes = [[(c["device"], c["outcome"]) for c in row["comparisons"]] for row in rows]
    assert outcomes[0] == [("camera 1", "match"), ("camera 2", "no_match")]
    assert outcomes[1] == [("camera 1", "no_match"), ("camera 2", "match")]
    assert outcomes[2] == [("camera 1", "not_compared"), ("camera 2", "not_compared")]
    assert outcomes[3:] == [[], []]
    assert "resized or cropped" in rows[2]["comparisons"][0]["reason"]
    assert "none of the picture formats" in rows[3]["error"]
    assert "smaller than 512" in rows[4]["error"]
    assert rows[0]["comparisons"][0]["energy"] > 60 > rows[0]["comparisons"][1]["energy"]
    assert rows[0]["comparisons"][0]["digest"] == read_pattern(place / "1.pattern").digest


def test_no_match_is_zero_and_not_compared_is_three(place: Path) -> None:
    other = run("match", place / "seen" / "b.jpg", "--device", place / "1.pattern")
    assert (other.returncode, "no_match" in other.stdout) == (0, True)
    resized = run("match", place / "seen" / "c.jpg", "--device", place / "1.pattern")
    assert resized.returncode == 3
    assert "Not every file could be compared" in resized.stderr


def test_a_broken_pattern_ends_with_three(place: Path) -> None:
    broken = place / "broken.pattern"
    broken.write_bytes((place / "1.pattern").read_bytes()[:-9])
    done = run("match", place / "seen" / "a.jpg", "--device", broken)
    assert (done.returncode, "cut short" in done.stderr) == (3, True)


def test_frames_that_do_not_fit_are_listed_by_name_and_nothing_is_written(
    place: Path, tmp_path: Path
) -> None:
    done = run("learn", "x", place / "frames1", place / "seen" / "c.jpg", "--out", tmp_path / "x")
    assert done.returncode == 1
    assert "Frame 5 is 800 x 600 pixels" in done.stderr
    assert f"5  {place / 'seen' / 'c.jpg'}" in done.stderr
    assert not (tmp_path / "x").exists()


def test_an_unreadable_frame_is_said_and_the_others_are_learned(place: Path, tmp_path: Path) -> None:
    done = run("learn", "x", place / "frames1", place / "seen" / "d.jpg", "--out", tmp_path / "x")
    assert done.returncode == 1
    assert "d.jpg: " in done.stderr
    assert len(read_pattern(tmp_path / "x").frames) == 4


def test_a_pattern_is_never_written_over(place: Path) -> None:
    before = (place / "1.pattern").read_bytes()
    done = run("learn", "x", place / "frames2", "--out", place / "1.pattern")
    assert (done.returncode, "exists already" in done.stderr) == (1, True)
    assert (place / "1.pattern").read_bytes() == before


def test_two_folders_of_one_camera_are_linked_and_copies_link_nothing(place: Path, tmp_path: Path) -> None:
    copies = {"copy.jpg": photograph(1, 11)}
    same = folder(tmp_path / "same", copies | {f"{seed}.jpg": photograph(1, seed) for seed in (60, 61)})
    done = run("compare", place / "frames1", same, "--json")
    assert done.returncode == 1
    (row,) = json.loads(done.stdout)["comparisons"]
    assert (row["outcome"], row["first"], row["second"], row["left_out"]) == ("match", 4, 2, 1)
    other = run("compare", place / "frames1", place / "frames2")
    assert (other.returncode, "no_match" in other.stdout) == (0, True)
    only_copies = run("compare", place / "frames1", folder(tmp_path / "copies", copies))
    assert only_copies.returncode == 3
    assert "Nothing could be compared" in only_copies.stderr
