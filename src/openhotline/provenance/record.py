"""What a result was made with and how, so that it can be made again and a difference explained. JSON throughout."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from functools import lru_cache
from hashlib import sha256
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from openhotline.provenance.rules import rules
from openhotline.provenance.sensor import SensorFinding, SensorPattern
from openhotline.provenance.settings import Settings
from openhotline.provenance.signed.manifests import ManifestReport
from openhotline.provenance.signed.trust_list import Trust

if TYPE_CHECKING:  # what detectors need is loaded with the first of them
    from openhotline.provenance.detectors.detector import Detector
    from openhotline.provenance.detectors.weighing import Reading

FORMAT = "openhotline-origin-1"
PACKAGES = (
    *("openhotline", "c2pa-python", "sd-parsers", "pillow", "simplejpeg", "numpy"),
    *("defusedxml", "onnxruntime"),
)


def inputs_of(
    *,
    trust: Trust,
    patterns: Sequence[SensorPattern],
    detectors: Sequence[Detector],
    settings: Settings,
) -> dict[str, Any]:
    """Return everything that decides a result besides the file itself."""
    return {
        "format": FORMAT,
        "versions": versions(),
        "c2pa_sdk": sdk_version(),
        "rules": {"edition": rules().edition, "sha256": rules_digest()},
        "settings": {
            "edition": settings.edition,
            "sha256": settings.digest,
            "warnings": list(settings.warnings),
        },
        "trust": [
            {"name": one.name, "dated": one.dated.isoformat(), "use": one.use, "sha256": one.sha256}
            for one in trust.lists
        ],
        "devices": sorted(pattern.digest for pattern in patterns),
        "detectors": [_detector(one) for one in sorted(detectors, key=lambda one: one.name)],
    }


def digest_of(inputs: dict[str, Any]) -> str:
    """Return one SHA-256 for all inputs: where it differs, a result may differ."""
    return sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()


@lru_cache(maxsize=1)
def versions() -> dict[str, str]:
    """Return the versions of all packages that take part; empty where one is not installed."""
    return {name: _version(name) for name in PACKAGES}


@lru_cache(maxsize=1)
def rules_digest() -> str:
    """Return the SHA-256 of the rules' file: an edition may be edited."""
    return sha256(files(__package__).joinpath("rules.toml").read_bytes()).hexdigest()


@lru_cache(maxsize=1)
def sdk_version() -> str:
    """Return the version of the native C2PA library inside its package."""
    return str(import_module("c2pa").sdk_version())


def manifest_records(reports: Sequence[ManifestReport]) -> list[dict[str, Any]]:
    """Return the reports as JSON. ``signer`` and ``host`` are strangers' words: for an analyst's eyes only."""
    return [
        asdict(report)
        | {"trust_list_dated": report.trust_list_dated.isoformat() if report.trust_list_dated else None}
        for report in reports
    ]


def sensor_records(findings: Sequence[SensorFinding]) -> list[dict[str, Any]]:
    """Return what each device's comparison gave; ``energy`` is the raw number, null where nothing was compared."""
    return [
        {
            "device": found.device,
            "outcome": found.outcome,
            "energy": float(found.peak.energy) if found.peak else None,
            "false_alarm": float(found.peak.false_alarm) if found.peak else None,
            "reason": found.reason,
        }
        for found in findings
    ]


def detector_records(readings: Sequence[Reading]) -> list[dict[str, Any]]:
    """Return each detector's raw scores with what was made of them."""
    return [asdict(reading) for reading in readings]


def _detector(detector: Detector) -> dict[str, Any]:
    manifest = detector.manifest
    return {
        "name": detector.name,
        "version": manifest.version,
        "model_sha256": manifest.sha256,
        "calibration_sha256": manifest.calibration_sha256,
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
