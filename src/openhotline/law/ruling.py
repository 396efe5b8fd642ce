"""What a jurisdiction file holds once it is read and checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from openhotline import taxonomy
from openhotline.law.rules import Rule

EXAMPLE, DRAFT, SIGNED_OFF = "example", "draft", "signed_off"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One outcome. ``labels`` is empty when the taxonomy has it; ``records`` are the facts recorded."""

    code: str
    labels: Mapping[str, str]
    records: tuple[str, ...]
    needs_reason: bool


@dataclass(frozen=True, slots=True)
class Part:
    """One character of a grade and the rules that give it; a rule that gives "" says nothing."""

    name: str
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """A fact that is named in the path beside a question's answer and decides nothing."""

    fact: str
    question: str
    words: str


@dataclass(frozen=True, slots=True, eq=False)
class Jurisdiction:
    """A checked jurisdiction file. ``status`` is "example", "draft" or "signed_off".

    ``sign_off`` is the sentence that says who has to check it, or who did.
    """

    code: str
    edition: str
    title: str
    status: str
    sign_off: str
    signed_off_by: str
    signed_off_on: date | None
    sources: tuple[str, ...]
    outcomes: Mapping[str, Outcome]
    rules: tuple[Rule, ...]
    graded_outcomes: frozenset[str]
    grade_parts: tuple[Part, ...]
    beside: tuple[Beside, ...]
    words: Mapping[str, Mapping[str, str]]

    def outcome_label(self, outcome: str, language: str = "en") -> str:
        """Return the outcome's label from the file itself or from the taxonomy."""
        labels = self.outcomes[outcome].labels
        if labels:
            return labels.get(language, labels["en"])
        return taxonomy.label("outcomes", outcome, language)
