"""What a detector says: the direction is pinned, doubt is always there, and abstaining weighs nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.provenance.detector_cast import plain_manifest, redness, saved, tinted, write_plain

from openhotline.provenance.detectors import About, detector_evidence, detector_readings, load_detector
from openhotline.provenance.detectors.abstention import REASONS, reasons_against
from openhotline.provenance.detectors.calibration import Sample
from openhotline.provenance.detectors.manifest import FILE, written
from openhotline.provenance.evidence import MEASURED, PIXEL_DETECTORS

RED, BLUE = tinted(60, 0), tinted(0, 60)


def test_red_is_generated_where_high_means_generated(tmp_path: Path) -> None:
    detector = load_detector(write_plain(tmp_path / "d"))
    (red,), (blue,) = detector_evidence(RED, [detector]), detector_evidence(BLUE, [detector])
    assert (red.family, red.source, red.strength) == (PIXEL_DETECTORS, "detector:redness", MEASURED)
    assert (red.claim, blue.claim) == ("ai_generated", "camera_capture_claimed")
    assert red.log10_lr > 0 > blue.log10_lr


def test_red_is_a_cameras_where_low_means_generated(tmp_path: Path) -> None:
    detector = load_detector(write_plain(tmp_path / "d", generated="low"))
    (red,), (blue,) = detector_evidence(RED, [detector]), detector_evidence(BLUE, [detector])
    assert red.log10_lr < 0 < blue.log10_lr


def test_doubt_names_people_whatever_was_found(tmp_path: Path) -> None:
    detector = load_detector(write_plain(tmp_path / "d"))
    for picture in (RED, BLUE, RED[:100], np.zeros((300, 300, 3), np.uint8)):
        (found,) = detector_evidence(picture, [detector])
        assert "not validated on images of people" in found.doubt


def test_no_weight_beyond_the_familys_bounds(tmp_path: Path) -> None:
    detector = load_detector(write_plain(tmp_path / "d", slope=500.0))
    assert [e.log10_lr for p in (RED, BLUE) for e in detector_evidence(p, [detector])] == [1.0, -1.0]


def test_few_sources_weigh_less(tmp_path: Path) -> None:
    detector = load_detector(write_plain(tmp_path / "d", slope=500.0, sample=Sample(500, 500, 1, 3)))
    (red,), (blue,) = detector_evidence(RED, [detector]), detector_evidence(BLUE, [detector])
    assert red.log10_lr == pytest.approx(0.30)
    assert blue.log10_lr == pytest.approx(-0.60)


@pytest.mark.parametrize(
    ("pixels", "about", "code"),
    [
        (RED[:223], About(), "too_small"),
        (RED, About(frames=3), "several_frames"),
        (RED, About(media_type="image/svg+xml"), "vector_drawing"),
        (np.repeat(RED[:, :, :1], 3, axis=2), About(), "grey"),
        (np.full((300, 300, 3), (200, 40, 90), np.uint8), About(), "no_texture"),
        (RED, About(size=2000, media_type="image/jpeg"), "heavily_compressed"),
    ],
)
def test_what_stands_against_a_picture_is_named(
    tmp_path: Path, pixels: np.ndarray[tuple[int, int, int], np.dtype[np.uint8]], about: About, code: str
) -> None:
    assert code in reasons_against(pixels, about)
    (found,) = detector_evidence(pixels, [load_detector(write_plain(tmp_path / "d"))], about)
    assert (found.claim, found.log10_lr) == ("none", 0.0)
    assert f"({code}" in found.doubt and REASONS[code] in found.doubt


def test_nothing_stands_against_an_ordinary_picture() -> None:
    assert reasons_against(RED, About(size=40_000, media_type="image/jpeg")) == ()


def test_a_score_that_hangs_on_the_compression_is_no_score(tmp_path: Path) -> None:
    noise = np.random.default_rng(4).integers(0, 256, (256, 320, 3)).astype(np.uint8)
    (first,) = detector_readings(noise, [load_detector(write_plain(tmp_path / "a"))])
    assert "unstable" not in first.reasons
    # The same scores, looked at so closely that what compression changes is a power of ten.
    slope = 1 / (max(first.scores) - min(first.scores))
    offset = -slope * sum(first.scores) / 3
    (close,) = detector_readings(
        noise, [load_detector(write_plain(tmp_path / "b", slope=slope, offset=offset))]
    )
    assert "unstable" in close.reasons
    assert close.weight == 0 and len(close.scores) == 3


def test_detectors_that_disagree_both_abstain(tmp_path: Path) -> None:
    high = load_detector(write_plain(tmp_path / "a", name="one", slope=10.0))
    low = load_detector(write_plain(tmp_path / "b", name="two", slope=10.0, generated="low"))
    found = detector_evidence(RED, [low, high])
    assert [e.source for e in found] == ["detector:one", "detector:two"]
    assert all(e.log10_lr == 0 and "detectors_disagree" in e.doubt for e in found)


def test_without_calibration_it_abstains(tmp_path: Path) -> None:
    digest = saved(redness(), tmp_path / "model.onnx")
    (tmp_path / FILE).write_text(written(plain_manifest(digest)))
    (found,) = detector_evidence(RED, [load_detector(tmp_path)])
    assert (found.claim, found.log10_lr) == ("none", 0.0)
    assert "not_calibrated" in found.doubt


def test_a_flat_calibration_supports_nothing(tmp_path: Path) -> None:
    (found,) = detector_evidence(RED, [load_detector(write_plain(tmp_path / "d", slope=0.0))])
    assert found.log10_lr == 0 and "calibration_supports_no_weight" in found.doubt


def test_twice_is_the_same_to_the_last_bit(tmp_path: Path) -> None:
    write_plain(tmp_path / "d")
    first, second = (detector_readings(RED, [load_detector(tmp_path / "d")]) for _ in range(2))
    assert first == second
