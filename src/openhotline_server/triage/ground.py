"""Whether evidence is a ground for letting a case wait behind the others of its level. Pure.

1. Every member of the case must have it: one of which too little is known keeps the place of all.
2. What it takes of a member stands in :func:`openhotline.provenance.ratchet.may_move`: two independent families that
   no stranger can forge, both pointing to generation, and nothing that points to a camera.
3. A match with known real material or with a learned device, or a contradiction, stands against it always.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from openhotline.provenance import Evidence
from openhotline.provenance.evidence import ANALYST
from openhotline.provenance.ratchet import MoveGround, Refusal, may_move
from openhotline.provenance.settings import Settings, default_settings
from openhotline.provenance.weights import generated_families
from openhotline_server.triage.rules import Signals, shows_known_real

KNOWN_REAL = "It is near to known material in which a real child may be shown."
DEVICE = "It carries the pattern of a camera that we know."
CONTRADICTED = "Signs of its origin contradict each other."
NOT_THE_SAME = "Not the same two families speak for every picture of the case."
STAYS = "It keeps its place."
TO_A_CAMERA = "Something in it points to a camera now."
UNREADABLE = (
    "The settings of what evidence weighs (origin.toml) cannot be read, so nothing vouches for a move."
)
GONE = "The evidence it rested on does not hold for every picture of the case any more."


@dataclass(frozen=True)
class Ground:
    """``families`` hold for every member, in alphabetical order; ``against`` is a sentence about what forbids a move.

    ``other_person``: it rests on readers' findings, so none of them may be the one who moves.
    """

    families: tuple[str, ...] = ()
    against: str = ""
    other_person: bool = False

    @property
    def stands(self) -> bool:
        """Whether a person may move the case on it."""
        return not self.against


def of(signals: Signals, *, stated: Sequence[Evidence] = (), settings: Settings | None) -> Ground:
    """Return the ground that evidence gives, readers' findings (``stated``) among it.

    ``settings`` are the site's, which may only narrow what counts; None where they cannot be read.
    """
    against = _against(signals)
    if against:
        return Ground(against=f"{against} {STAYS}")
    if settings is None:
        return Ground(against=f"{UNREADABLE} {STAYS}")
    answers = [_asked([*each, *stated], settings) for each in signals.each]
    refused = next((a.words for a in answers if isinstance(a, Refusal)), "")
    grounds = [a for a in answers if isinstance(a, MoveGround)]
    if refused or not grounds:
        return Ground(against=refused or f"{NOT_THE_SAME} {STAYS}")
    families = set.intersection(*({name for name, _ in ground.families} for ground in grounds))
    if len(families) < 2:
        return Ground(against=f"{NOT_THE_SAME} {STAYS}")
    return Ground(tuple(sorted(families)), other_person=any(ground.other_person for ground in grounds))


def lost(signals: Signals, *, families: Iterable[str], settings: Settings | None) -> str:
    """Say why a move on these families must go, without asking readers again; empty while it stands."""
    against = _against(signals)
    if against:
        return against
    if settings is None:
        return UNREADABLE
    answers = [_asked(each, settings) for each in signals.each]
    if any(isinstance(a, Refusal) and a.code != "families" for a in answers):
        return TO_A_CAMERA
    asked = set(families) - {ANALYST}
    holding = [
        asked <= _speaking(each, settings) & _speaking(each, default_settings()) for each in signals.each
    ]
    return "" if holding and all(holding) else GONE


def _speaking(evidence: Sequence[Evidence], settings: Settings) -> set[str]:
    """Families that weigh enough towards generation to be a ground, as ``may_move`` counts them."""
    least = default_settings().least
    return {name for name, weight in generated_families(evidence, settings) if weight >= least}


def _asked(evidence: Iterable[Evidence], settings: Settings) -> MoveGround | Refusal:
    return may_move(evidence, known_real=False, device_match=False, settings=settings)


def _against(signals: Signals) -> str:
    if shows_known_real(signals):
        return KNOWN_REAL
    if signals.device:
        return DEVICE
    return CONTRADICTED if signals.contradicted else ""
