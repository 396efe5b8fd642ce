"""Questions, and what a list answers. Doubt travels: distance, threshold, quality and edition go with every match.

"No match" is said only where every kind of entry that the list holds was compared. A picture too poor to be
compared, and a file that could not be read, are answers of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from openhotline.hashing import MATCHABLE_QUALITY

CONFIDENT_DISTANCE = 31
"""Bits of 256 at which the authors of PDQ advise to match (facebook/ThreatExchange, ``pdq/README.md``)."""

MARGIN = 16
"""Bits that are looked further with a quick hash: twice what one was ever seen off the strict hash, which is 8 of 256
in the pictures of ``benchmarks/pdq.py`` (our own measurement, 2026-10)."""

QUALITY_MARGIN = 10
"""A quick hash whose quality is less than this above what a list asks for is made again strictly."""

PDQ = "pdq"
ORIGINAL = "original"
FROM_FILES = ("md5", "sha1", "sha256", PDQ)
"""What is made of a file; a list that holds nothing of these cannot be asked about one."""


class Verdict(StrEnum):
    """What came of a question, the graver first."""

    MATCH = "match"
    UNREADABLE = "unreadable"
    TOO_POOR = "too_poor"
    NOT_ASKED = "not_asked"
    NOT_COMPARED = "not_compared"
    NO_MATCH = "no_match"


@dataclass(frozen=True, slots=True)
class Rule:
    """When a near match counts: at most ``distance`` bits, both hashes of at least ``min_quality``.

    With ``turned`` a picture matches as well where one of its seven turns and mirrorings does.
    """

    distance: int = CONFIDENT_DISTANCE
    min_quality: int = MATCHABLE_QUALITY
    turned: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """One file or one hash.

    ``exact`` is by algorithm, in bytes. ``pdq`` has 32 bytes; its ``quality`` is None where nobody said. ``turned``
    holds the same picture's other hashes by variant, as :data:`openhotline.hashing.VARIANTS` names them.
    ``problem`` says why a file has no PDQ. ``is_file`` asks for everything that a list can be asked.
    """

    exact: Mapping[str, bytes] = field(default_factory=dict)
    pdq: bytes | None = None
    quality: int | None = None
    problem: str = ""
    is_file: bool = True
    turned: Mapping[str, bytes] = field(default_factory=dict)

    def hashes(self, *, turned: bool) -> list[tuple[str, bytes]]:
        """Return the PDQ hashes to search for, each with its variant."""
        own = [(ORIGINAL, self.pdq)] if self.pdq is not None else []
        return [*own, *self.turned.items()] if turned and own else own


@dataclass(frozen=True, slots=True)
class Entry:
    """What a list says of one of its entries; ``line`` counts from 1 where the list is a file, else it is 0."""

    key: int
    line: int = 0
    reference: str = ""
    quality: int | None = None
    ai: str = ""
    tags: tuple[str, ...] = ()
    grades: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Match:
    """One entry that the file or hash is, or lies near. ``distance`` and ``threshold`` in bits, 0 where exact.

    ``variant`` says how the picture was turned to lie so near.
    """

    algorithm: str
    distance: int
    threshold: int
    entry: Entry
    quality: int | None = None
    variant: str = ORIGINAL


@dataclass(frozen=True, slots=True)
class ListAnswer:
    """What one list answers; ``edition`` names its state when it was asked, ``reason`` why there is no answer."""

    list: str
    edition: str
    verdict: Verdict
    matches: tuple[Match, ...] = ()
    reason: str = ""


def overall(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the gravest of several lists' verdicts; nothing asked is nothing compared."""
    found = set(verdicts) or {Verdict.NOT_COMPARED}
    if Verdict.NO_MATCH in found:  # something was compared
        found.discard(Verdict.NOT_COMPARED)
    return next(verdict for verdict in Verdict if verdict in found)


TOO_POOR = (
    "Its PDQ hash has quality {}, and this list is matched from {} on. Only exact hashes were compared."
)
TOO_SMALL = "It is too small or too even to have a PDQ hash. Only exact hashes were compared."
EMPTY = "The list holds nothing that a file can be compared with."
NO_SUCH_KIND = "The list holds no values of this kind. Ask with another kind of hash, or with the file."


def verdict_of(
    question: Question, *, matches: Sequence[Match], kinds: Mapping[str, int], rule: Rule
) -> tuple[Verdict, str]:
    """Return what follows for one list, and why there is no plain answer. ``kinds`` counts entries by algorithm."""
    if matches:
        return Verdict.MATCH, ""
    if not any(kinds.get(name) for name in (FROM_FILES if question.is_file else kinds)):
        return Verdict.NOT_COMPARED, EMPTY
    if not question.is_file and not any(kinds.get(name) for name in _kinds_of(question)):
        return Verdict.NOT_COMPARED, NO_SUCH_KIND
    if not kinds.get(PDQ) or (not question.is_file and question.pdq is None):
        return Verdict.NO_MATCH, ""
    if question.pdq is None:
        return Verdict.UNREADABLE, question.problem
    if is_too_poor(question, rule):
        return Verdict.TOO_POOR, TOO_POOR.format(
            question.quality, rule.min_quality
        ) if question.quality else TOO_SMALL
    return Verdict.NO_MATCH, ""


def is_too_poor(question: Question, rule: Rule) -> bool:
    """Say whether a hash says too little for this list. Quality 0 stands for a picture without a hash."""
    return question.quality is not None and question.quality < max(rule.min_quality, 1)


def _kinds_of(question: Question) -> tuple[str, ...]:
    return (*question.exact, *((PDQ,) if question.pdq is not None else ()))
