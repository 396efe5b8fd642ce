"""The whole suite on one file: every family that can speak, one decode, a verdict, and a record of how it came about.

1. What the file says, signed and unsigned, is read from its bytes.
2. The picture is decoded once; watermarks, sensor patterns and detectors look at those pixels.
3. A check that cannot be made has failed and says so (``unreadable``); it never stops the others, and a family that
   is silent was looked at.
4. All evidence is fused; nothing here closes, delays or discounts anything.

Meant for a confined process: it decodes strangers' bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from hashlib import sha256
from importlib import import_module
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from openhotline import media
from openhotline.errors import BadInput
from openhotline.media.orientation import upright
from openhotline.provenance import record, sensor
from openhotline.provenance.evidence import (
    PIXEL_DETECTORS,
    SENSOR_PATTERN,
    SIGNED_PROVENANCE,
    UNSIGNED_CLAIMS,
    Evidence,
    unreadable,
)
from openhotline.provenance.fusion import Verdict, fuse
from openhotline.provenance.settings import Settings, default_settings
from openhotline.provenance.signed import manifests
from openhotline.provenance.signed.trust_list import NO_TRUST, Trust
from openhotline.provenance.unsigned import watermarks
from openhotline.provenance.unsigned.examination import examine

if TYPE_CHECKING:  # detectors need packages that not every installation has
    from openhotline.provenance.detectors.detector import Detector
    from openhotline.provenance.detectors.weighing import Reading

Result = TypeVar("Result")

NOT_DECODED = "not_decoded"


@dataclass(frozen=True)
class Examined:
    """One file. ``failure`` says why there are no pixels, empty where there are; the other families spoke all the same.

    ``energies``: of matching devices by their patterns' digests. ``record`` is JSON. ``evidence`` holds what was
    found and what could not be looked at; silent families are left out.
    """

    media_type: str | None
    evidence: tuple[Evidence, ...]
    verdict: Verdict
    record: Mapping[str, Any]
    failure: str = ""
    energies: Mapping[str, float] = field(default_factory=dict)
    manifests: tuple[manifests.ManifestReport, ...] = ()


@dataclass(frozen=True, eq=False)
class Suite:
    """What to examine with. Keep one for many files: detectors take seconds to load."""

    trust: Trust = NO_TRUST
    patterns: Sequence[sensor.SensorPattern] = ()
    detectors: Sequence[Detector] = ()
    settings: Settings = field(default_factory=default_settings)

    @cached_property
    def inputs(self) -> dict[str, Any]:
        """Everything that decides a result besides the file; see ``record.inputs_of``."""
        return record.inputs_of(
            trust=self.trust, patterns=self.patterns, detectors=self.detectors, settings=self.settings
        )

    @cached_property
    def digest(self) -> str:
        """One SHA-256 over all inputs."""
        return record.digest_of(self.inputs)

    def prepare(self) -> None:
        """Load what loads late, so that a process can be closed off afterwards."""
        media.prepare()
        watermarks.prepare()
        sdk_and_packages = self.digest  # finding out the versions loads the libraries
        assert sdk_and_packages
        if self.patterns:
            drawn = np.random.default_rng(0).integers(60, 200, (512, 512), np.uint8)
            sensor.sensor_findings(drawn, self.patterns)
        if self.detectors:
            import_module("openhotline.provenance.detectors.weighing")

    def examine(
        self, untrusted_bytes: bytes, *, known_real: bool = False, analyst_view: bool = False
    ) -> Examined:
        """Return what all families say of a file. Never raises for what is in it, except for want of memory.

        Cost at two megapixels: some 20 ms and the decode; 0.4 s more with devices, a second for each detector.
        """
        look = _Look(self, untrusted_bytes)
        look.bytes_alone()
        look.pixels()
        verdict = fuse(
            look.found,
            known_real=known_real,
            device_match=bool(look.energies),
            analyst_view=analyst_view,
            abstain=look.abstained,
            settings=self.settings,
        )
        return Examined(
            media_type=look.media_type,
            evidence=tuple(sorted(look.found, key=lambda e: (e.family, e.source, e.claim, e.strength))),
            verdict=verdict,
            record=look.record(),
            failure=look.failure,
            energies=look.energies,
            manifests=tuple(look.manifests),
        )


class _Look:
    """One file on its way through the families."""

    def __init__(self, suite: Suite, untrusted_bytes: bytes) -> None:
        self._suite, self._bytes = suite, untrusted_bytes
        self.media_type = media.sniff(untrusted_bytes)
        self.found: set[Evidence] = set()
        self.abstained: tuple[str, ...] = ()
        self.energies: dict[str, float] = {}
        self.failure = ""
        self._times: dict[str, float] = {}
        self.manifests: Sequence[manifests.ManifestReport] = ()
        self._sensor: Sequence[sensor.SensorFinding] = ()
        self._readings: Sequence[Reading] = ()

    def bytes_alone(self) -> None:
        """Ask what needs no pixels."""
        if not self._bytes:
            return
        self._attempt(SIGNED_PROVENANCE, "c2pa", self._signed)
        self._attempt(UNSIGNED_CLAIMS, "file", partial(examine, self._bytes, self.media_type))

    def pixels(self) -> None:
        """Decode once and ask what looks at pixels; where that fails, none of them could look."""
        wanted = (UNSIGNED_CLAIMS, SENSOR_PATTERN, PIXEL_DETECTORS)
        asked = (True, bool(self._suite.patterns), bool(self._suite.detectors))
        started = perf_counter()
        try:
            decoded = media.decode(self._bytes, want="rgb")
        except BadInput as problem:
            self.failure = problem.message
            if self._bytes:
                self.found |= {
                    unreadable(f, "pixels") for f, is_asked in zip(wanted, asked, strict=True) if is_asked
                }
            self.abstained = (NOT_DECODED,) if asked[2] else ()
            return
        self._add_time("decode", started)
        self._attempt(UNSIGNED_CLAIMS, "watermark", partial(watermarks.watermark_claims, decoded.pixels))
        if asked[1]:
            self._attempt(SENSOR_PATTERN, "prnu", partial(self._compared, decoded))
        if asked[2]:
            self._attempt(PIXEL_DETECTORS, "detector", partial(self._detected, decoded))

    def record(self) -> dict[str, Any]:
        """Return all that is needed to make this result again, and what was measured on the way."""
        return {
            "inputs": self._suite.inputs,
            "inputs_sha256": self._suite.digest,
            "file": {
                "sha256": sha256(self._bytes).hexdigest(),
                "size": len(self._bytes),
                "media_type": self.media_type,
            },
            "manifests": record.manifest_records(self.manifests),
            "sensor": record.sensor_records(self._sensor),
            "detectors": record.detector_records(self._readings),
            "abstained": list(self.abstained),
            "milliseconds": {name: round(1000 * seconds, 2) for name, seconds in self._times.items()},
        }

    def _signed(self) -> Sequence[Evidence]:
        self.manifests = manifests.manifest_reports(self._bytes, self.media_type, self._suite.trust)
        return manifests.evidence_of(tuple(self.manifests))

    def _compared(self, decoded: media.Decoded) -> Sequence[Evidence]:
        luma = decoded.pixels.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601
        self._sensor = sensor.sensor_findings(luma, self._suite.patterns)
        matched = [found for found in self._sensor if found.outcome == sensor.MATCH and found.peak]
        self.energies = {found.device: float(found.peak.energy) for found in matched if found.peak}
        return sensor.evidence_of(self._sensor)

    def _detected(self, decoded: media.Decoded) -> Sequence[Evidence]:
        from openhotline.provenance.detectors.abstention import About
        from openhotline.provenance.detectors.weighing import detector_readings, evidence_of

        about = About(size=len(self._bytes), frames=decoded.frames, media_type=decoded.media_type)
        pixels = np.ascontiguousarray(upright(decoded.pixels, decoded.orientation))
        self._readings = detector_readings(pixels, self._suite.detectors, about)
        if all(
            reading.reasons for reading in self._readings
        ):  # one that speaks is not silenced by the others
            self.abstained = tuple(sorted({code for reading in self._readings for code in reading.reasons}))
        return [evidence_of(reading) for reading in self._readings]

    def _attempt(self, family: str, source: str, check: Callable[[], Sequence[Evidence]]) -> None:
        """Make a check; where it breaks, its family could not look, and says so."""
        started = perf_counter()
        try:
            self.found.update(check())
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001 - A stranger's file must not keep the other checks from being made.
            self.found.add(unreadable(family, source))
        self._add_time(source, started)

    def _add_time(self, name: str, started: float) -> None:
        self._times[name] = self._times.get(name, 0.0) + perf_counter() - started
