"""Every step of the keyboard desk, worked out beforehand: no round trip between two keys."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

from openhotline.law.facts import ENGLISH
from openhotline.law.questions import Question, next_question, questionnaire_edition
from openhotline.law.results import Result, derive
from openhotline.law.ruling import Jurisdiction

Sheet = frozenset[tuple[str, str]]


def grading_tree(jurisdictions: Sequence[Jurisdiction], *, language: str = ENGLISH) -> dict[str, Any]:
    """Return the tree of questions as a dict for JSON.

    ``nodes`` are named by number as text and ``root`` names the first; sheets of equal facts are one node.
    A node's ``results`` are positions in the tree's ``results``, one per jurisdiction in the order given.
    A node is ``complete`` when nothing more is asked of this reader; after child = unsure a second one is.
    Cost: some tenths of a second; make it once for a set of editions and keep it.
    """
    numbers: dict[Sheet, str] = {frozenset(): "0"}
    waiting: deque[Sheet] = deque(numbers)
    results: dict[Result, int] = {}
    nodes: dict[str, Any] = {}
    while waiting:
        sheet = waiting.popleft()
        facts = dict(sorted(sheet))
        question = next_question(facts, language=language)
        options = _options(question, facts, numbers, waiting)
        derived = [derive(facts, jurisdiction) for jurisdiction in jurisdictions]
        nodes[numbers[sheet]] = {
            "question": None if question is None else {"code": question.code, "label": question.label},
            "options": options,
            "facts": facts,
            "results": [results.setdefault(result, len(results)) for result in derived],
            "complete": question is None,
        }
    by_code = {jurisdiction.code: jurisdiction for jurisdiction in jurisdictions}
    return {
        "edition": questionnaire_edition(),
        "root": "0",
        "nodes": nodes,
        "jurisdictions": [_heading(jurisdiction) for jurisdiction in jurisdictions],
        "results": [_result(result, by_code[result.jurisdiction], language) for result in results],
    }


def _options(
    question: Question | None, facts: Mapping[str, str], numbers: dict[Sheet, str], waiting: deque[Sheet]
) -> list[dict[str, str]]:
    """Return the options of a node; a sheet met for the first time gets a number and waits its turn."""
    options = []
    for option in question.options if question else ():
        sheet = frozenset({**facts, **option.sets}.items())
        if sheet not in numbers:
            numbers[sheet] = str(len(numbers))
            waiting.append(sheet)
        options.append({"key": option.key, "label": option.label, "next": numbers[sheet]})
    return options


def _heading(jurisdiction: Jurisdiction) -> dict[str, str]:
    """Return what the desk shows once for each jurisdiction."""
    return {
        "code": jurisdiction.code,
        "edition": jurisdiction.edition,
        "title": jurisdiction.title,
        "status": jurisdiction.status,
        "sign_off": jurisdiction.sign_off,
    }


def _result(result: Result, jurisdiction: Jurisdiction, language: str) -> dict[str, Any]:
    """Return a result as the desk shows it."""
    return {
        "jurisdiction": result.jurisdiction,
        "outcome": result.outcome,
        "outcome_label": jurisdiction.outcome_label(result.outcome, language) if result.outcome else "",
        "grade": result.grade,
        "discount_reason": result.discount_reason,
        "provision": result.provision,
        "path": [step.words for step in result.path],
        "open": list(result.open_questions),
    }
