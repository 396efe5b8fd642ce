"""A TOML table that is read strictly: the right kind under every key, and no key left over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeAlias

from openhotline.errors import BadInput
from openhotline.law.facts import Fact, fact_catalogue

Conditions: TypeAlias = tuple[tuple[str, frozenset[str]], ...]


class Table:
    """One table of a file. ``where`` names it in messages; `nothing_else` refuses keys nobody asked for."""

    def __init__(self, entries: Mapping[str, Any], where: str) -> None:
        self._entries = entries
        self._where = where
        self._asked: set[str] = set()

    def wrong(self, sentence: str) -> BadInput:
        """Return the error to raise, with the place in front."""
        return BadInput(f"In the {self._where}: {sentence}")

    def has(self, key: str) -> bool:
        """Say whether the key is there."""
        return key in self._entries

    def nothing_else(self) -> None:
        """Raise when a key is left that nobody asked for: most often a slip of the pen."""
        if left := sorted(set(self._entries) - self._asked):
            raise self.wrong(f"unknown: {', '.join(left)}. Correct the spelling or remove it.")

    def text(self, key: str, *, default: str | None = None) -> str:
        """Return a text; without a default it must be there and not empty."""
        value = self._get(key, str, default)
        if not isinstance(value, str) or (default is None and not value.strip()):
            raise self.wrong(f"'{key}' is missing. Add it.")
        return value

    def texts(self, key: str, *, optional: bool = False) -> tuple[str, ...]:
        """Return a list of texts."""
        values = self._get(key, list, [] if optional else None)
        if values is None or not all(isinstance(value, str) for value in values):
            raise self.wrong(f"'{key}' must be a list of texts. Add or correct it.")
        return tuple(values)

    def flag(self, key: str) -> bool:
        """Return true or false; false when it is not there."""
        return bool(self._get(key, bool, False))

    def day(self, key: str) -> date | None:
        """Return a date without a time of day, if it is there."""
        value = self._get(key, date, None)
        if isinstance(value, datetime):
            raise self.wrong(f"'{key}' must be a date without a time, such as 2026-12-01.")
        return value if isinstance(value, date) else None

    def one_of(self, key: str, allowed: Sequence[str]) -> str:
        """Return a text that is one of those allowed."""
        value = self.text(key)
        if value not in allowed:
            raise self.wrong(f"'{key}' is '{value}'. Use one of: {', '.join(allowed)}.")
        return value

    def labels(self, key: str) -> Mapping[str, str]:
        """Return labels by language; English must be among them. Empty when the key is not there."""
        value = self._get(key, dict, {})
        if not isinstance(value, dict) or (value and not isinstance(value.get("en"), str)):
            raise self.wrong(f"'{key}' needs an English label, '{key}.en'. Add it.")
        return value

    def table(self, key: str, *, optional: bool = False) -> Table | None:
        """Return a table inside this one."""
        value = self._get(key, dict, None)
        if value is None and not optional:
            raise self.wrong(f"'[{key}]' is missing. Add it.")
        return None if value is None else Table(value, f"{self._where}, [{key}]")

    def tables(self, key: str, *, optional: bool = False) -> Mapping[str, Table]:
        """Return the tables inside a table, by name."""
        inside = self._get(key, dict, {} if optional else None)
        if inside is None or not all(isinstance(value, dict) for value in inside.values()):
            raise self.wrong(f"'[{key}.…]' is missing or no table. Add or correct it.")
        return {name: Table(value, f"{self._where}, [{key}.{name}]") for name, value in inside.items()}

    def rows(self, key: str, *, optional: bool = False) -> tuple[Table, ...]:
        """Return a list of tables."""
        values = self._get(key, list, [] if optional else None)
        if values is None or not all(isinstance(value, dict) for value in values):
            raise self.wrong(f"'[[{key}]]' is missing or no list of tables. Add or correct it.")
        return tuple(Table(value, f"{self._where}, {key} {n}") for n, value in enumerate(values, 1))

    def known_fact(self, code: str, *, free: bool = False) -> Fact:
        """Return a fact of the questionnaire; a fact with free codes only where that is allowed."""
        fact = fact_catalogue().get(code)
        if fact is None:
            known = ", ".join(fact_catalogue())
            raise self.wrong(f"'{code}' is no fact of the questionnaire. Use one of: {known}.")
        if fact.pattern and not free:
            raise self.wrong(f"'{code}' has free answers and cannot decide anything. Use another fact.")
        return fact

    def conditions(self, key: str) -> Conditions:
        """Return the conditions of a rule, in the order of the questionnaire and so of the path."""
        entries = self._get(key, dict, None)
        if entries is None:
            raise self.wrong(f"'{key}' is missing. Add it; {{}} means always.")
        conditions = {code: self._condition(code, value) for code, value in entries.items()}
        return tuple((code, conditions[code]) for code in fact_catalogue() if code in conditions)

    def _condition(self, code: str, value: object) -> frozenset[str]:
        """Return the answers under which one condition holds."""
        fact = self.known_fact(code)
        answers = value if isinstance(value, list) else [value]
        if not answers or not all(answer in fact.completions for answer in answers):
            allowed = ", ".join(fact.completions)
            raise self.wrong(f"the condition on '{code}' names an answer that cannot decide. Use: {allowed}.")
        return frozenset(answers)

    def _get(self, key: str, kind: type, default: Any) -> Any:
        """Return the value under a key, checked for its kind."""
        self._asked.add(key)
        value = self._entries.get(key, default)
        if value is not None and not isinstance(value, kind):
            raise self.wrong(f"'{key}' has the wrong kind of value ({type(value).__name__}). Correct it.")
        return value
