"""What evidence may do to the order of work: add words. It never lowers, and nothing found in a file raises.

1. No signal found in a file moves anything, in either direction: were one to raise, taking it out would lower, and a
   stranger would decide who is looked for first. That holds for proofs too: they can be stripped.
2. Only facts of our own raise: a match with known real material, and the sensor of a camera that we learned.
3. Evidence of generation adds a tag and nothing else: an image that may show a real child keeps its place.
4. A missing signal counts nothing, a failed check counts nothing and is shown.
5. A label of generation on an image known to show a real child, or from a learned camera, is an alarm.
6. An item is moved by a named person only, and only where :func:`may_move` gives ground: two families that are
   independent, cannot be forged and point to a generator, and nothing that points to a camera.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from openhotline.provenance.contradictions import CAPTURED, GENERATED, SAID_BY_THE_FILE, of_a_device
from openhotline.provenance.evidence import (
    ANALYST,
    CRYPTOGRAPHIC_TRUSTED,
    MEASURED,
    PIXEL_DETECTORS,
    SENSOR_PATTERN,
    SIGNED_PROVENANCE,
    STATED_BY_ANALYST,
    UNREADABLE,
    Evidence,
)
from openhotline.provenance.rules import rules
from openhotline.provenance.settings import Settings, default_settings
from openhotline.provenance.weights import bounded, generated_families

KNOWN_REAL_LIFT, DEVICE_LIFT = 10.0, 9.0

_PROOFS = {
    (SIGNED_PROVENANCE, CRYPTOGRAPHIC_TRUSTED): "signed",
    (SENSOR_PATTERN, MEASURED): "sensor",
    (PIXEL_DETECTORS, MEASURED): "detected",
    (ANALYST, STATED_BY_ANALYST): "stated",
}


@dataclass(frozen=True)
class PriorityEffect:
    """What evidence and facts add to an item. There is no field that could close, delay or discount it.

    ``lift``: at least 0, from facts of our own only; triage gives ten points for each 1. ``tags``: codes, in
    alphabetical order. ``reasons``: one sentence for each tag. ``alarm``: somebody should look at why a label
    contradicts what is known.
    """

    lift: float
    tags: tuple[str, ...]
    reasons: tuple[str, ...]
    alarm: bool


@dataclass(frozen=True)
class MoveGround:
    """Why a named person may move an item within its service level.

    ``families``: two or more, with what each weighs. ``other_person``: without an analyst's finding there are fewer
    than two, so whoever stated it must not be the one who moves.
    """

    families: tuple[tuple[str, float], ...]
    other_person: bool


@dataclass(frozen=True)
class Refusal:
    """Why nobody may move an item. ``code`` is for programs, ``words`` for people."""

    code: str
    words: str


def priority_effect(
    evidence: Iterable[Evidence], *, known_real: bool = False, device_match: bool = False
) -> PriorityEffect:
    """Return what the evidence does, in any order. ``known_real``: the image matches one of a real child.

    ``device_match``: the sensor of a camera that we learned was found in it.
    """
    tags = tuple(sorted(_tags(set(evidence), known_real=known_real, device_match=device_match)))
    words = rules().tags
    return PriorityEffect(
        lift=KNOWN_REAL_LIFT * known_real + DEVICE_LIFT * device_match,
        tags=tags,
        reasons=tuple(words[tag] for tag in tags),
        alarm=bool({"label_contradicts_match", "label_contradicts_device"} & set(tags)),
    )


def may_move(
    evidence: Iterable[Evidence],
    *,
    known_real: bool,
    device_match: bool,
    settings: Settings | None = None,
) -> MoveGround | Refusal:
    """Return the ground on which a named person may move an item, or why nobody may.

    A camera's claim is enough to refuse, though anybody can write it: a refusal keeps an item where it is. An
    operator's settings may narrow what counts; where they widen it, the shipped bounds hold here.
    """
    pieces = set(evidence)
    if known_real:
        return Refusal(
            "known_real", "It matches material in which a real child is shown. It keeps its place."
        )
    if device_match or of_a_device(pieces):
        return Refusal(
            "device", "The sensor of a camera that we learned was found in it. It keeps its place."
        )
    shipped, held = default_settings(), settings or default_settings()
    if any(piece.claim == CAPTURED or bounded(piece, shipped) < 0 for piece in pieces):
        return Refusal("camera", "Something in it points to a camera. It keeps its place.")
    weights = {name: weight for name, weight in generated_families(pieces, held) if weight >= shipped.least}
    allowed = dict(generated_families(pieces, shipped))
    families = tuple(
        (n, min(w, allowed[n])) for n, w in sorted(weights.items()) if allowed.get(n, 0) >= shipped.least
    )
    if len(families) < 2:
        return Refusal(
            "families",
            "Fewer than two independent families that cannot be forged point to a generator. It keeps its place.",
        )
    return MoveGround(families, other_person=sum(name != ANALYST for name, _ in families) < 2)


def _tags(evidence: set[Evidence], *, known_real: bool, device_match: bool) -> set[str]:
    tags = {_tag(piece) for piece in evidence} & set(rules().tags)
    claims = {piece.claim for piece in evidence}
    said = {piece.claim for piece in evidence if piece.family in SAID_BY_THE_FILE}
    if any(piece.strength == UNREADABLE for piece in evidence):
        tags.add("origin_unreadable")
    if said & GENERATED and CAPTURED in said:
        tags.add("claims_disagree")
    if claims & GENERATED and known_real:
        tags.add("label_contradicts_match")
    if claims & GENERATED and device_match:
        tags.add("label_contradicts_device")
    return tags


def _tag(piece: Evidence) -> str:
    """Return the claim's code, or another where it is more than what anybody can write."""
    proof = _PROOFS.get((piece.family, piece.strength))
    if proof and piece.claim in GENERATED:
        return f"generation_{proof}"
    return f"camera_{proof}" if proof and piece.claim == CAPTURED else piece.claim
