"""Findings that do not go together: each is a finding of its own, shown on top of everything else.

None of them lowers anything, and none is proof of a forgery: each says that a person should look.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from openhotline.provenance.evidence import (
    CAMERA_TRACES,
    CRYPTOGRAPHIC_TRUSTED,
    MEASURED,
    NONE,
    SENSOR_PATTERN,
    SIGNED_PROVENANCE,
    UNREADABLE,
    UNSIGNED_CLAIMS,
    Evidence,
)
from openhotline.provenance.settings import default_settings
from openhotline.provenance.weights import bounded, can_be_forged, in_order

GENERATED = frozenset({"ai_generated", "ai_edited", "synthetic_or_edited_claimed"})
CAPTURED = "camera_capture_claimed"
SAID_BY_THE_FILE = frozenset({SIGNED_PROVENANCE, UNSIGNED_CLAIMS, CAMERA_TRACES})

WORDS = {
    "label_on_known_real": "A label or finding of generation or editing stands on an image that matches one of a real "
    "child.",
    "label_on_known_device": "A label or finding of generation or editing stands on an image in which the sensor "
    "of a learned camera was found.",
    "camera_over_signed_generation": "A claim of a camera stands on an image whose trusted signature says that a "
    "generator made it.",
    "proofs_disagree": "Evidence that cannot be forged points to a camera, and other such evidence to a generator.",
    "claims_disagree": "The file says both that a generator made or edited it and that a camera did.",
    "label_came_later": "Earlier sightings of this picture carry no label of generation or editing, later ones do.",
}
"""By code, the gravest first."""


@dataclass(frozen=True)
class Contradiction:
    """``code`` is a key of :data:`WORDS`; ``evidence`` is what it rests on, in a fixed order."""

    code: str
    words: str
    evidence: tuple[Evidence, ...]


def find_contradictions(
    evidence: Iterable[Evidence], *, known_real: bool = False, device_match: bool = False
) -> tuple[Contradiction, ...]:
    """Return what does not go together, the gravest first, whatever the order of the evidence."""
    pieces = [p for p in in_order(evidence) if p.strength not in (NONE, UNREADABLE)]
    generated = [p for p in pieces if p.claim in GENERATED]
    captured = [p for p in pieces if p.claim == CAPTURED and p.family in SAID_BY_THE_FILE]
    labelled = [p for p in generated if p.family in SAID_BY_THE_FILE]
    signed = [p for p in generated if p.strength == CRYPTOGRAPHIC_TRUSTED and p.claim == "ai_generated"]
    sensor = [p for p in pieces if of_a_device([p])]
    to_camera, to_generator = _proven(pieces)
    found = {
        "label_on_known_real": generated if known_real else [],
        "label_on_known_device": [*generated, *sensor] if generated and (device_match or sensor) else [],
        "camera_over_signed_generation": [*captured, *signed] if captured and signed else [],
        "proofs_disagree": [*to_camera, *to_generator] if to_camera and to_generator else [],
        "claims_disagree": [*captured, *labelled] if captured and labelled else [],
    }
    return tuple(_contradiction(code, found[code]) for code in WORDS if found.get(code))


def of_a_device(evidence: Iterable[Evidence]) -> bool:
    """Whether a learned camera's sensor was found: that needs a pattern of ours, so it is a fact of our own."""
    return any(p.family == SENSOR_PATTERN and p.strength == MEASURED and p.log10_lr < 0 for p in evidence)


def later_label(sightings: Iterable[tuple[datetime, Collection[str]]]) -> Contradiction | None:
    """Compare sightings of the same picture, (when, what the file claimed), in any order.

    A label that the first of them lacks was added later, or came with another copy; labels that were lost on the way
    say nothing.
    """
    known = [(at, bool(GENERATED & set(claims))) for at, claims in sightings]
    labelled = [at for at, has_label in known if has_label]
    if labelled and min(at for at, _ in known) < min(labelled):
        return _contradiction("label_came_later", [])
    return None


def _proven(pieces: list[Evidence]) -> tuple[list[Evidence], list[Evidence]]:
    """Return what cannot be forged and weighs at least a little, towards a camera and towards a generator."""
    settings = default_settings()
    weighed = [(p, bounded(p, settings)) for p in pieces if not can_be_forged(p)]
    least = settings.least
    return [p for p, w in weighed if w <= -least], [p for p, w in weighed if w >= least]


def _contradiction(code: str, evidence: list[Evidence]) -> Contradiction:
    return Contradiction(code, WORDS[code], tuple(in_order(evidence)))
