"""Read a jurisdiction file strictly: whatever is missing, misspelt or never decided is an error, at once.

An operator's own file is read by the same code as the shipped ones.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date

from openhotline import taxonomy
from openhotline.errors import BadInput
from openhotline.law.rules import Rule, reach
from openhotline.law.ruling import DRAFT, EXAMPLE, SIGNED_OFF, Beside, Jurisdiction, Outcome, Part
from openhotline.law.toml_table import Table

RECORDS = frozenset({"severity", "age_band", "sex"})


def read_jurisdiction(text: str, *, code: str) -> Jurisdiction:
    """Return the jurisdiction that the text describes, or raise BadInput naming what to correct."""
    try:
        top = Table(tomllib.loads(text), f"jurisdiction file '{code}'")
    except tomllib.TOMLDecodeError as problem:
        raise BadInput(
            f"The jurisdiction file '{code}' is not valid TOML: {problem}. Correct it."
        ) from problem
    if top.text("code") != code:
        raise top.wrong("'code' differs from the file's name. Give both the same code.")
    outcomes = {name: _outcome(name, table) for name, table in top.tables("outcomes").items()}
    rules = tuple(rule for row in top.rows("rules") for rule in _outcome_rules(row, outcomes))
    graded, parts = _grade(top, outcomes)
    status, signed_by, signed_on = _sign_off(top)
    jurisdiction = Jurisdiction(
        code=code,
        edition=top.text("edition"),
        title=top.text("title"),
        status=status,
        sign_off=top.text("sign_off"),
        signed_off_by=signed_by,
        signed_off_on=signed_on,
        sources=top.texts("sources"),
        outcomes=outcomes,
        rules=rules,
        graded_outcomes=graded,
        grade_parts=parts,
        beside=tuple(_beside(row) for row in top.rows("beside", optional=True)),
        words=_words(top),
    )
    top.nothing_else()
    _check_decisions(top, rules)
    for part in parts:
        _check_decisions(top, part.rules)
    return jurisdiction


def _sign_off(top: Table) -> tuple[str, str, date | None]:
    """Return status, name and day; a signed-off file must say who signed it and when."""
    status = top.one_of("status", (EXAMPLE, DRAFT, SIGNED_OFF))
    name, day = top.text("signed_off_by", default=""), top.day("signed_off_on")
    if (status == SIGNED_OFF) != bool(name and day):
        raise top.wrong(
            "A file is 'signed_off' exactly when 'signed_off_by' and 'signed_off_on' are given. Correct them."
        )
    return status, name, day


def _outcome(code: str, table: Table) -> Outcome:
    """Read one outcome; one that the taxonomy does not know brings its own label."""
    labels = table.labels("label")
    if not labels and code not in taxonomy.load("outcomes").codes:
        raise table.wrong("The taxonomy does not know this outcome. Give it a 'label.en'.")
    records = table.texts("records", optional=True)
    if unknown := set(records) - RECORDS:
        raise table.wrong(f"'records' names {', '.join(sorted(unknown))}. Use {', '.join(sorted(RECORDS))}.")
    outcome = Outcome(code, labels, records, table.flag("needs_reason"))
    table.nothing_else()
    return outcome


def _outcome_rules(row: Table, outcomes: Mapping[str, Outcome]) -> tuple[Rule, ...]:
    """Read one rule; with ``reason_from`` it becomes one rule for each answer of that fact."""
    when = row.conditions("when")
    outcome = row.one_of("outcome", tuple(outcomes))
    provision = row.text("provision", default="")
    reason, reason_from = row.text("reason", default=""), row.text("reason_from", default="")
    row.nothing_else()
    if outcomes[outcome].needs_reason != bool(reason) ^ bool(reason_from) or (reason and reason_from):
        raise row.wrong(
            "A rule gives one of 'reason' and 'reason_from' exactly when its outcome needs a reason."
        )
    if reason_from:
        if reason_from != "discount_reason":
            raise row.wrong("'reason_from' must be 'discount_reason'. Correct it.")
        answers = _answers_of(row, reason_from)
        return tuple(Rule((*when, (reason_from, frozenset({a}))), outcome, provision, a) for a in answers)
    if reason and reason not in taxonomy.load("discount_reasons").codes:
        raise row.wrong("'reason' is no discount reason of the taxonomy. Correct it.")
    return (Rule(when, outcome, provision, reason),)


def _grade(top: Table, outcomes: Mapping[str, Outcome]) -> tuple[frozenset[str], tuple[Part, ...]]:
    """Read which outcomes carry a grade and the rules for each of its parts."""
    table = top.table("grade", optional=True)
    if table is None:
        return frozenset(), ()
    graded = frozenset(table.texts("outcomes"))
    if unknown := graded - set(outcomes):
        raise table.wrong(f"'outcomes' names {', '.join(sorted(unknown))}, which the file does not declare.")
    parts = tuple(_part(row) for row in table.rows("parts"))
    table.nothing_else()
    return graded, parts


def _part(row: Table) -> Part:
    """Read one part of a grade; where no rule of the file holds, the part says nothing."""
    rules = tuple(rule for line in row.rows("rules") for rule in _part_rules(line))
    part = Part(row.text("name"), (*rules, Rule((), "")))
    row.nothing_else()
    return part


def _part_rules(row: Table) -> tuple[Rule, ...]:
    """Read one rule of a part; with ``grade_from`` it becomes one rule for each answer of that fact."""
    when = row.conditions("when")
    grade, grade_from = row.text("grade", default=""), row.text("grade_from", default="")
    row.nothing_else()
    if bool(grade) == bool(grade_from):
        raise row.wrong("A rule of a grade gives either 'grade' or 'grade_from'.")
    if grade:
        return (Rule(when, grade),)
    return tuple(Rule((*when, (grade_from, frozenset({a}))), a) for a in _answers_of(row, grade_from))


def _answers_of(row: Table, fact: str) -> tuple[str, ...]:
    """Return the answers of a fact whose answer is taken over."""
    return row.known_fact(fact).completions


def _beside(row: Table) -> Beside:
    """Read one fact that is only named beside a question."""
    beside = Beside(row.text("fact"), row.text("question"), row.text("words"))
    row.nothing_else()
    for code in (beside.fact, beside.question):
        row.known_fact(code, free=True)
    return beside


def _words(top: Table) -> Mapping[str, Mapping[str, str]]:
    """Read the words of the path, by fact and answer."""
    words: dict[str, dict[str, str]] = {}
    for code, table in top.tables("words", optional=True).items():
        fact = top.known_fact(code)
        words[code] = {answer: table.text(answer) for answer in fact.answers if table.has(answer)}
        table.nothing_else()
    return words


def _check_decisions(top: Table, rules: tuple[Rule, ...]) -> None:
    """Require that every case is decided and that every rule decides some case."""
    try:
        reached = reach(rules, {}).rules
    except BadInput as problem:
        raise top.wrong(f"{problem.message} The case: {problem.details or 'any'}.") from problem
    for number, rule in enumerate(rules, 1):
        if rule not in reached and rule.when:
            shown = ", ".join(f"{fact} = {'/'.join(sorted(answers))}" for fact, answers in rule.when)
            raise top.wrong(f"Rule {number} ({shown}) can never decide. Remove it or move it up.")
