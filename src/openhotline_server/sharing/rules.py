"""What may be published, and in what shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

PUBLISHABLE = frozenset({"photograph", "pseudo_photograph", "prohibited_image"})
CONFIRMED_BY = frozenset({"agreed", "third"})


def may_be_published(*, outcome: str, basis: str) -> bool:
    """Only confirmed criminal material: an outcome on which two readers agreed or a third decided."""
    return outcome in PUBLISHABLE and basis in CONFIRMED_BY


def needs_second_reader(*, outcome: str, basis: str) -> bool:
    """Whether a second, blind answer is all that is missing."""
    return outcome in PUBLISHABLE and basis not in CONFIRMED_BY


def document(
    *,
    reference: str,
    hashes: Mapping[str, Mapping[str, Any]],
    grades: Mapping[str, Mapping[str, str]],
    facts: Mapping[str, str],
    ai: str,
) -> dict[str, Any]:
    """An entry as it is shared: hashes with their doubt, grades by jurisdiction with their edition, AI dimension."""
    return {
        "reference": reference,
        "hashes": {name: dict(value) for name, value in sorted(hashes.items())},
        "grades": {name: dict(value) for name, value in sorted(grades.items())},
        "facts": dict(sorted(facts.items())),
        "ai": ai,
    }
