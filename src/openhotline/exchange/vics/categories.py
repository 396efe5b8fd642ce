"""Category numbers: the one thing in a VICS document that means another thing in every country.

The numbers of the British and American profiles are shared by Project VIC under agreement only; the shipped files hold
what is commonly said of them, from memory and from open readers. So they are marked as not confirmed, and no number
is written until the operator has compared a copy with the police partner it is for, and has put a name and a day
into it. What no rule of the file names gets no number.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib import resources
from typing import Any

from openhotline.errors import BadInput, Refused

PROFILES = ("uk", "us")
CONTEXTS = ("UK", "US", "Default", "CUSTOM")


@dataclass(frozen=True, slots=True)
class Rule:
    """A number for an outcome of one jurisdiction file, with any grade where ``grade`` is None."""

    number: int
    jurisdiction: str
    outcomes: frozenset[str]
    grade: str | None

    def holds(self, grades: Mapping[str, Mapping[str, str]]) -> bool:
        """Say whether an entry with these grades has this number."""
        said = grades.get(self.jurisdiction, {})
        return said.get("outcome") in self.outcomes and self.grade in (None, said.get("grade", ""))


@dataclass(frozen=True, slots=True)
class Categories:
    """A mapping. ``context`` is the country's part of the document's head, in case documents."""

    context: str
    edition: str
    confirmed_by: str
    confirmed_on: date | None
    rules: tuple[Rule, ...]

    @property
    def is_confirmed(self) -> bool:
        """Say whether somebody has compared the numbers with whoever gets them."""
        return bool(self.confirmed_by) and self.confirmed_on is not None

    def require_confirmed(self) -> None:
        """Raise Refused unless somebody has."""
        if not self.is_confirmed:
            raise Refused(
                "The category numbers are not confirmed: the numbers of each country's profile are known to its "
                "police only. Compare a copy of the file with the partner it is for, fill in 'confirmed_by' and "
                "'confirmed_on', and name it; or write the document without categories."
            )

    def number(self, grades: Mapping[str, Mapping[str, str]]) -> int | None:
        """Return the number of the first rule that holds; None where the file is silent."""
        return next((rule.number for rule in self.rules if rule.holds(grades)), None)


def shipped_text(profile: str) -> str:
    """Return a shipped file, to be copied, compared and confirmed."""
    if profile not in PROFILES:
        raise BadInput(f"There is no such profile. Use one of: {', '.join(PROFILES)}.")
    return (resources.files(__package__) / f"categories-{profile}.toml").read_text("utf-8")


def read_categories(text: str) -> Categories:
    """Read a mapping; raises BadInput for what is none."""
    try:
        found = tomllib.loads(text)
        return Categories(
            context=_one_of(found["context"], CONTEXTS),
            edition=str(found["edition"]),
            confirmed_by=str(found["confirmed_by"]).strip(),
            confirmed_on=_day(found["confirmed_on"]),
            rules=tuple(_rule(part) for part in found["category"]),
        )
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as problem:
        raise BadInput(
            "This is no file of category numbers. Begin from a shipped one: `openhotline feed categories` prints it.",
            details=str(problem),
        ) from problem


def _rule(part: Mapping[str, Any]) -> Rule:
    number, outcomes = part["number"], part["outcomes"]
    if type(number) is not int or number < 0 or not isinstance(outcomes, list):
        raise ValueError("number or outcomes")
    grade = part.get("grade")
    return Rule(
        number,
        str(part["jurisdiction"]),
        frozenset(map(str, outcomes)),
        None if grade is None else str(grade),
    )


def _day(value: object) -> date | None:
    if value == "":
        return None
    if not isinstance(value, date):
        raise ValueError("confirmed_on")
    return value


def _one_of(value: object, known: tuple[str, ...]) -> str:
    if value not in known:
        raise ValueError("context")
    return str(value)
