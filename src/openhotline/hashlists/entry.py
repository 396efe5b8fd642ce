"""One entry of our own list, checked to the last character when it is made.

The columns are described in ``docs/reference/hash-list-format.md``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from openhotline import taxonomy
from openhotline.errors import BadInput
from openhotline.hashing import ALGORITHMS as DIGESTS

PDQ = "pdq"
ALGORITHMS = (*DIGESTS, PDQ)
DIGITS = {"md5": 32, "sha1": 40, "sha256": 64, PDQ: 64}
"""Hexadecimal digits of a value."""

COLUMNS = ("algorithm", "value", "quality", "grades", "ai", "edition", "status")
"""Of the CSV, in this order; the JSON's keys are the same."""

LARGEST_EDITION = 2**31 - 1

_hexadecimal = re.compile(r"[0-9a-f]+", re.ASCII)
_jurisdiction = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
_outcome = re.compile(r"[a-z0-9_]{1,40}", re.ASCII)
_grade = re.compile(r"[A-Za-z0-9]{0,8}", re.ASCII)
_edition = re.compile(r"[A-Za-z0-9.\-]{1,20}", re.ASCII)


class Status(StrEnum):
    """Is an entry in force? A withdrawn one is a tombstone: its value stays, so that others drop it."""

    LISTED = "listed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Grade:
    """What one jurisdiction's file says: its outcome, its grade where it has one, and that file's edition."""

    outcome: str
    grade: str
    edition: str

    def __post_init__(self) -> None:
        if not (_outcome.fullmatch(self.outcome) and _grade.fullmatch(self.grade)):
            raise BadInput("A grade is not of the form outcome, then letters or digits. Correct 'grades'.")
        if not _edition.fullmatch(self.edition):
            raise BadInput("A grade does not name the edition of its jurisdiction file. Correct 'grades'.")


@dataclass(frozen=True, slots=True)
class Entry:
    """``value`` is lower-case hexadecimal; ``quality`` is PDQ's, 0 to 100, and None for the other algorithms.

    ``grades`` is by jurisdiction, ``ai`` a code of the vocabulary "ai" or empty. ``edition`` is that of the
    list in which the entry came, or went.
    """

    algorithm: str
    value: str
    edition: int
    quality: int | None = None
    grades: Mapping[str, Grade] = field(default_factory=dict, hash=False)
    ai: str = ""
    status: Status = Status.LISTED

    def __post_init__(self) -> None:
        _check_value(self.algorithm, self.value)
        if not 1 <= self.edition <= LARGEST_EDITION:
            raise BadInput("The edition is not a number from 1 on. Correct 'edition'.")
        if self.status is Status.WITHDRAWN:
            _check_tombstone(self)
        else:
            _check_listed(self)

    @property
    def is_listed(self) -> bool:
        """Say whether the entry is in force."""
        return self.status is Status.LISTED


def _check_value(algorithm: str, value: str) -> None:
    if algorithm not in DIGITS:
        raise BadInput(f"The algorithm is none of {', '.join(ALGORITHMS)}. Correct 'algorithm'.")
    if len(value) != DIGITS[algorithm] or not _hexadecimal.fullmatch(value):
        digits = DIGITS[algorithm]
        raise BadInput(
            f"The value of a {algorithm} has {digits} lower-case hexadecimal digits. Correct 'value'."
        )


def _check_listed(entry: Entry) -> None:
    if (entry.quality is None) == (entry.algorithm == PDQ):
        raise BadInput("A quality belongs to every pdq and to nothing else. Correct 'quality'.")
    if entry.quality is not None and not 0 <= entry.quality <= 100:
        raise BadInput("The quality is not a number from 0 to 100. Correct 'quality'.")
    if entry.ai and entry.ai not in taxonomy.load("ai").codes:
        raise BadInput(
            f"'ai' is none of {', '.join(taxonomy.load('ai').codes)}. Correct it or leave it empty."
        )
    if not all(is_jurisdiction(code) for code in entry.grades):
        raise BadInput("A jurisdiction is not a code such as gb-eng. Correct 'grades'.")


def _check_tombstone(entry: Entry) -> None:
    if entry.quality is not None or entry.grades or entry.ai:
        raise BadInput(
            "A withdrawn entry says nothing but what it was and when it went. Empty the other columns."
        )


def is_jurisdiction(code: str) -> bool:
    """Say whether a text has the form of a jurisdiction's code."""
    return bool(_jurisdiction.fullmatch(code))
