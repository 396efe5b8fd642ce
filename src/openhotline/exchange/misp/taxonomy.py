"""Our taxonomy as MISP reads it from ``taxonomies/openhotline/machinetag.json``, made from the files in force.

A hotline may have jurisdiction files of its own; so the taxonomy is made from those it uses, not shipped as a list
that could say something else.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from openhotline import taxonomy
from openhotline.exchange.labels import NAMESPACE, possible_grades
from openhotline.law import Jurisdiction

VERSION = 1


def machinetag(jurisdictions: Iterable[Jurisdiction]) -> dict[str, Any]:
    """Return predicates for the outcome and the grade of each jurisdiction, and for the AI dimension."""
    predicates, values = [], []
    for found in sorted(jurisdictions, key=lambda one: one.code):
        outcomes = [(code, found.outcome_label(code)) for code in found.outcomes]
        grades = [(grade, f"{found.title}: {grade}") for grade in possible_grades(found)]
        for word, entries in (("outcome", outcomes), ("grade", grades)):
            if entries:
                name = f"{found.code}-{word}"
                predicates.append(_predicate(name, f"{found.title}: {word}, by file {found.edition}"))
                values.append(_entries(name, entries))
    ai = [(term.code, term.label) for term in taxonomy.load("ai").terms]
    return {
        "namespace": NAMESPACE,
        "description": "Outcomes and grades of abuse material, each named with the jurisdiction whose file gives it; "
        "the same letter means different things in different jurisdictions.",
        "version": VERSION,
        "expanded": "OpenHotline",
        "predicates": [*predicates, _predicate("ai", "Whether a machine made or altered it")],
        "values": [*values, _entries("ai", ai)],
    }


def _predicate(name: str, words: str) -> dict[str, str]:
    return {"value": name, "expanded": words}


def _entries(name: str, entries: list[tuple[str, str]]) -> dict[str, Any]:
    return {"predicate": name, "entry": [{"value": value, "expanded": words} for value, words in entries]}
