"""What detectors say about a picture, as evidence. An abstention is evidence too: of weight 0, with its reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from openhotline.errors import OpenHotlineError
from openhotline.provenance.detectors.abstention import (
    DISAGREE,
    FAILED,
    MOST_DISAGREEMENT,
    NO_WEIGHT,
    NOT_CALIBRATED,
    REASONS,
    UNSTABLE,
    About,
    is_unstable,
    reasons_against,
)
from openhotline.provenance.detectors.calibration import SPEAKS_FROM, stated
from openhotline.provenance.detectors.detector import Detector
from openhotline.provenance.detectors.picture import Pixels
from openhotline.provenance.evidence import MEASURED, NO_CLAIM, PIXEL_DETECTORS, Evidence

GENERATED, CAMERA = "ai_generated", "camera_capture_claimed"
NOT_ON_PEOPLE = "not validated on images of people"


@dataclass(frozen=True)
class Reading:
    """What one detector measured, to be kept with the case so that it can be run again.

    ``scores``: one for each of picture.VARIANTS. ``log10_lr``: calibrated, before the bounds of sources and family;
    ``weight``: after them, 0 where ``reasons`` (codes of abstention.REASONS) is not empty.
    """

    detector: str
    version: str
    model_sha256: str
    calibration_sha256: str
    scores: tuple[float, ...]
    log10_lr: float
    weight: float
    reasons: tuple[str, ...]


def detector_readings(
    pixels: Pixels, detectors: Sequence[Detector], about: About | None = None
) -> tuple[Reading, ...]:
    """Ask every detector about an upright picture, uint8[height, width, 3].

    What stands against every detector (size, frames, grey) is found first, and then no model is run: the
    scores are empty. Cost otherwise: three passes of the model, a second for a vision transformer in float.
    """
    against = reasons_against(pixels, about or About())
    if against:
        return tuple(_reading(detector, reasons=against) for detector in detectors)
    return _compared(tuple(_measured(pixels, detector) for detector in detectors))


def detector_evidence(
    pixels: Pixels, detectors: Sequence[Detector], about: About | None = None
) -> tuple[Evidence, ...]:
    """Return one piece of evidence for each detector, in the order of their names."""
    return tuple(sorted(evidence_of(reading) for reading in detector_readings(pixels, detectors, about)))


def evidence_of(reading: Reading) -> Evidence:
    """Return a reading as evidence."""
    source = f"detector:{reading.detector}"
    if reading.reasons:
        words = "; ".join(REASONS[reason] for reason in reading.reasons)
        doubt = f"Abstains ({', '.join(reading.reasons)}): {words}; {NOT_ON_PEOPLE}."
        return Evidence(PIXEL_DETECTORS, source, NO_CLAIM, MEASURED, 0.0, doubt)
    claim = GENERATED if reading.weight > 0 else CAMERA
    if abs(reading.weight) < SPEAKS_FROM:
        claim = NO_CLAIM
    doubt = (
        f"A lead, not a proof: version {reading.version}, {NOT_ON_PEOPLE}; a real picture that was enlarged, "
        "smoothed or beautified looks generated."
    )
    return Evidence(PIXEL_DETECTORS, source, claim, MEASURED, round(reading.weight, 2) + 0.0, doubt)


def _measured(pixels: Pixels, detector: Detector) -> Reading:
    if detector.fitted is None:
        return _reading(detector, reasons=(NOT_CALIBRATED,))
    try:
        scores = detector.scores(detector.features(pixels))
    except OpenHotlineError:
        return _reading(detector, reasons=(FAILED,))
    calibration = detector.fitted.calibration
    ratios = calibration.log10_lr(scores)
    reasons = [UNSTABLE] if is_unstable(ratios.tolist()) else []
    lowest, highest = calibration.bounds
    if calibration.slope == 0 or lowest == highest == 0:
        reasons.append(NO_WEIGHT)
    stated_ratio = float(stated(calibration.log10_lr(scores.mean())))
    return replace(
        _reading(detector, reasons=tuple(reasons)),
        scores=tuple(float(score) for score in scores),
        log10_lr=stated_ratio,
        weight=0.0 if reasons else float(calibration.weight(stated_ratio)),
    )


def _reading(detector: Detector, *, reasons: tuple[str, ...]) -> Reading:
    manifest = detector.manifest
    pinned = (manifest.sha256, manifest.calibration_sha256)
    return Reading(detector.name, manifest.version, *pinned, (), 0.0, 0.0, reasons)


def _compared(readings: tuple[Reading, ...]) -> tuple[Reading, ...]:
    """Take the weight from all that spoke where they disagree too much."""
    ratios = [reading.log10_lr for reading in readings if not reading.reasons]
    if len(ratios) < 2 or max(ratios) - min(ratios) <= MOST_DISAGREEMENT:
        return readings
    return tuple(
        reading if reading.reasons else replace(reading, weight=0.0, reasons=(DISAGREE,))
        for reading in readings
    )
