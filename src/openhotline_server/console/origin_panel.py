"""What stands beside a case about its origin: contradictions first, then each picture, most telling first.

It only puts in order what was found; nothing is judged here but how much a family's signals weigh together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openhotline.provenance import Evidence
from openhotline.provenance.abstention import ABSTENTIONS
from openhotline.provenance.evidence import ANALYST, PIXEL_DETECTORS, SIGNED_PROVENANCE
from openhotline.provenance.fusion import CAMERA, OUTCOMES, SYNTHETIC, fuse, scale_words
from openhotline.provenance.rules import rules
from openhotline.provenance.settings import default_settings
from openhotline.provenance.weights import bounded
from openhotline_server.evidence.models import Item
from openhotline_server.findings.models import OriginExamination
from openhotline_server.findings.origins import evidence_of, origin_of

NOT_VALIDATED = "Not validated on images of people."
TONES = {CAMERA: "accent", SYNTHETIC: "warn"}
DONE, FAILED, WAITING, NOTHING = "done", "failed", "waiting", "nothing"
LOOKS = {
    DONE: "The deep look is done.",
    FAILED: "The deep look or a part of it failed; nothing follows from that.",
    WAITING: "The deep look is still outstanding: only what was found on the way in is shown.",
    NOTHING: "There is no file to look at.",
}


@dataclass(frozen=True)
class Signal:
    """One piece of evidence, what it weighs within its family's bounds, as a power of ten, and what made it."""

    evidence: Evidence
    weight: float
    version: str = ""


@dataclass(frozen=True)
class Family:
    """Signals that depend on each other: the strongest counts, never the sum."""

    code: str
    signals: tuple[Signal, ...]

    @property
    def total(self) -> float:
        """What the family weighs; a tie goes to the camera."""
        return max((s.weight for s in self.signals), key=lambda w: (abs(w), w < 0), default=0.0)

    @property
    def warning(self) -> str:
        """What has to stand beside every signal of this family."""
        return NOT_VALIDATED if self.code == PIXEL_DETECTORS else ""


@dataclass(frozen=True)
class Picture:
    """One member of a case. ``look`` is None as long as there was no deep one."""

    item: Item
    look: OriginExamination | None
    families: tuple[Family, ...]
    with_readers: str = (
        ""  # the scale's sentence once more, with what this reader may see of readers' findings
    )

    @property
    def state(self) -> str:
        """Whether the deep look is done, failed, outstanding, or cannot be made."""
        if self.look is not None:
            return FAILED if self.look.failure else DONE
        return NOTHING if self.item.sha256 is None or self.item.destroyed_at else WAITING

    @property
    def outcome(self) -> str:
        """The outcome in words; a picture without a deep look is undetermined, as by default."""
        code = self.look.outcome if self.look else ""
        return OUTCOMES.get(code, "Undetermined")

    @property
    def tone(self) -> str:
        """The badge's tone; its words say the same."""
        return TONES.get(self.look.outcome, "") if self.look else ""

    @property
    def scale(self) -> str:
        """The verbal scale's sentence, as it was when the look was made."""
        if self.look is None or not self.look.scale:
            return ""
        kept = self.look.scale
        return kept if kept.endswith(".") else scale_words(self.look.log10_lr, default_settings())

    @property
    def trust_lists(self) -> tuple[tuple[str, str], ...]:
        """The trust lists that were in force for the look, with their dates."""
        lists = inputs_of(self.look).get("trust") or ()
        return tuple((str(one.get("name", "")), str(one.get("dated", ""))) for one in lists)

    @property
    def abstained(self) -> tuple[str, ...]:
        """Why its pixels were not judged, in sentences."""
        return tuple(ABSTENTIONS.get(code, code) for code in self.look.abstained) if self.look else ()

    @property
    def contradictions(self) -> tuple[str, ...]:
        """What does not go together, the gravest first."""
        return tuple(str(c["words"]) for c in self.look.contradictions) if self.look else ()

    @property
    def signals(self) -> int:
        """How many signals there are."""
        return sum(len(family.signals) for family in self.families)

    @property
    def silent(self) -> bool:
        """Whether it was looked at and there is nothing to say of it."""
        return self.state == DONE and not (self.families or self.contradictions or self.abstained)

    @property
    def telling(self) -> tuple[bool, float, int]:
        """What it has to say: a contradiction before a weight, a weight before signals that weigh nothing."""
        weight = abs(self.look.log10_lr) if self.look else 0.0
        return (
            bool(self.contradictions),
            max(weight, *(abs(f.total) for f in self.families), 0.0),
            self.signals,
        )


