"""A picture against learned devices: the numbers, and the evidence that follows from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from openhotline.errors import BadInput
from openhotline.provenance.evidence import MEASURED, NO_CLAIM, NONE, SENSOR_PATTERN, Evidence
from openhotline.provenance.sensor.correlation import PeakToCorrelation, highest_peak, peak_at
from openhotline.provenance.sensor.false_alarms import false_alarm_rate
from openhotline.provenance.sensor.pattern import SensorPattern
from openhotline.provenance.sensor.residuals import Light, Singles, Trace, trace
from openhotline.provenance.sensor.settings import sensor_settings
from openhotline.provenance.sensor.spectrum import Spectrum, spectrum_of

MATCH, HINT, NO_MATCH, NOT_COMPARED = "match", "hint", "no_match", "not_compared"

OTHER_SIZE = (
    "The picture's dimensions differ from those of the device's frames: it was resized or cropped, or the device stores "
    "this size as well. Compare with frames of this size."
)
DIGEST_SHOWN = 16  # characters of a device's digest in a source


@dataclass(frozen=True)
class SensorFinding:
    """One picture and one device. ``outcome`` is one of the words above; only a match is evidence.

    ``device`` is the digest of the pattern's file. ``peak`` is missing where nothing was compared; ``reason`` says why.
    """

    device: str
    outcome: str
    peak: PeakToCorrelation | None
    reason: str = ""


def peak_to_correlation(
    residual: Singles, pattern: SensorPattern, *, anywhere: bool = False
) -> PeakToCorrelation:
    """Compare one residual, of a picture as large as the device's frames, with a device's pattern.

    A picture as the device stores it lies in one place; every quarter turn that fits is tried (``sensor_findings`` knows
    the dimensions and tries two). With ``anywhere`` the best place is searched, which takes longer and makes chance a
    million times likelier; it finds what was cropped. Milliseconds: see ``benchmarks/sensor.py``.
    """
    shape = (residual.shape[0], residual.shape[1])
    turns = _turns(shape, (pattern.values.shape[0], pattern.values.shape[1]))
    if not turns:
        raise BadInput(OTHER_SIZE)
    return _best(spectrum_of(residual), shape, pattern, turns, anywhere=anywhere)


def sensor_findings(luma: Light, patterns: Iterable[SensorPattern]) -> tuple[SensorFinding, ...]:
    """Return one finding for each device; ``luma`` as for ``residual``."""
    wanted = tuple(patterns)
    if not wanted:
        return ()
    try:
        return findings_of(trace(luma), wanted)
    except BadInput as problem:
        return tuple(SensorFinding(p.digest, NOT_COMPARED, None, problem.message) for p in wanted)


def findings_of(trace: Trace, patterns: Iterable[SensorPattern]) -> tuple[SensorFinding, ...]:
    """Return one finding for each device, from a trace made before."""
    spectrum = spectrum_of(trace.values.astype(np.float32))
    return tuple(_finding(trace, spectrum, pattern) for pattern in patterns)


def sensor_evidence(luma: Light, patterns: Iterable[SensorPattern]) -> tuple[Evidence, ...]:
    """Return the evidence of a picture's sensor; none where no device is learned, or none matches."""
    return evidence_of(sensor_findings(luma, patterns))


def evidence_of(findings: Sequence[SensorFinding]) -> tuple[Evidence, ...]:
    """Return what findings weigh: a match much, a hint nothing, no match nothing and is not listed.

    Why a picture was not compared is said once for each reason, so that silence is never read as "no match".
    """
    return tuple(dict.fromkeys(_evidence(findings)))


def _evidence(findings: Sequence[SensorFinding]) -> Iterator[Evidence]:
    weight = sensor_settings().match_weight
    for found in findings:
        short = found.device[:DIGEST_SHOWN]
        if found.peak is None:
            yield Evidence(SENSOR_PATTERN, "prnu:not_compared", NO_CLAIM, NONE, 0.0, found.reason)
        elif found.outcome == MATCH:
            claim = "camera_capture_claimed"
            yield Evidence(SENSOR_PATTERN, f"prnu:{short}", claim, MEASURED, weight, _doubt(found.peak))
        elif found.outcome == HINT:
            words = "Too little for a match; look for more pictures of this source. " + _doubt(found.peak)
            yield Evidence(SENSOR_PATTERN, f"prnu_hint:{short}", NO_CLAIM, MEASURED, 0.0, words)


def _doubt(peak: PeakToCorrelation) -> str:
    return (
        f"Peak-to-correlation energy {peak.energy:.1f}, a match from {sensor_settings().match:.0f}; by chance "
        f"{peak.false_alarm:.0e}, measured on a million pictures below 2.4e-5. Some telephones share a pattern within a "
        "model, and a skilled forger with the device's frames can copy it."
    )


def _finding(trace: Trace, spectrum: Spectrum, pattern: SensorPattern) -> SensorFinding:
    turns = _turns((trace.height, trace.width), (pattern.height, pattern.width))
    if not turns:
        return SensorFinding(pattern.digest, NOT_COMPARED, None, OTHER_SIZE)
    shape = (trace.values.shape[0], trace.values.shape[1])
    peak = _best(spectrum, shape, pattern, turns, anywhere=False)
    return SensorFinding(pattern.digest, outcome_of(peak), peak)


def outcome_of(peak: PeakToCorrelation) -> str:
    """Return the word for a comparison: a match needs the energy, and a chance of false alarm small enough."""
    settings = sensor_settings()
    if peak.energy >= settings.match and peak.false_alarm <= settings.match_false_alarm:
        return MATCH
    return HINT if peak.energy >= settings.hint else NO_MATCH


def _best(
    spectrum: Spectrum,
    shape: tuple[int, int],
    pattern: SensorPattern,
    turns: Sequence[int],
    *,
    anywhere: bool,
) -> PeakToCorrelation:
    found = []
    for turn in turns:
        turned = _spectrum(pattern, turn)
        if anywhere:
            found.append((*highest_peak(spectrum, turned, shape), turn))
        else:
            place = _place(pattern, turn)
            found.append((*peak_at(spectrum, turned, shape, place), place, turn))
    energy, spread, place, turn = max(found)
    places = len(turns) * (shape[0] * shape[1] if anywhere else 1)
    chance = false_alarm_rate(energy / spread, places)
    return PeakToCorrelation(energy, spread, place, turn, places, chance, shape)


def _turns(picture: tuple[int, int], device: tuple[int, int]) -> tuple[int, ...]:
    """Return the quarter turns after which a device's frame has a picture's height and width."""
    along = (0, 2) if picture == device else ()
    across = (1, 3) if picture == device[::-1] else ()
    return along + across


def _place(pattern: SensorPattern, turn: int) -> tuple[int, int]:
    """Return where a turned pattern lies: one pixel on where a side's margins around the centre are unequal."""
    down, across = pattern.height - pattern.values.shape[0], pattern.width - pattern.values.shape[1]
    if turn % 2:
        down, across = across, down
    return (down % 2 if turn in (1, 2) else 0, across % 2 if turn in (2, 3) else 0)


@lru_cache(maxsize=16)
def _spectrum(pattern: SensorPattern, turn: int) -> Spectrum:
    """Return the spectrum of a turned pattern; 4 MiB each, the last sixteen are kept."""
    return spectrum_of(np.ascontiguousarray(np.rot90(pattern.values, turn), np.float32))
