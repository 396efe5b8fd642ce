"""A line of a publication log as other organisations' protocols need it, and what became of each value.

A *thing* (an item, an address) is published, changed and withdrawn under one reference; every line is a whole
statement of it. Protocols that name each value by an id of its own need to know when a value came, changed and
went: :func:`versions` says so. A value that comes back after it went is a new one: those protocols forget a
revoked id for good.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

TICK = timedelta(milliseconds=1)
"""STIX tells versions of an object apart by milliseconds (STIX 2.1, section 3.2)."""

GENERATED = frozenset({"altered_real", "known_victim", "wholly_generated"})
"""Codes of the vocabulary "ai" by which a machine made or altered the picture."""


@dataclass(frozen=True, slots=True)
class Published:
    """``values`` is algorithm -> value, or ``url`` or ``domain`` -> address; ``code`` names the line for ever.

    ``quality`` is that of the PDQ hash, 0 to 100, where there is one.
    """

    sequence: int
    code: UUID
    reference: str
    at: datetime
    withdrawn: bool
    values: Mapping[str, str] = field(default_factory=dict, hash=False)
    grades: Mapping[str, Mapping[str, str]] = field(default_factory=dict, hash=False)
    ai: str = ""
    quality: int | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """One value of a thing, as it stood after a line. ``origin`` is the line with which the value came.

    ``first`` and ``last`` say whether another version of the same value stands before or behind it.
    """

    origin: UUID
    reference: str
    kind: str
    value: str
    created_at: datetime
    modified_at: datetime
    sequence: int
    added_at: datetime
    withdrawn: bool
    grades: Mapping[str, Mapping[str, str]] = field(hash=False)
    ai: str
    quality: int | None
    first: bool = True
    last: bool = True


def by_reference(lines: Iterable[Published]) -> dict[str, list[Published]]:
    """Sort lines into one list for each thing, in their order."""
    things: dict[str, list[Published]] = {}
    for line in sorted(lines, key=lambda line: line.sequence):
        things.setdefault(line.reference, []).append(line)
    return things


def versions(lines: Sequence[Published]) -> list[Version]:
    """Return every version of every value of one thing, oldest first."""
    made: list[Version] = []
    standing: dict[tuple[str, str], int] = {}
    for line in lines:
        named = {} if line.withdrawn else dict(line.values)
        for key in [key for key in standing if named.get(key[0]) != key[1]]:
            _add(made, _gone(made[standing[key]], line), standing.pop(key))
        for key in named.items():
            before = made[standing[key]] if key in standing else None
            if before is None or (before.grades, before.ai) != (line.grades, line.ai):
                _add(made, _stated(before, key, line), standing.get(key))
                standing[key] = len(made) - 1
    return made


def _add(made: list[Version], version: Version, behind: int | None) -> None:
    if behind is not None:
        made[behind] = replace(made[behind], last=False)
    made.append(replace(version, first=behind is None))


def _gone(before: Version, line: Published) -> Version:
    return replace(
        before,
        withdrawn=True,
        modified_at=_later(before, line),
        sequence=line.sequence,
        added_at=line.at,
    )


def _stated(before: Version | None, key: tuple[str, str], line: Published) -> Version:
    return Version(
        origin=before.origin if before else line.code,
        reference=line.reference,
        kind=key[0],
        value=key[1],
        created_at=before.created_at if before else _whole_tick(line.at),
        modified_at=_later(before, line) if before else _whole_tick(line.at),
        sequence=line.sequence,
        added_at=line.at,
        withdrawn=False,
        grades=line.grades,
        ai=line.ai,
        quality=line.quality if key[0] == "pdq" else None,
    )


def _later(before: Version, line: Published) -> datetime:
    return max(_whole_tick(line.at), before.modified_at + TICK)


def _whole_tick(at: datetime) -> datetime:
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
