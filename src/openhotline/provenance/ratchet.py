"""What evidence may do to the order of work: add words, and raise; never lower.

1. Evidence of generation adds a tag and nothing else: an image that may show a real child keeps its place.
2. What a stranger can write into a file, or take out of it, moves nothing in either direction. Otherwise a
   mark added or removed would decide who is looked for first.
3. Only evidence that cannot be forged, and that points to a camera, raises; the strongest counts, no sum.
4. A missing signal counts nothing, a failed check counts nothing and is shown.
5. A label of generation on an image known to show a real child is an alarm.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from openhotline.provenance.evidence import UNREADABLE, Evidence
from openhotline.provenance.rules import rules

GENERATED = frozenset({"ai_generated", "ai_edited", "synthetic_or_edited_claimed"})
CAPTURED = "camera_capture_claimed"


@dataclass(frozen=True)
class PriorityEffect:
    """What the evidence adds to an item.

    ``lift``: at least 0; the power of ten by which evidence that cannot be forged speaks for a camera; 0 with
    the families of today. ``tags``: codes, in alphabetical order. ``reasons``: one sentence for each tag.
    ``alarm``: somebody should look at why a label contradicts what is known.
    """

    lift: float
    tags: tuple[str, ...]
    reasons: tuple[str, ...]
    alarm: bool


def priority_effect(evidence: Iterable[Evidence], *, known_real: bool = False) -> PriorityEffect:
    """Return what the evidence does, in any order. ``known_real``: the image matches one of a real child."""
    pieces = set(evidence)
    tags = tuple(sorted(_tags(pieces, known_real=known_real)))
    words = rules().tags
    return PriorityEffect(
        lift=strongest_lift(pieces, forgeable={name for name, is_so in rules().forgeable.items() if is_so}),
        tags=tags,
        reasons=tuple(words[tag] for tag in tags),
        alarm="label_contradicts_match" in tags,
    )


def strongest_lift(evidence: Iterable[Evidence], *, forgeable: Iterable[str]) -> float:
    """Return the largest weight towards a camera among evidence whose strength is not ``forgeable``."""
    weak = set(forgeable)
    weights = [-piece.log10_lr for piece in evidence if piece.strength not in weak]
    return max([0.0, *weights])


def _tags(evidence: set[Evidence], *, known_real: bool) -> set[str]:
    claims = {piece.claim for piece in evidence}
    tags = claims & set(rules().tags)
    if any(piece.strength == UNREADABLE for piece in evidence):
        tags.add("origin_unreadable")
    if claims & GENERATED and CAPTURED in claims:
        tags.add("claims_disagree")
    if claims & GENERATED and known_real:
        tags.add("label_contradicts_match")
    return tags
