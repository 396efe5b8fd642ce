"""The questions that the grading desk asks: in order, one key each, answers that follow are never asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from openhotline.law.facts import ENGLISH, open_question, questionnaire
from openhotline.law.toml_table import Conditions, Table


@dataclass(frozen=True, slots=True)
class Option:
    """One answer. ``key`` is the key that gives it; ``sets`` are the facts it states."""

    key: str
    label: str
    sets: Mapping[str, str] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the desk, asked when one of the alternatives in ``when`` is known to hold."""

    code: str
    label: str
    options: tuple[Option, ...]
    when: tuple[Conditions, ...] = field(repr=False)

    def asked(self, facts: Mapping[str, str]) -> bool:
        """Say whether the facts lead to this question."""
        return any(all(facts.get(code) in answers for code, answers in case) for case in self.when)

    def answered(self, facts: Mapping[str, str]) -> bool:
        """Say whether the sheet contains one of the options, or answers every fact that the options set."""
        if any(option.sets.items() <= facts.items() for option in self.options):
            return True
        return all(code in facts for option in self.options for code in option.sets)


def questionnaire_edition() -> str:
    """Return the edition of the questionnaire, to be stored with every assessment."""
    return str(questionnaire()["edition"])


@cache
def questions(language: str = ENGLISH) -> tuple[Question, ...]:
    """Return every question in its order, labelled in a language or in English where it is not translated."""
    return tuple(_question(entry, language) for entry in questionnaire()["questions"])


def next_question(facts: Mapping[str, str], *, language: str = ENGLISH) -> Question | None:
    """Return the question to ask now, or None when nothing more is asked of this reader."""
    for question in questions(language):
        if question.asked(facts) and not question.answered(facts):
            return question
    return None


def reader_complete(facts: Mapping[str, str]) -> bool:
    """Say whether this reader is done. She may have answered "unsure": then a second reader is asked."""
    return next_question(facts) is None


def complete(facts: Mapping[str, str]) -> bool:
    """Say whether the sheet is finished: nothing is left to ask and no second opinion is awaited."""
    return reader_complete(facts) and all(open_question(code, facts) in facts for code in facts)


def _question(entry: Mapping[str, Any], language: str) -> Question:
    """Build a question from its part of the file."""
    where = f"questionnaire, question '{entry['code']}'"
    cases = tuple(Table({"when": case}, where).conditions("when") for case in entry["when"])
    options = tuple(
        Option(option["key"], _label(option, language), option["sets"]) for option in entry["options"]
    )
    return Question(entry["code"], _label(entry, language), options, cases)


def _label(entry: Mapping[str, Any], language: str) -> str:
    """Return the label in a language, or in English."""
    labels = entry["label"]
    return str(labels.get(language, labels[ENGLISH]))
