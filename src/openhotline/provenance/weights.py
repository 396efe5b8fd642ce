"""What a single piece of evidence may weigh: never more than its family's bounds, nothing where it can be forged."""

from __future__ import annotations

from collections.abc import Iterable
from math import fsum, isfinite

from openhotline.provenance.evidence import (
    ANALYST,
    ASSERTED_UNSIGNED,
    CAMERA_TRACES,
    CRYPTOGRAPHIC_TRUSTED,
    MEASURED,
    NONE,
    PIXEL_DETECTORS,
    SENSOR_PATTERN,
    SIGNED_PROVENANCE,
    STATED_BY_ANALYST,
    UNREADABLE,
    UNSIGNED_CLAIMS,
    Evidence,
)
from openhotline.provenance.rules import rules
from openhotline.provenance.settings import Settings

NOT_GENERATED = frozenset(
    {"ai_edited", "synthetic_or_edited_claimed", "camera_capture_claimed", "other_origin_claimed"}
)
"""Claims that never weigh towards generated: a real person may be in what was only edited."""

PROOFS = {
    SIGNED_PROVENANCE: CRYPTOGRAPHIC_TRUSTED,
    SENSOR_PATTERN: MEASURED,
    PIXEL_DETECTORS: MEASURED,
    ANALYST: STATED_BY_ANALYST,
}
"""The strength that evidence of a family needs to weigh anything."""


def towards_generated(evidence: Iterable[Evidence], settings: Settings) -> float:
    """Return what speaks for a generator and cannot be forged, each family's strongest piece, added up."""
    return round(fsum(weight for _, weight in generated_families(evidence, settings)), 6)


def generated_families(evidence: Iterable[Evidence], settings: Settings) -> tuple[tuple[str, float], ...]:
    """Return the families with a weight towards generated that cannot be forged, by name."""
    best: dict[str, float] = {}
    for piece in evidence:
        weight = bounded(piece, settings)
        if weight > best.get(piece.family, 0.0):
            best[piece.family] = weight
    return tuple(sorted(best.items()))


def bounded(piece: Evidence, settings: Settings, *, analyst_view: bool = False) -> float:
    """Return the weight that a piece may have, within its family's bounds."""
    if piece.strength in (NONE, UNREADABLE) or not isfinite(piece.log10_lr):
        return 0.0
    if analyst_view and (piece.family, piece.strength) == (UNSIGNED_CLAIMS, ASSERTED_UNSIGNED):
        return settings.analyst_view if piece.claim == "ai_generated" else 0.0
    lowest, highest = settings.bounds.get(piece.family, (0.0, 0.0))
    weight = min(highest, max(lowest, piece.log10_lr))
    if not _counts(piece) and not (piece.family == CAMERA_TRACES and weight < 0):
        return 0.0
    return 0.0 if weight > 0 and piece.claim in NOT_GENERATED else weight


def _counts(piece: Evidence) -> bool:
    """Whether a weight other than 0 is due: with the one strength that is a family's proof, if none can forge it."""
    return PROOFS.get(piece.family) == piece.strength and not can_be_forged(piece)


def can_be_forged(piece: Evidence) -> bool:
    """Whether a stranger can produce it. A strength that no rule names counts as one that anybody can have."""
    return rules().forgeable.get(piece.strength, True)


def in_order(evidence: Iterable[Evidence]) -> list[Evidence]:
    """Return each piece once, in an order that also holds where a weight is no number."""
    return sorted(
        set(evidence), key=lambda p: (p.family, p.source, p.claim, p.strength, repr(p.log10_lr), p.doubt)
    )
