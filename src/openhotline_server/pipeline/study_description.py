"""What is known of a past study, read from its description and checked: every sum must agree.

A description is one JSON object that holds everything in :data:`REQUIRED` and may hold what stands in
:data:`OPTIONAL`. Nothing that it marks as unconfirmed is read, so that it cannot end up in a record.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from openhotline import taxonomy
from openhotline.errors import BadInput
from openhotline_server.statistics.rounding import percent

REQUIRED = (
    "title",
    "posted",
    "selected",
    "not_selected",
    "analysts",
    "analyst_hours",
    "criminal",
    "discounted",
)
OPTIONAL = (
    "source",
    "pseudo_photograph_sex_girls_share",
    "discounted_total",
    "discounted_percent",
    "criminal_percent_of_selected",
    "severity_note",
    "severity_unconfirmed",
    "reports_2023",
)
CRIMINAL = ("photograph", "pseudo_photograph", "prohibited_image")
MOST = 10_000_000  # records; a slip of the finger is not to fill the disk
LONGEST_TITLE = 200  # characters, as a report keeps it
_MILLISECONDS_PER_HOUR = 3_600_000


@dataclass(frozen=True)
class Description:
    """A checked description. ``girls`` is a count of the pseudo-photographs, None where none is stated."""

    title: str
    source: str
    not_selected: int
    analysts: int
    milliseconds: int
    criminal: Mapping[str, int]
    discounted: Mapping[str, int]
    girls: int | None

    @property
    def selected(self) -> int:
        return sum(self.criminal.values()) + sum(self.discounted.values())

    @property
    def posted(self) -> int:
        return self.selected + self.not_selected


def read_description(text: str) -> Description:
    """Return the study that ``text`` describes; raises BadInput with the first thing that does not fit."""
    data = _parsed(text)
    _check_keys(data)
    title = data["title"]
    if not isinstance(title, str) or not 0 < len(title.strip()) <= LONGEST_TITLE:
        raise BadInput(f"'title' must be a text of 1 to {LONGEST_TITLE} characters. Correct the description.")
    criminal = _counts(data, "criminal", CRIMINAL)
    described = Description(
        title=title.strip(),
        source=str(data.get("source", "")),
        not_selected=_whole(data, "not_selected"),
        analysts=_whole(data, "analysts"),
        milliseconds=_milliseconds(data),
        criminal=criminal,
        discounted=_counts(data, "discounted", taxonomy.load("discount_reasons").codes),
        girls=_girls(data, criminal.get("pseudo_photograph", 0)),
    )
    _check_sums(data, described)
    _check_readers(described)
    return described


def _parsed(text: str) -> dict[str, Any]:
    try:
        data = json.loads(text, parse_float=Decimal, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise BadInput(
            f"The description is not JSON: line {error.lineno}, {error.msg}. Correct it there."
        ) from error
    if not isinstance(data, dict):
        raise BadInput("The description must be one JSON object. See docs/guide/study.md for an example.")
    return data


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = sorted({name for name in names if names.count(name) > 1})
        raise BadInput(f"The description states twice: {', '.join(twice)}. Keep one of each.")
    return found


def _check_keys(data: Mapping[str, Any]) -> None:
    missing = [name for name in REQUIRED if name not in data]
    if missing:
        raise BadInput(f"The description lacks: {', '.join(missing)}. Add it.")
    unknown = sorted(set(data) - {*REQUIRED, *OPTIONAL})
    if unknown:
        raise BadInput(
            f"The description holds unknown names: {', '.join(unknown)}. Take them out, or correct them.",
            details=f"Known: {', '.join((*REQUIRED, *OPTIONAL))}.",
        )


def _whole(data: Mapping[str, Any], name: str) -> int:
    value = data[name]
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST:
        raise BadInput(f"'{name}' must be a whole number from 0 to {MOST:,}. Correct the description.")
    return value


def _number(data: Mapping[str, Any], name: str) -> Decimal:
    value = data[name]
    if isinstance(value, bool) or not isinstance(value, int | Decimal) or not 0 <= value <= MOST:
        raise BadInput(f"'{name}' must be a number from 0 to {MOST:,}. Correct the description.")
    return Decimal(value)


def _counts(data: Mapping[str, Any], name: str, known: tuple[str, ...]) -> dict[str, int]:
    """Return the counts of one group, by code; a code that is left out counts 0."""
    given = _group(data, name, known)
    return {code: _whole(given, code) for code in given}


def _group(data: Mapping[str, Any], name: str, known: tuple[str, ...]) -> dict[str, Any]:
    given = data[name]
    if not isinstance(given, dict):
        raise BadInput(f"'{name}' must be an object of codes and numbers. Correct the description.")
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise BadInput(f"'{name}' holds unknown codes: {', '.join(unknown)}. Use: {', '.join(known)}.")
    return given


def _milliseconds(data: Mapping[str, Any]) -> int:
    exact = _number(data, "analyst_hours") * _MILLISECONDS_PER_HOUR
    if exact != exact.to_integral_value():
        raise BadInput("'analyst_hours' must be whole milliseconds. Round it to six decimal places.")
    return int(exact)


def _girls(data: Mapping[str, Any], pseudo_photographs: int) -> int | None:
    name = "pseudo_photograph_sex_girls_share"
    if name not in data:
        return None
    share = _number(data, name)
    if share > 1:
        raise BadInput(f"'{name}' must be a share from 0 to 1. Correct the description.")
    return int((share * pseudo_photographs).to_integral_value(ROUND_HALF_UP))


def _check_sums(data: Mapping[str, Any], study: Description) -> None:
    """Compare what the description states with what its parts add up to."""
    total = sum(study.discounted.values())
    _agree(data, "selected", study.selected, "criminal and discounted together")
    _agree(data, "posted", study.posted, "selected and not_selected together")
    _agree(data, "discounted_total", total, "the discounted reasons together")
    criminal = percent(sum(study.criminal.values()), study.selected)
    _agree(data, "criminal_percent_of_selected", criminal, "criminal of selected, rounded")
    if "discounted_percent" in data:
        stated = _group(data, "discounted_percent", tuple(study.discounted))
        for code in stated:
            _agree(stated, code, percent(study.discounted[code], total), "the counts, rounded,")


def _agree(data: Mapping[str, Any], name: str, computed: int | Decimal | None, words: str) -> None:
    if name in data and _number(data, name) != computed:
        raise BadInput(
            f"The description does not add up: '{name}' is {data[name]}, but {words} give {computed}. "
            "Correct one of them."
        )


def _check_readers(study: Description) -> None:
    twice = study.discounted.get("age_in_question", 0)
    if study.selected and not study.milliseconds:
        raise BadInput("'analyst_hours' must be more than 0 where anything was selected. Correct it.")
    if not 1 <= study.analysts <= max(1, study.selected):
        raise BadInput("'analysts' must be at least 1 and at most the number selected. Correct it.")
    if twice and study.analysts < 2:
        raise BadInput("An age in question takes two readers, so 'analysts' must be at least 2. Correct it.")
