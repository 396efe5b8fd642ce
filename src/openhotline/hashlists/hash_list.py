"""Our own list at one edition."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from openhotline.errors import BadInput
from openhotline.hashlists.entry import Entry


@dataclass(frozen=True)
class HashList:
    """``entries`` hold each value of an algorithm once, in force or withdrawn."""

    name: str
    edition: int
    published_at: datetime
    entries: tuple[Entry, ...]


class Uniqueness:
    """Refuses a value seen before: whoever reads two entries for one value cannot know which holds."""

    def __init__(self) -> None:
        self._seen: set[tuple[str, bytes]] = set()

    def check(self, entry: Entry) -> None:
        """Note an entry, or refuse it."""
        key = (entry.algorithm, bytes.fromhex(entry.value))
        if key in self._seen:
            raise BadInput("The same value stands further up. Keep the entry that holds.")
        self._seen.add(key)


@contextmanager
def on_line(number: int) -> Iterator[None]:
    """Name the line in what is raised inside."""
    try:
        yield
    except BadInput as problem:
        raise bad_line(number, problem.message) from None


def bad_line(number: int, words: str) -> BadInput:
    """Return the error for one line, counted from 1."""
    return BadInput(f"Line {number} of the list: {words}")


def checked(
    entries: Iterable[Entry], *, after_each: Callable[[Entry], None] = lambda _: None
) -> Iterator[Entry]:
    """Pass entries on, refusing a value that comes twice."""
    unique = Uniqueness()
    for entry in entries:
        unique.check(entry)
        after_each(entry)
        yield entry
