"""Our own taxonomy ``openhotline``: how a grade and the AI dimension are said where only labels are possible.

A letter means severity in one jurisdiction and age in another, so every label names its jurisdiction file:
``openhotline:gb-eng-grade="B"``. Where a jurisdiction's rule is silent, there is no label.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

from openhotline.law import Jurisdiction

NAMESPACE = "openhotline"


def label(predicate: str, value: str) -> str:
    """Return a machine tag, as MISP and XARF write them."""
    return f'{NAMESPACE}:{predicate}="{value}"'


def labels(grades: Mapping[str, Mapping[str, str]], ai: str) -> list[str]:
    """Return what is known of an entry, as labels, always in the same order."""
    found = []
    for jurisdiction, said in sorted(grades.items()):
        for word in ("outcome", "grade"):
            if said.get(word):
                found.append(label(f"{jurisdiction}-{word}", said[word]))
    return found + ([label("ai", ai)] if ai else [])


def possible_grades(jurisdiction: Jurisdiction) -> list[str]:
    """Return every grade that a jurisdiction's file can spell, part by part; empty where it gives none."""
    parts = [list(dict.fromkeys(r.then for r in part.rules if r.then)) for part in jurisdiction.grade_parts]
    return ["".join(letters) for letters in product(*parts)] if parts else []
