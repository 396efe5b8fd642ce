"""Which counts to withhold so that no small one can be derived from sums: a search in a small network.

A table whose parts add up is a network: every count is an arc that carries it, and at every node what flows
in flows out. Counts that are published cannot change; withheld ones can, as long as the sums hold. A small
count is protected when it can be moved to every value that its mark stands for:

1. Raise it by one. The surplus must return from its head to its tail, by raising withheld counts along the
   way (forwards) or lowering them (backwards).
2. Take the way on which the least is newly withheld; withhold what it needs.
3. Repeat until the largest value is reached; then the same downwards, until 1.

Pushing one unit at a time along such ways finds the whole range (augmenting paths; Ford and Fulkerson,
1956), so "protected" is exact and no estimate. Cost: tens of arcs, well under a millisecond.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)

_NEW = 1_000_000_000  # withholding one more count costs more than any difference between counts


@dataclass(frozen=True)
class Arc(Generic[Key]):
    """One count. ``may_go``: whether it may be withheld although it is not small."""

    key: Key
    tail: str
    head: str
    value: int
    may_go: bool = True


def hide(arcs: Sequence[Arc[Key]], threshold: int) -> set[Key]:
    """Return the keys of the counts to withhold: the small ones and as many others as protect them.

    Where nothing can protect them, because the whole is too small, all counts but the zeros are returned.
    """
    search = _Search(arcs, threshold)
    for arc in arcs:
        if 0 < arc.value < threshold and not search.protect(arc):
            return {arc.key for arc in arcs if arc.value and (arc.may_go or arc.value < threshold)}
    return {arc.key for arc in search.hidden}


class _Search(Generic[Key]):
    def __init__(self, arcs: Sequence[Arc[Key]], threshold: int) -> None:
        self.threshold = threshold
        self.hidden = {arc for arc in arcs if 0 < arc.value < threshold}
        self.arcs = [arc for arc in arcs if arc in self.hidden or (arc.may_go and arc.value)]

    def protect(self, arc: Arc[Key]) -> bool:
        """Withhold what lets ``arc`` range freely from 1 to threshold - 1; False where nothing serves."""
        up, down = self.threshold - 1 - arc.value, arc.value - 1
        return self._move(arc, arc.head, arc.tail, up) and self._move(arc, arc.tail, arc.head, down)

    def _move(self, arc: Arc[Key], start: str, end: str, units: int) -> bool:
        values = {other: other.value for other in self.arcs if other is not arc}
        for _ in range(units):
            way = self._cheapest_way(values, start, end)
            if way is None:
                return False
            for other, step in way:
                values[other] += step
                self.hidden.add(other)
        return True

    def _cheapest_way(
        self, values: dict[Arc[Key], int], start: str, end: str
    ) -> list[tuple[Arc[Key], int]] | None:
        """Bellman and Ford's search: relax every arc in both directions until nothing gets cheaper."""
        best: dict[str, tuple[int, list[tuple[Arc[Key], int]]]] = {start: (0, [])}
        changed = True
        while changed:
            changed = False
            for arc, value in values.items():
                for origin, target, step in ((arc.tail, arc.head, 1), (arc.head, arc.tail, -1)):
                    if origin not in best or not self._can_step(arc, value, step):
                        continue
                    cost = best[origin][0] + (0 if arc in self.hidden else _NEW + arc.value)
                    if target not in best or cost < best[target][0]:
                        best[target] = (cost, [*best[origin][1], (arc, step)])
                        changed = True
        return best[end][1] if end in best else None

    def _can_step(self, arc: Arc[Key], value: int, step: int) -> bool:
        """A small count stays small in the reader's eyes, a larger one at or above the threshold."""
        if arc.value < self.threshold:
            return 1 <= value + step < self.threshold
        return value + step >= self.threshold
