"""How urgent a case is, and why, in words. Additive, so that every point has its reason.

Nothing here subtracts, and nothing that a stranger can write into a file or take out of it moves a case: it gives
words without points (the ratchet, ``openhotline.provenance.ratchet``). What counts is what we know ourselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from openhotline.provenance import Evidence, PriorityEffect, priority_effect

EDITION = "2026-11.3"
GENERATED = "wholly_generated"
KNOWN_REAL = 100
DEVICE = 90
LISTED = 50
AGREEING = 10
"""Points for a second and a third list that says the same."""


@dataclass(frozen=True)
class Reason:
    """One reason for a case's place: ``points`` are added to its urgency."""

    code: str
    points: int
    words: str


@dataclass(frozen=True)
class Known:
    """A match with known material, as far as triage needs it. ``listed_by`` is the title of another's list."""

    ai: str
    outcome: str
    listed_by: str = ""


@dataclass(frozen=True)
class Signals:
    """What triage looks at, over all members of a case."""

    evidence: Sequence[Evidence] = ()
    known: Sequence[Known] = ()
    members: int = 1
    sightings: int = 1
    readable: bool = True
    each: Sequence[Sequence[Evidence]] = ()  # the same evidence, member by member
    device: bool = False  # a member carries the pattern of a camera that we learned
    contradicted: bool = False  # a member's signs of origin contradict each other


def place(signals: Signals) -> tuple[Reason, ...]:
    """Give the reasons for a case's place, the weightiest first."""
    known_real = shows_known_real(signals)
    effect = priority_effect(signals.evidence, known_real=known_real, device_match=signals.device)
    reasons = [
        *_known_real(signals),
        *_listed(signals),
        *_device(signals),
        *_unseen(signals),
        *_often_seen(signals),
        *_tagged(effect),
    ]
    return tuple(sorted(reasons, key=lambda r: (-r.points, r.code)))


def kept(reasons: Sequence[Reason], before: int) -> tuple[Reason, ...]:
    """The reasons for a case that was placed higher by something that is no more: its place does not fall."""
    missing = before - urgency(reasons)
    if missing <= 0:
        return tuple(reasons)
    words = "Placed higher before by a list entry that is in force no more. No place falls before a reader looked."
    return tuple(sorted([*reasons, Reason("kept", missing, words)], key=lambda r: (-r.points, r.code)))


def urgency(reasons: Sequence[Reason]) -> int:
    """The sum of the points."""
    return sum(r.points for r in reasons)


def shows_known_real(s: Signals) -> bool:
    """Whether a match says that a real child may be shown."""
    return any(k.outcome in ("photograph", "pseudo_photograph") and k.ai != GENERATED for k in s.known)


def _known_real(s: Signals) -> list[Reason]:
    if shows_known_real(s):
        words = "Near to known material in which a real child may be shown."
        return [Reason("known_real", KNOWN_REAL, words)]
    return []


def _device(s: Signals) -> list[Reason]:
    """A fact of our own, as a match with known material is: the pattern of a camera's sensor is ours."""
    if s.device:
        return [Reason("device", DEVICE, "Matches a camera we have learned: a real child may be shown.")]
    return []


def _listed(s: Signals) -> list[Reason]:
    """Other organisations' lists: chosen points, below known real material and above everything that is new."""
    titles = sorted({k.listed_by for k in s.known if k.listed_by})
    if not titles:
        return []
    points = LISTED + AGREEING * (min(len(titles), 3) - 1)
    return [
        Reason("listed", points, f"On {_of_lists(len(titles))} of known material: {', '.join(titles)[:200]}.")
    ]


def _of_lists(count: int) -> str:
    return "a list" if count == 1 else f"{count} lists"


def _unseen(s: Signals) -> list[Reason]:
    return [] if s.known else [Reason("not_known", 10, "Not on any of our lists.")]


def _often_seen(s: Signals) -> list[Reason]:
    points = min(10, s.sightings - 1)
    return [Reason("sightings", points, f"Seen {s.sightings} times.")] if points > 0 else []


def _tagged(effect: PriorityEffect) -> list[Reason]:
    """What the file says of its origin, or gives away: words for the reader, no points."""
    return [Reason(tag, 0, words) for tag, words in zip(effect.tags, effect.reasons, strict=True)]
