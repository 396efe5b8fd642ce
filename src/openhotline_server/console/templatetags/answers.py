"""Several readers' answers beside one another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from django import template

from openhotline.law.facts import fact_catalogue

register = template.Library()


class Answered(Protocol):
    """Whatever holds one reader's facts."""

    facts: Mapping[str, str]


@dataclass(frozen=True)
class Row:
    """One question with each reader's answer in words; ``differ`` when two of the answers do."""

    question: str
    answers: tuple[str, ...]
    differ: bool


@register.filter
def side_by_side(votes: Iterable[Answered]) -> list[Row]:
    """The questions that at least one reader answered, in the order of the questionnaire."""
    sheets = [vote.facts for vote in votes]
    rows = []
    for code, fact in fact_catalogue().items():
        given = [sheet.get(code, "") for sheet in sheets]
        if any(given):
            words = tuple(fact.words(answer).partition(": ")[2] if answer else "" for answer in given)
            rows.append(Row(fact.labels["en"], words, len({answer for answer in given if answer}) > 1))
    return rows
