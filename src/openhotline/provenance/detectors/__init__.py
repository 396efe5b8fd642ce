"""Detectors that look at the pixels: bring your own model, fit and calibrate a head, know what it cannot do.

``load_detector`` reads a directory with a ``detector.toml``; ``detector_evidence`` asks detectors about a picture.
Both need the extra ``provenance``; importing this package does not.
"""

from openhotline.provenance.detectors.abstention import REASONS, About
from openhotline.provenance.detectors.detector import Detector, load_detector
from openhotline.provenance.detectors.manifest import Manifest, read_manifest
from openhotline.provenance.detectors.weighing import (
    NOT_ON_PEOPLE,
    Reading,
    detector_evidence,
    detector_readings,
    evidence_of,
)

__all__ = [
    "NOT_ON_PEOPLE",
    "REASONS",
    "About",
    "Detector",
    "Manifest",
    "Reading",
    "detector_evidence",
    "detector_readings",
    "evidence_of",
    "load_detector",
    "read_manifest",
]
