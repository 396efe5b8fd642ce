"""What changed between two editions of our own list, in one pass over both and without holding either."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from openhotline.errors import BadInput
from openhotline.hashlists.entry import Entry


class ChangeKind(StrEnum):
    """What happened to a value."""

    ADDED = "added"
    WITHDRAWN = "withdrawn"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Change:
    """``before`` and ``after`` are the entry in force, or None. A tombstone is in force nowhere."""

    kind: ChangeKind
    before: Entry | None
    after: Entry | None


def diff(old: Iterable[Entry], new: Iterable[Entry]) -> Iterator[Change]:
    """Yield what changed, ordered by algorithm and value; both sides must come in that order, each value once.

    An entry that only came into force in another edition is not changed: it went and came back as it was.
    """
    for before, after in _pairs(_in_order(old, "old"), _in_order(new, "new")):
        if before and after:
            if replace(before, edition=after.edition) != after:
                yield Change(ChangeKind.CHANGED, before, after)
        elif after:
            yield Change(ChangeKind.ADDED, None, after)
        elif before:
            yield Change(ChangeKind.WITHDRAWN, before, None)


def _pairs(old: Iterator[Entry], new: Iterator[Entry]) -> Iterator[tuple[Entry | None, Entry | None]]:
    """Walk both sides together; of each pair, those not in force count as missing."""
    before, after = next(old, None), next(new, None)
    while before or after:
        first = min(_key(entry) for entry in (before, after) if entry)
        left = before if before and _key(before) == first else None
        right = after if after and _key(after) == first else None
        yield _in_force(left), _in_force(right)
        before = next(old, None) if left else before
        after = next(new, None) if right else after


def _in_order(entries: Iterable[Entry], which: str) -> Iterator[Entry]:
    last = ("", "")
    for entry in entries:
        if _key(entry) <= last:
            raise BadInput(
                f"The {which} list is not in order, or holds a value twice. Sort it by algorithm and value."
            )
        last = _key(entry)
        yield entry


def _key(entry: Entry) -> tuple[str, str]:
    return entry.algorithm, entry.value


def _in_force(entry: Entry | None) -> Entry | None:
    return entry if entry and entry.is_listed else None
