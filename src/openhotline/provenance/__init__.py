"""Bytes to evidence about where an image comes from.

``signed`` reads manifests, ``unsigned`` what a file says and shows of itself, ``sensor`` a camera's pattern, and
``detectors`` applies an operator's own models. ``suite.Suite`` asks them all, ``fuse`` says what it amounts to.
``priority_effect`` says what evidence may do to the order of work: add words, never lower; ``may_move`` when a named
person may. The suite is not imported here: it loads decoders.
"""

from openhotline.provenance.evidence import (
    ASSERTED_UNSIGNED,
    CAMERA_TRACES,
    NONE,
    UNREADABLE,
    UNSIGNED_CLAIMS,
    Evidence,
)
from openhotline.provenance.fusion import Verdict, fuse
from openhotline.provenance.ratchet import MoveGround, PriorityEffect, Refusal, may_move, priority_effect
from openhotline.provenance.rules import Rules, rules
from openhotline.provenance.sensor import SensorPattern, read_pattern, sensor_evidence
from openhotline.provenance.signed.gate import may_hold_manifest
from openhotline.provenance.signed.manifests import (
    ManifestReport,
    evidence_of,
    manifest_reports,
    signed_provenance,
)
from openhotline.provenance.signed.trust import (
    NO_TRUST,
    Trust,
    TrustList,
    forget_trust,
    load_trust,
    read_trust,
    update_trust,
)
from openhotline.provenance.unsigned.examination import examine
from openhotline.provenance.unsigned.marks import Mark, origin_marks, seed_families, signer_marks
from openhotline.provenance.unsigned.watermarks import WatermarkDecoder, watermark_claims

__all__ = [
    "ASSERTED_UNSIGNED",
    "CAMERA_TRACES",
    "NONE",
    "NO_TRUST",
    "UNREADABLE",
    "UNSIGNED_CLAIMS",
    "Evidence",
    "ManifestReport",
    "Mark",
    "MoveGround",
    "PriorityEffect",
    "Refusal",
    "Rules",
    "SensorPattern",
    "Trust",
    "TrustList",
    "Verdict",
    "WatermarkDecoder",
    "evidence_of",
    "examine",
    "forget_trust",
    "fuse",
    "load_trust",
    "manifest_reports",
    "may_hold_manifest",
    "may_move",
    "origin_marks",
    "priority_effect",
    "read_pattern",
    "read_trust",
    "rules",
    "seed_families",
    "sensor_evidence",
    "signed_provenance",
    "signer_marks",
    "update_trust",
    "watermark_claims",
]
