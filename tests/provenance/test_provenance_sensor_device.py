"""A device is learned from its frames and found again; another is not; what was resized or cropped is said to be."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from benchmarks.landscapes import draw, jpeg
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from sensor_cast import AT, HEIGHT, WIDTH, device, exposed, flat, frames, luma, photograph, sensor

from openhotline.errors import BadInput, Damaged
from openhotline.provenance.evidence import MEASURED, NONE, SENSOR_PATTERN
from openhotline.provenance.sensor import (
    Frame,
    SensorPattern,
    learn,
    peak_to_correlation,
    read_pattern,
    residual,
    sensor_evidence,
    sensor_findings,
    write_pattern,
)
from openhotline.provenance.sensor.pattern import MAGIC, decode, encode

CAMERAS = range(3)


@pytest.mark.parametrize("camera", CAMERAS)
@pytest.mark.parametrize("quality", [90, 75])
def test_a_picture_is_found_to_be_of_its_own_camera_only(camera: int, quality: int) -> None:
    findings = sensor_findings(luma(photograph(camera, 20 + camera, quality=quality)), map(device, CAMERAS))
    assert [found.outcome == "match" for found in findings] == [camera == other for other in CAMERAS]
    for other, found in enumerate(findings):
        assert found.peak is not None
        assert (found.peak.energy > 200) if other == camera else (found.peak.energy < 16)
        assert (found.peak.false_alarm < 1e-14) == (other == camera)


def test_saving_again_at_quality_75_weakens_the_match_and_leaves_it() -> None:
    picture = photograph(0, 20)
    again = jpeg(np.repeat(luma(picture)[:, :, None], 3, axis=2), 75)
    before, after = (peak_to_correlation(residual(luma(data)), device(0)).energy for data in (picture, again))
    assert before > after > 60


def test_a_match_weighs_three_and_no_match_is_not_even_listed() -> None:
    found = sensor_evidence(luma(photograph(1, 21)), [device(0), device(1)])
    assert [(e.family, e.source, e.claim, e.strength, e.log10_lr) for e in found] == [
        (SENSOR_PATTERN, f"prnu:{device(1).digest[:16]}", "camera_capture_claimed", MEASURED, -3.0)
    ]
    assert "2.4e-5" in found[0].doubt
    assert sensor_evidence(luma(photograph(2, 22)), [device(0), device(1)]) == ()
    assert sensor_evidence(luma(photograph(2, 22)), []) == ()


def test_between_hint_and_match_nothing_is_weighed() -> None:
    scene = draw(WIDTH, HEIGHT, 77, grain=1.0)
    weak = 1 + (sensor(2) - 1) * np.float32(0.04)
    found = sensor_evidence(luma(jpeg(exposed(scene, weak, 78))), [device(2)])
    assert [(e.source.split(":")[0], e.claim, e.log10_lr) for e in found] == [("prnu_hint", "none", 0.0)]


def changed(change: str) -> Image.Image:
    image = Image.open(__import__("io").BytesIO(photograph(0, 20)))
    if change == "resized":
        return image.resize((WIDTH * 9 // 10, HEIGHT * 9 // 10), Image.Resampling.LANCZOS)
    if change == "cropped":
        return image.crop((5, 3, WIDTH - 4, HEIGHT - 2))
    return image.resize((400, 300))


@pytest.mark.parametrize(
    ("change", "words"),
    [("resized", "resized or cropped"), ("cropped", "resized or cropped"), ("small", "smaller than")],
)
def test_what_has_other_dimensions_is_not_compared_and_the_reason_is_said_once(
    change: str, words: str
) -> None:
    pixels = np.asarray(changed(change).convert("L"))
    assert {found.outcome for found in sensor_findings(pixels, map(device, CAMERAS))} == {"not_compared"}
    found = sensor_evidence(pixels, map(device, CAMERAS))
    assert [(e.source, e.strength, e.log10_lr) for e in found] == [("prnu:not_compared", NONE, 0.0)]
    assert words in found[0].doubt


def test_a_resized_picture_brought_back_to_size_no_longer_matches() -> None:
    small = changed("resized").resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    moved = np.roll(np.asarray(small.convert("L")), 3, axis=1)
    assert {found.outcome for found in sensor_findings(moved, [device(0)])} == {"no_match"}


def test_a_crop_is_found_where_it_is_looked_for_everywhere() -> None:
    pixels = luma(photograph(0, 20))[20:532, 12:652]
    values = residual(np.ascontiguousarray(pixels))
    framed = np.zeros((HEIGHT, WIDTH), np.float32)
    framed[:512, :640] = values
    found = peak_to_correlation(framed, device(0), anywhere=True)
    assert found.place == (HEIGHT - 20, WIDTH - 12)  # twenty rows up, twelve columns to the left, going round
    assert found.energy > 200
    assert found.false_alarm < 1e-20
    assert peak_to_correlation(framed, device(0)).energy < 25
    assert peak_to_correlation(framed, device(1), anywhere=True).energy < 60


@pytest.mark.parametrize(("width", "height"), [(768, 576), (769, 577), (768, 577), (640, 640), (641, 641)])
@pytest.mark.parametrize("turn", [0, 1, 2, 3])
def test_a_turned_picture_is_found_and_the_turn_is_said(turn: int, width: int, height: int) -> None:
    turned = np.ascontiguousarray(np.rot90(luma(photograph(0, 20, width, height)), turn))
    (found,) = sensor_findings(turned, [device(0, width, height)])
    assert found.outcome == "match"
    assert found.peak is not None
    assert found.peak.turn == turn
    assert found.peak.places == (4 if width == height else 2)
    anywhere = peak_to_correlation(residual(turned), device(0, width, height), anywhere=True)
    assert (anywhere.place, anywhere.turn) == (found.peak.place, turn)  # it was looked for where it is


@settings(max_examples=5, deadline=None)
@given(st.permutations(range(4)))
def test_the_order_of_the_frames_changes_nothing(order: list[int]) -> None:
    given_frames = frames(0)
    ordered = learn([given_frames[at] for at in order], name="camera 0", at=AT)
    assert ordered.frames == device(0).frames
    difference = np.abs(ordered.values.astype(np.float32) - device(0).values.astype(np.float32))
    assert difference.max() < 0.01


def test_learning_twice_gives_the_same_bytes() -> None:
    assert encode(learn(frames(0), name="camera 0", at=AT)) == encode(device(0))


def test_landscapes_teach_a_device_as_walls_do() -> None:
    pattern = learn([luma(photograph(0, seed)) for seed in range(40, 46)], name="camera 0", at=AT)
    assert peak_to_correlation(residual(luma(photograph(0, 20))), pattern).energy > 200
    assert peak_to_correlation(residual(luma(photograph(1, 20))), pattern).energy < 16


def test_two_frames_are_too_few() -> None:
    with pytest.raises(BadInput, match="at least 3 frames, better ten; these are 2"):
        learn(frames(0)[:2], name="x", at=AT)


def test_frames_of_two_sizes_are_refused_and_named() -> None:
    with pytest.raises(BadInput, match="Frame 3 is 800 x 600 pixels, frame 1 is 768 x 576"):
        learn([*frames(0)[:2], flat(0, 1, 800, 600)], name="x", at=AT)


@pytest.mark.parametrize("quality", [None, 95, 90, 60])
def test_two_frames_of_one_scene_are_refused_and_named(quality: int | None) -> None:
    """The sensor's share cannot be told from the scene's in them."""
    pixels = [luma(photograph(0, seed)) for seed in (40, 41, 42)]
    again = pixels[1] if quality is None else luma(jpeg(np.repeat(pixels[1][:, :, None], 3, axis=2), quality))
    with pytest.raises(BadInput, match="Frames 2 and 4"):
        learn([*pixels, again], name="x", at=AT)


def test_a_flat_frame_saved_again_is_refused_and_named() -> None:
    again = luma(jpeg(np.repeat(frames(0)[2][:, :, None], 3, axis=2), 90))
    with pytest.raises(BadInput, match="Frames 3 and 5 are copies"):
        learn([*frames(0), again], name="x", at=AT)


def test_a_frame_without_noise_is_refused_and_named() -> None:
    with pytest.raises(BadInput, match="Frame 2: The picture has no noise"):
        learn([frames(0)[0], np.full((HEIGHT, WIDTH, 3), 120, np.uint8)], name="x", at=AT)


@pytest.mark.parametrize("name", ["", "a\nb", " a", "x" * 81])
def test_a_name_is_one_short_line(name: str) -> None:
    with pytest.raises(BadInput, match="name"):
        learn(frames(0), name=name, at=AT)


def test_a_pattern_is_written_and_read_back(tmp_path: Path) -> None:
    pattern = learn([Frame(p, f"{n:064}") for n, p in enumerate(frames(0))], name="Käthes phone", at=AT)
    write_pattern(pattern, tmp_path / "p")
    read = read_pattern(tmp_path / "p")
    assert read.digest == pattern.digest
    assert (read.name, read.made_at, read.width, read.height) == ("Käthes phone", AT, WIDTH, HEIGHT)
    assert [(frame.of, frame.sha256) for frame in read.frames] == [("file", f"{n:064}") for n in range(4)]
    assert np.array_equal(read.values, pattern.values)
    assert [path.name for path in tmp_path.iterdir()] == ["p"]


def test_the_file_is_as_documented() -> None:
    data = encode(device(0))
    assert data[:29] == b"OpenHotline sensor pattern 1\n"
    length = int.from_bytes(data[29:33], "little")
    header = json.loads(data[33 : 33 + length])
    assert (header["rows"], header["columns"], header["type"]) == (576, 768, "<f2")
    assert len(data) == 33 + length + 2 * 576 * 768 + 32


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_file_that_is_cut_or_changed_is_refused(data: st.DataObject) -> None:
    whole = encode(device(0))
    at = data.draw(st.integers(0, len(whole) - 1) | st.integers(0, 400))
    broken = whole[:at] if data.draw(st.booleans()) else whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]
    with pytest.raises((Damaged, BadInput)):
        decode(broken)


def resealed(pattern: SensorPattern, **header: object) -> bytes:
    """A file whose digest is right and whose header is not."""
    import hashlib

    whole = encode(pattern)
    length = int.from_bytes(whole[29:33], "little")
    text = json.dumps(
        json.loads(whole[33 : 33 + length]) | header, sort_keys=True, separators=(",", ":")
    ).encode()
    body = MAGIC + len(text).to_bytes(4, "little") + text + whole[33 + length : -32]
    return body + hashlib.sha256(body).digest()


@pytest.mark.parametrize(
    "header",
    [
        {"rows": 10**9},
        {"rows": -576},
        {"rows": 576.0},
        {"columns": 576, "rows": 768},
        {"method": 2},
        {"name": "a\nb"},
        {"frames": 3},
        {"made_at": "yesterday"},
        {"extra": 1},
        {"width": 100},
    ],
)
def test_a_file_with_a_false_header_is_refused(header: dict[str, object]) -> None:
    assert decode(resealed(device(0))).digest == device(0).digest
    with pytest.raises(BadInput, match="no sensor pattern of this version"):
        decode(resealed(device(0), **header))


def test_a_file_that_is_far_too_large_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.write(MAGIC)
        file.truncate(1 << 33)
    with pytest.raises(Damaged):
        read_pattern(path)


def test_a_pattern_with_values_that_are_no_numbers_is_refused() -> None:
    values = device(0).values.copy()
    values[3, 4] = np.nan
    with pytest.raises(BadInput):
        decode(encode(replace(device(0), values=values)))
