"""The quick way through records of CSV that have one line each.

What an entry says besides its value repeats from line to line, so it is worked out once for each wording and
remembered; per line there remain a split, a look-up and a match of the value. Whatever does not fit goes the
slow way, which also finds the words for what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from openhotline.hashlists import columns as c
from openhotline.hashlists.cells import LONGEST_REFERENCE, moment_of, rows_of_cells
from openhotline.hashlists.csv_header import Header
from openhotline.hashlists.entry import Grade
from openhotline.hashlists.kinds import DIGITS, KINDS
from openhotline.hashlists.rows import Item, Row

REMEMBERED = 4096
"""Wordings. A list with more is read correctly and more slowly."""

Slow = Callable[[list[str], int], list[Item]]
_Match = Callable[[str], object]

_whole: dict[int, _Match] = {
    digits: re.compile(rf"[0-9a-f]{{{digits}}}").fullmatch for digits in set(DIGITS.values())
}
_new = tuple.__new__


_Value = tuple[int, _Match, str, int | None, str, Mapping[str, Grade], str, tuple[str, ...], bool]
"""The cell in which a value stands, what it must match, and the fields of its row that repeat."""


class Plan:
    """How lines under one header become rows."""

    def __init__(self, header: Header) -> None:
        self._width = len(header.columns)
        places = {column: place for place, column in enumerate(header.columns) if column}
        self._reference, self._at = places.pop(c.REFERENCE, -1), places.pop(c.AT, -1)
        self._values = {column: places.pop(column) for column in (*DIGITS, c.VALUE) if column in places}
        self._spelled = [places.pop(kind) for kind in KINDS if kind in places]
        self._told = places
        self._known: dict[tuple[str, ...], tuple[_Value, ...]] = {}

    def read(self, records: Iterable[list[str]], line: int, items: list[Item], slow: Slow) -> None:
        """Add the rows of records, of which the first is on ``line`` and each has one line."""
        known, told, width = self._known, tuple(self._told.values()), self._width
        reference, at, spelled = self._reference, self._at, self._spelled
        for number, cells in enumerate(records, line):
            if len(cells) != width or (spelled and any(cells[place] for place in spelled)):
                items += slow(cells, number)
                continue
            wording = tuple([cells[place] for place in told])
            values = known.get(wording)
            if values is None:
                values = self._learn(wording)
            before = len(items)
            name = cells[reference].strip() if reference >= 0 else ""
            moment = moment_of(cells[at]) if at >= 0 else None
            for place, whole, algorithm, quality, media, grades, ai, tags, withdrawn in values:
                value = cells[place]
                if whole(value) or (value and whole(value := value.strip().lower())):
                    row = (
                        algorithm,
                        value,
                        number,
                        quality,
                        media,
                        name,
                        grades,
                        ai,
                        tags,
                        withdrawn,
                        moment,
                    )
                    items.append(_new(Row, row))
                elif value:
                    del items[before:]
                    break
            if len(items) == before or not name.isprintable() or len(name) > LONGEST_REFERENCE:
                del items[before:]
                items += slow(cells, number)

    def _learn(self, wording: tuple[str, ...]) -> tuple[_Value, ...]:
        """Work out what a wording says; nothing for one that only the slow way can answer."""
        cells = dict(zip(self._told, wording, strict=True))
        digits = {**DIGITS, c.VALUE: DIGITS.get(c.algorithm_of(cells.get(c.ALGORITHM, "")), 0)}
        asked = [column for column in self._values if digits[column]]
        rows = rows_of_cells({**cells, **{column: "0" * digits[column] for column in asked}}, 1)
        learnt = tuple(
            (self._values[column], _whole[digits[column]], *_repeated(row))
            for column, row in zip(asked, rows, strict=False)
            if isinstance(row, Row)
        )
        if len(learnt) != len(self._values):
            learnt = ()
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        self._known[wording] = learnt
        return learnt


def _repeated(row: Row) -> tuple[str, int | None, str, Mapping[str, Grade], str, tuple[str, ...], bool]:
    return row.algorithm, row.quality, row.media, row.grades, row.ai, row.tags, row.withdrawn