@dataclass(frozen=True)
class Panel:
    """The whole case. ``contradictions`` are sentences with the number of pictures; ``readers`` is their own family."""

    contradictions: tuple[tuple[str, int], ...]
    pictures: tuple[Picture, ...]
    outcomes: tuple[tuple[str, int], ...]
    outstanding: int
    failed: int
    readers: Family | None

    @property
    def silent(self) -> tuple[Picture, ...]:
        """Pictures of which there is nothing to say, where there is more than one: they take one line together."""
        found = tuple(p for p in self.pictures if p.silent)
        return found if len(found) > 1 else ()

    @property
    def speaking(self) -> tuple[Picture, ...]:
        """All others."""
        silent = {p.item.pk for p in self.silent}
        return tuple(p for p in self.pictures if p.item.pk not in silent)


def panel(items: Sequence[Item], *, stated: Sequence[Evidence] = ()) -> Panel:
    """Gather what is known of these items. ``stated`` is what this reader may see of readers' findings."""
    keys = [item.pk for item in items]
    looks, said = origin_of(keys), evidence_of(keys)
    pictures = []
    for item in items:
        look = looks.get(item.pk)
        silent = look is not None and bool(look.abstained)
        found = families(said.get(item.pk, ()), made_with=inputs_of(look), pixels_silent=silent)
        together = _with_readers(look, said.get(item.pk, ()), stated)
        pictures.append(Picture(item, look, found, together))
    ordered = sorted(pictures, key=lambda p: p.telling, reverse=True)
    states = Counter(p.state for p in pictures)
    return Panel(
        contradictions=_counted(ordered),
        pictures=tuple(ordered),
        outcomes=tuple(Counter(p.outcome for p in ordered).most_common()),
        outstanding=states[WAITING],
        failed=states[FAILED],
        readers=next(iter(families(stated)), None),
    )


def families(
    evidence: Iterable[Evidence], *, made_with: Mapping[str, Any] | None = None, pixels_silent: bool = False
) -> tuple[Family, ...]:
    """Group signals by family, the weightiest family and within it the weightiest signal first.

    ``pixels_silent``: there was a reason not to judge the pixels, so what detectors gave weighs nothing.
    """
    settings = default_settings()
    grouped: dict[str, list[Signal]] = {}
    for piece in evidence:
        silent = pixels_silent and piece.family == PIXEL_DETECTORS
        weight = 0.0 if silent else bounded(piece, settings)
        grouped.setdefault(piece.family, []).append(Signal(piece, weight, _version(piece, made_with or {})))
    made = [Family(code, tuple(sorted(found, key=_order))) for code, found in grouped.items()]
    return tuple(sorted(made, key=lambda f: (-abs(f.total), f.code)))


def _with_readers(
    look: OriginExamination | None, evidence: Iterable[Evidence], stated: Sequence[Evidence]
) -> str:
    if look is None or look.failure or not stated:
        return ""
    verdict = fuse(
        [*evidence, *stated],
        known_real=bool(look.record.get("known_real")),
        device_match=bool(look.record.get("device_match")),
        abstain=[code for code in look.abstained if code in ABSTENTIONS],
    )
    return verdict.scale


def inputs_of(look: OriginExamination | None) -> Mapping[str, Any]:
    """What a look was made with: versions, rules, trust lists, detectors. Empty where there was none."""
    inputs = look.record.get("inputs") if look else None
    return inputs if isinstance(inputs, Mapping) else {}


def _version(piece: Evidence, made_with: Mapping[str, Any]) -> str:
    """The version of what spoke, as the look's record has it."""
    if not made_with or piece.family == ANALYST:
        return ""
    if piece.family == PIXEL_DETECTORS:
        named = (d for d in made_with.get("detectors") or () if str(d.get("name")) in piece.source)
        return next((f"version {d.get('version', '')}" for d in named), "")
    if piece.family == SIGNED_PROVENANCE:
        return f"C2PA {made_with.get('c2pa_sdk', '')}"
    return f"rules {(made_with.get('rules') or {}).get('edition', '')}"


def _order(signal: Signal) -> tuple[float, bool, str, str]:
    forgeable = rules().forgeable.get(signal.evidence.strength, True)
    return -abs(signal.weight), forgeable, signal.evidence.claim, signal.evidence.source


def _counted(pictures: Iterable[Picture]) -> tuple[tuple[str, int], ...]:
    """Each contradiction once, with the number of pictures it is found in."""
    return tuple(Counter(words for p in pictures for words in dict.fromkeys(p.contradictions)).most_common())
