"""The facts a sheet may hold, the answers they may have, and which answers state a doubt.

A fact sheet is a mapping from question codes to answer codes. An answer that states a doubt ("unsure",
"unknown") says that somebody could not tell; for the law it is no answer until the fact that settles it is
answered too.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from openhotline import taxonomy
from openhotline.errors import BadInput

ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact. ``answers`` maps each code to its labels by language; with a ``pattern`` the codes are free.

    ``doubts`` maps an answer that states a doubt to the fact that settles it, or to "" when none does.
    """

    code: str
    labels: Mapping[str, str] = field(hash=False)
    answers: Mapping[str, Mapping[str, str]] = field(hash=False)
    pattern: str
    described: str
    doubts: Mapping[str, str] = field(hash=False)

    def accepts(self, answer: str) -> bool:
        """Say whether this is one of the fact's answers."""
        if self.pattern:
            return re.fullmatch(self.pattern, answer) is not None
        return answer in self.answers

    @property
    def completions(self) -> tuple[str, ...]:
        """Return the answers an unanswered fact may turn out to have; a doubt nothing settles is none."""
        return tuple(answer for answer in self.answers if self.doubts.get(answer) != "")

    def words(self, answer: str, language: str = ENGLISH) -> str:
        """Return "Label: answer" for a path or a list."""
        name = self.labels.get(language, self.labels[ENGLISH])
        labels = self.answers.get(answer, {})
        return f"{name}: {labels.get(language, labels.get(ENGLISH, answer))}"


@cache
def questionnaire() -> Mapping[str, Any]:
    """Return the questionnaire's file as parsed; it is read once per process."""
    return tomllib.loads((resources.files("openhotline.law") / "questionnaire.toml").read_text("utf-8"))


@cache
def fact_catalogue() -> Mapping[str, Fact]:
    """Return every fact by its code, in the order in which paths show them."""
    return {code: _fact(code, entry) for code, entry in questionnaire()["facts"].items()}


def check_facts(facts: Mapping[str, str]) -> None:
    """Raise BadInput when the sheet holds a question or an answer that does not exist."""
    catalogue = fact_catalogue()
    for code, answer in facts.items():
        fact = catalogue.get(code)
        if fact is None:
            known = ", ".join(catalogue)
            raise BadInput(
                f"The fact sheet holds a question that does not exist. Use: {known}.", details=str(code)
            )
        if not isinstance(answer, str) or not fact.accepts(answer):
            allowed = fact.described or f"one of {', '.join(fact.answers)}"
            raise BadInput(f"The answer to '{code}' does not exist. Use {allowed}.", details=str(answer))


def settled(facts: Mapping[str, str]) -> dict[str, str]:
    """Return the sheet without the answers that only state a doubt: what is known, and nothing more."""
    known = dict(facts)
    for code, answer, settled_by in _doubts():
        if known.get(code) == answer and settled_by not in facts:
            del known[code]
    return known


def open_question(code: str, facts: Mapping[str, str]) -> str:
    """Return the question to ask for a fact that is not known: itself, or what settles the doubt about it."""
    return fact_catalogue()[code].doubts.get(facts.get(code, ""), "") or code


@cache
def _doubts() -> tuple[tuple[str, str, str], ...]:
    """Return (fact, answer, settled by) for every answer that states a doubt."""
    facts = fact_catalogue().values()
    return tuple((fact.code, answer, by) for fact in facts for answer, by in fact.doubts.items())


def _fact(code: str, entry: Mapping[str, Any]) -> Fact:
    """Build a fact from its part of the file; answers come from the file itself or from a vocabulary."""
    answers: Mapping[str, Mapping[str, str]] = entry.get("answers", {})
    if "vocabulary" in entry:
        answers = {term.code: term.labels for term in taxonomy.load(entry["vocabulary"]).terms}
    return Fact(
        code=code,
        labels=entry["label"],
        answers=answers,
        pattern=entry.get("pattern", ""),
        described=entry.get("described", ""),
        doubts=entry.get("doubts", {}),
    )
