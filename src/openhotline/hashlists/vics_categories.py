"""What the numbers of a VICS profile mean, as a file that the deployment confirms with its police partner.

The numbers are national and not public, so none is built in: without a file a category stays a tag.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from openhotline.errors import BadInput
from openhotline.hashlists.entry import Grade, is_jurisdiction


@dataclass(frozen=True, slots=True)
class Categories:
    """One profile's numbers. ``left_out`` are those that are no entries of a list, such as "not illegal"."""

    profile: str
    confirmed_by: str
    confirmed_on: date
    grades: Mapping[int, Mapping[str, Grade]] = field(hash=False)
    left_out: frozenset[int]


def read_categories(text: str) -> Categories:
    """Read a mapping file; its form is described in ``docs/reference/hash-list-format.md``."""
    try:
        top = tomllib.loads(text)
        numbers = {int(number): dict(told) for number, told in top.pop("categories").items()}
        found = Categories(
            profile=_text(top.pop("profile")).lower(),
            confirmed_by=_text(top.pop("confirmed_by")),
            confirmed_on=_day(top.pop("confirmed_on")),
            left_out=frozenset(number for number, told in numbers.items() if told == {"leave_out": True}),
            grades={number: _grades(told) for number, told in numbers.items() if told != {"leave_out": True}},
        )
    except tomllib.TOMLDecodeError:
        raise BadInput("The categories are no TOML. Correct the file.") from None
    except (KeyError, TypeError, ValueError, AttributeError):
        top = {"?": None}
    if top:
        raise BadInput(
            "The categories have not exactly profile, confirmed_by, confirmed_on and, by number, a jurisdiction with "
            "outcome, grade and edition, or leave_out = true. Correct the file."
        )
    return found


def _grades(told: Mapping[str, Any]) -> dict[str, Grade]:
    if not told or not all(is_jurisdiction(code) for code in told):
        raise ValueError("no jurisdiction")
    return {
        code: Grade(**{name: _text(word) for name, word in grade.items()}) for code, grade in told.items()
    }


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("no text")
    return value


def _day(value: Any) -> date:
    if type(value) is not date:
        raise ValueError("no day")
    return value
