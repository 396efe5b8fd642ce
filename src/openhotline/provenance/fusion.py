"""From pieces of evidence to one verdict: what it is called, how strongly, and what it rests on.

Propositions: the picture was wholly or mainly made by a generator, against: a camera took it, with ordinary
processing. A real picture edited with a generator belongs to the second, and so does whatever is undetermined.

1. Every piece is held within its family's bounds. What a stranger can write weighs nothing towards generated; a
   camera's traces weigh a little towards a camera. A label of editing never weighs towards generated.
2. Within a family the strongest piece counts (a tie goes to the camera), for checks of one family depend on each
   other; across families weights are added. A missing signal adds nothing.
3. ``synthetic_indications`` asks only for what speaks for a generator and cannot be forged: each family's
   strongest such piece, added up. What speaks for a camera does not enter, so taking it out of a file creates nothing:
   whoever strips a picture cannot make it "synthetic", and the order of the evidence means nothing.
4. Two facts of our own outrank that: a match with known real material, and a learned camera's sensor.
5. Otherwise the whole sum may reach ``camera_indications``; everything else is ``undetermined``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from math import fsum

from openhotline.provenance.contradictions import Contradiction, find_contradictions, of_a_device
from openhotline.provenance.evidence import PIXEL_DETECTORS, Evidence
from openhotline.provenance.settings import Settings, default_settings
from openhotline.provenance.weights import bounded, in_order, towards_generated

CAMERA, SYNTHETIC, UNDETERMINED = "camera_indications", "synthetic_indications", "undetermined"
OUTCOMES = {
    CAMERA: "Camera indications",
    SYNTHETIC: "Synthetic indications",
    UNDETERMINED: "Undetermined",
}
"""The three outcomes. The last is the default, and is handled as if a camera had taken the picture."""


@dataclass(frozen=True)
class FamilyWeight:
    """What one family adds, and the source of the piece that decided it."""

    family: str
    log10_lr: float
    source: str


@dataclass(frozen=True)
class Verdict:
    """``outcome`` is a key of :data:`OUTCOMES`, ``scale`` the forensic words for ``log10_lr``.

    ``per_family`` holds the families that spoke with a weight other than 0; ``abstained`` are keys of
    ``abstention.ABSTENTIONS``; ``warnings`` say where an operator's settings are looser than those shipped.
    """

    outcome: str
    log10_lr: float
    scale: str
    per_family: tuple[FamilyWeight, ...]
    contradictions: tuple[Contradiction, ...]
    abstained: tuple[str, ...]
    warnings: tuple[str, ...] = ()


def fuse(
    evidence: Iterable[Evidence],
    *,
    known_real: bool = False,
    device_match: bool = False,
    analyst_view: bool = False,
    abstain: Collection[str] = (),
    settings: Settings | None = None,
) -> Verdict:
    """Return the verdict on one file, whatever the order of the evidence and however often a piece is in it.

    ``known_real``: it matches an image of a real child. ``device_match``: a learned camera's sensor was found.
    ``analyst_view``: unsigned labels weigh a little in ``log10_lr``, never in the outcome. ``abstain``: codes of
    reasons for which the pixels say nothing; the learned detectors are silent then.
    """
    settings = settings or default_settings()
    pieces = in_order(evidence)
    heard = [p for p in pieces if not (abstain and p.family == PIXEL_DETECTORS)]
    families = _families(heard, settings, analyst_view=analyst_view)
    total = round(fsum(f.log10_lr for f in families), 6)
    device = device_match or of_a_device(pieces)
    return Verdict(
        outcome=_outcome(heard, total, settings, known_real=known_real, device=device),
        log10_lr=total,
        scale=scale_words(total, settings),
        per_family=families,
        contradictions=find_contradictions(pieces, known_real=known_real, device_match=device),
        abstained=tuple(sorted(set(abstain))),
        warnings=settings.warnings,
    )


def _outcome(
    pieces: list[Evidence], total: float, settings: Settings, *, known_real: bool, device: bool
) -> str:
    if device:
        return CAMERA
    if not known_real and towards_generated(pieces, settings) >= settings.synthetic_at:
        return SYNTHETIC
    return CAMERA if total <= settings.camera_at and total < 0 else UNDETERMINED


def scale_words(log10_lr: float, settings: Settings) -> str:
    """Return the verbal scale's sentence; symmetrical."""
    word = next((words for at, words in reversed(settings.scale) if abs(log10_lr) >= at), "")
    if not word:
        return "The findings support neither origin rather than the other."
    origin = ("a generator rather than a camera", "a camera rather than a generator")[log10_lr < 0]
    return f"The findings give {word} support for {origin}."


def _families(pieces: list[Evidence], settings: Settings, *, analyst_view: bool) -> tuple[FamilyWeight, ...]:
    strongest: dict[str, FamilyWeight] = {}
    for piece in pieces:
        new = FamilyWeight(piece.family, bounded(piece, settings, analyst_view=analyst_view), piece.source)
        old = strongest.get(piece.family)
        if new.log10_lr and (old is None or _rank(new) > _rank(old)):
            strongest[piece.family] = new
    return tuple(strongest[name] for name in sorted(strongest))


def _rank(weight: FamilyWeight) -> tuple[float, bool]:
    return abs(weight.log10_lr), weight.log10_lr < 0
