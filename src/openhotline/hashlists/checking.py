"""Read a whole list and say what is in it and what is wrong with it, without keeping it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from openhotline.errors import BadInput
from openhotline.hashlists.repeats import Repeat, Repeats, Sort
from openhotline.hashlists.rows import BadRow, Item, Row, Rows

EVERY = 20_000
"""Rows between two calls of the progress bar."""


@dataclass(slots=True)
class Checked:
    """Counts of everything and the first lines of what is wrong. ``refused`` says why the whole list is."""

    form: str
    rows: int = 0
    withdrawn: int = 0
    bad: int = 0
    same: int = 0
    contradictions: int = 0
    references: int = 0
    refused: str = ""
    algorithms: Counter[str] = field(default_factory=Counter)
    first_bad: list[BadRow] = field(default_factory=list)
    first_contradictions: list[tuple[int, int]] = field(default_factory=list)
    first_references: list[tuple[int, int]] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Say whether the list can be taken as it is."""
        return not (self.bad or self.contradictions or self.references or self.refused)

    def as_json(self) -> dict[str, Any]:
        """Return it for a program."""
        return {
            "clean": self.is_clean,
            "form": self.form,
            "rows": self.rows,
            "withdrawn": self.withdrawn,
            "algorithms": dict(sorted(self.algorithms.items())),
            "bad": self.bad,
            "bad_rows": [{"line": row.line, "reason": row.reason} for row in self.first_bad],
            "repeated": self.same,
            "contradictions": self.contradictions,
            "contradicting_lines": [list(pair) for pair in self.first_contradictions],
            "references_of_two_values": self.references,
            "reference_lines": [list(pair) for pair in self.first_references],
            "refused": self.refused or None,
        }


def check(
    rows: Rows, *, form: str, limit: int = 20, on_progress: Callable[[int], None] = lambda _done: None
) -> Checked:
    """Read all rows. ``limit`` is how many lines of each kind are kept; ``on_progress`` is told the bytes read."""
    found = Checked(form)
    with Repeats() as repeats:
        for item in _until_refused(rows, found):
            if isinstance(item, Row):
                _count(item, found)
                repeats.add(item)
            else:
                found.bad += 1
                if len(found.first_bad) < limit:
                    found.first_bad.append(item)
            if (found.rows + found.bad) % EVERY == 0:
                on_progress(rows.bytes_done)
        for repeat in repeats.found():
            _note(repeat, found, limit)
    for kept in (found.first_contradictions, found.first_references):
        kept.sort()
        del kept[limit:]
    return found


def _until_refused(rows: Rows, found: Checked) -> Iterator[Item]:
    try:
        yield from rows
    except BadInput as problem:
        found.refused = problem.message


def _count(row: Row, found: Checked) -> None:
    found.rows += 1
    found.withdrawn += row.withdrawn
    if row.algorithm:
        found.algorithms[row.algorithm] += 1


def _note(repeat: Repeat, found: Checked, limit: int) -> None:
    if repeat.sort is Sort.SAME:
        found.same += 1
        return
    kept = found.first_contradictions if repeat.sort is Sort.CONTRADICTION else found.first_references
    if repeat.sort is Sort.CONTRADICTION:
        found.contradictions += 1
    else:
        found.references += 1
    # The pairs come in no order of lines; the first of them are wanted.
    kept.append((repeat.line, repeat.first_line))
    if len(kept) >= 2 * limit + 1000:
        kept.sort()
        del kept[limit:]
