"""The first line of somebody's CSV: which columns there are, and what divides them."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from openhotline.errors import BadInput
from openhotline.hashlists.columns import ALGORITHM, carries_values, column_of, squeezed
from openhotline.hashlists.hash_list import bad_line
from openhotline.hashlists.kinds import KINDS

DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True)
class Header:
    """``columns`` are ours, by place; a column that is not read is empty. ``names`` are as they were written."""

    delimiter: str
    names: tuple[str, ...]
    columns: tuple[str, ...]

    def state(self) -> dict[str, Any]:
        """Return what a position keeps of it."""
        return {"delimiter": self.delimiter, "names": list(self.names)}

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Header:
        """Read what :meth:`state` returned."""
        try:
            return header_of([str(name) for name in state["names"]], str(state["delimiter"]), 1)
        except (KeyError, TypeError):
            raise BadInput(
                "The stored position is damaged. Read the list again from its beginning."
            ) from None

    def again(self, cells: list[str]) -> bool:
        """Say whether a line is this header once more."""
        return [squeezed(cell) for cell in cells] == [squeezed(name) for name in self.names]

    def followed_by_another(self, cells: list[str]) -> bool:
        """Say whether a line names other columns. In the column of algorithms, ``md5`` is no such name."""
        placed = (
            zip(cells, self.columns, strict=False)
            if len(cells) <= len(self.columns)
            else ((c, "") for c in cells)
        )
        return looks_like_header([cell for cell, column in placed if column != ALGORITHM])


def looks_like_header(cells: list[str]) -> bool:
    """Say whether a line names columns that could hold entries."""
    return carries_values([column_of(cell) for cell in cells])


def find_header(text: str, line: int) -> Header:
    """Read the header, with the delimiter under which most of it is understood."""
    tries = [(split_record(text, delimiter) or [], delimiter) for delimiter in DELIMITERS]
    cells, delimiter = max(tries, key=lambda found: sum(bool(column_of(cell)) for cell in found[0]))
    return header_of(cells, delimiter, line)


def header_of(names: list[str], delimiter: str, line: int) -> Header:
    """Check that the names can hold entries, and that none stands for the same as another."""
    columns = [column_of(name) for name in names]
    if not carries_values(columns):
        raise bad_line(
            line,
            f"No column is named as a hash or an address. Name one {', '.join(KINDS)}, or two: algorithm and value.",
        )
    known = [column for column in columns if column]
    twice = sorted({column for column in known if known.count(column) > 1})
    if twice:
        raise bad_line(
            line, f"Two columns mean the same: {', '.join(twice)}. Rename the one that should not count."
        )
    return Header(delimiter, tuple(names), tuple(columns))


def split_record(text: str, delimiter: str) -> list[str] | None:
    """Split one line as RFC 4180 says, or return None where its quotation marks do not fit."""
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True))
    except (csv.Error, StopIteration):
        return None
