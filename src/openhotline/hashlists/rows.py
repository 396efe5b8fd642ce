"""Rows of anybody's list, and the place from which reading can go on.

Every form is read as batches. A batch begins where its reader could begin again, so that a position is that
beginning and how many rows of it were given: exact, small, and the same for every form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from openhotline.errors import BadInput
from openhotline.hashlists.entry import Grade

BATCH_ROWS = 2000
"""Rows of a document that are held at once; lines are batched by their bytes instead."""

NO_GRADES: Mapping[str, Grade] = MappingProxyType({})


class Row(NamedTuple):
    """One value of one entry. A tuple, because a list has millions and a frozen dataclass costs six times more.

    ``value`` has the normal form of its kind (:mod:`openhotline.hashlists.kinds`). ``line`` counts from 1.
    ``media`` is image, video, text, model or address. ``reference`` is the sender's own name for the entry.
    A withdrawn row without algorithm and value withdraws everything of its reference.
    """

    algorithm: str
    value: str
    line: int
    quality: int | None = None
    media: str = "image"
    reference: str = ""
    grades: Mapping[str, Grade] = NO_GRADES
    ai: str = ""
    tags: tuple[str, ...] = ()
    withdrawn: bool = False
    at: datetime | None = None


class BadRow(NamedTuple):
    """A row that cannot be taken. ``reason`` is a sentence that never holds the value itself."""

    line: int
    reason: str


Item = Row | BadRow


@dataclass(frozen=True, slots=True)
class Position:
    """Where reading goes on: from byte ``offset``, which begins ``line``, leaving out ``given`` rows.

    ``state`` is what the form's reader knew there. All of it is plain JSON.
    """

    offset: int = 0
    line: int = 1
    given: int = 0
    state: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def as_json(self) -> dict[str, Any]:
        """Return a plain object to store."""
        return {"offset": self.offset, "line": self.line, "given": self.given, "state": dict(self.state)}

    @classmethod
    def from_json(cls, stored: Any) -> Position:
        """Read what :meth:`as_json` returned."""
        try:
            numbers = [stored[name] for name in ("offset", "line", "given")]
            state = dict(stored["state"])
        except (KeyError, TypeError, ValueError):
            numbers, state = [], {}
        if not numbers or not all(type(number) is int and number >= 0 for number in numbers):
            raise BadInput("The stored position is damaged. Read the list again from its beginning.")
        offset, line, given = numbers
        return cls(offset, line, given, state)


class Mark(NamedTuple):
    """A place at which a reader can begin."""

    offset: int
    line: int
    state: Mapping[str, Any]


class Batch(NamedTuple):
    """Rows behind a mark, ``before`` of which came in earlier batches; ``done`` is how many bytes were read."""

    mark: Mark
    items: list[Item]
    before: int
    done: int


class Rows(Iterator[Item]):
    """The rows of a list, one after the other; ``position`` is behind the row that was given last.

    Raises BadInput at the end of what could be read when the list as a whole cannot be taken: cut off, or not
    of its form. A caller puts a list in force only after the last row.
    """

    def __init__(self, batches: Iterator[Batch], start: Position) -> None:
        self._mark = Mark(start.offset, start.line, start.state)
        self._given, self._done = start.given, start.offset
        self._items = self._walk(batches, start.given)

    def __iter__(self) -> Iterator[Item]:
        return self._items

    def __next__(self) -> Item:
        return next(self._items)

    @property
    def position(self) -> Position:
        """Return where to go on after the last row."""
        return Position(self._mark.offset, self._mark.line, self._given, self._mark.state)

    @property
    def bytes_done(self) -> int:
        """Return how many bytes were read, for a progress bar."""
        return self._done

    def _walk(self, batches: Iterator[Batch], leave_out: int) -> Iterator[Item]:
        for batch in batches:
            out = min(leave_out, len(batch.items))
            leave_out -= out
            self._mark, self._given, self._done = batch.mark, batch.before + out, batch.done
            items = batch.items[out:] if out else batch.items
            for self._given, item in enumerate(items, batch.before + out + 1):
                yield item


def gather(parts: Iterator[list[Item]], mark: Callable[[], Mark], done: Callable[[], int]) -> Iterator[Batch]:
    """Batch what a document's reader gives entry by entry; what came before an error is given before it."""
    begin, before, items = mark(), 0, list[Item]()
    problem: BadInput | None = None
    while True:
        try:
            part = next(parts, None)
        except BadInput as raised:
            part, problem = None, raised
        if part is None:
            break
        items += part
        if len(items) >= BATCH_ROWS:
            yield Batch(begin, items, before, done())
            following = mark()
            before = before + len(items) if following.offset == begin.offset else 0
            begin, items = following, []
    yield Batch(begin, items, before, done())
    if problem:
        raise problem
