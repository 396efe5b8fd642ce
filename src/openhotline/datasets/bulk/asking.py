"""A batch compared with lists: one search a list, and where a fast hash lies near an entry the strict one decides.

The proof that nothing near is missed and nothing far is told, in steps:

1. Exact values are looked up as they are (:mod:`exact`).
2. A strict hash, or one that the data set states, is searched at the rule's distance. A fast one is searched further, by
   the bits that it may be off the strict one (:data:`MARGINS`), and from a quality on that is lower by what it may be
   too low.
3. Entries whose own quality says too little do not count.
4. A member whose fast hash found anything is hashed strictly, and a search with that hash, at the rule's distance and
   quality, decides. Where it could not be hashed strictly, what was found is told, and that nobody confirmed it: only
   then may a distance be above the threshold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from openhotline.datasets.bulk.exact import exact_hits
from openhotline.datasets.bulk.record import NO_QUALITY, Hit, Looked, Mode
from openhotline.datasets.bulk.telling import hit_of
from openhotline.errors import WrongUsage
from openhotline.hashing import SELF_CHECK_LIMIT
from openhotline.known.answers import MARGIN, PDQ, QUALITY_MARGIN, Rule
from openhotline.known.lists import Known
from openhotline.known.taking import NO_QUALITY as NOT_STATED

Strict: TypeAlias = Callable[[bytes], tuple[bytes | None, int, str]]
Hashes: TypeAlias = npt.NDArray[np.uint8]
Integers: TypeAlias = npt.NDArray[np.int64]
Qualities: TypeAlias = npt.NDArray[np.int16]
Pair: TypeAlias = tuple[int, int, int]

BITS = 256

MARGINS = ((2, 6), (4, 8), (8, 12), (SELF_CHECK_LIMIT, MARGIN))
"""Bits that a fast hash is searched further with, by how many of its frequencies lie near their median.

Only those can change sides. A fast hash was never off the strict one by more than 2 bits more than it has of them, nor
by more than 10 in all, in 3,586 drawn pictures, from 0.1 to 2 megapixels, most of them cropped or damaged by blur, low
contrast or low JPEG quality (``benchmarks.pdq_margins``). Here are at least 4 more. Each bit less is searched for in
less time: at 47 bits a million entries take seven times as long as at 31.
"""

MOST_TOLD = 100
"""Entries of one list told for one member, the nearest first: a list may hold thousands of copies of one picture."""


@dataclass(frozen=True, slots=True)
class Asked:
    """PDQ hashes to search for: whose they are, int64[n]; uint8[n, 32]; and their qualities, -1 where none is stated."""

    places: Integers
    hashes: Hashes
    qualities: Qualities

    def __getitem__(self, chosen: npt.NDArray[np.bool_] | Integers) -> Asked:
        return Asked(self.places[chosen], self.hashes[chosen], self.qualities[chosen])


class Asker:
    """Asks lists about batches, by one rule; hashes are compared as the pictures stand, not turned."""

    def __init__(self, lists: Sequence[Known], rule: Rule) -> None:
        if rule.turned:
            raise WrongUsage("Audits compare pictures as they stand. Leave turned ones out of the rule.")
        self._lists, self._rule = tuple(lists), rule
        self._searched = [known for known in self._lists if known.kinds.get(PDQ)]
        self._least = max(rule.min_quality, 1)  # quality 0 stands for a picture without a hash

    def hits(self, looked: Looked, strict: Strict) -> list[Hit]:
        """Return what of a batch is on the lists, in the order of the members. ``strict`` is :meth:`Looker.strict`."""
        found = [hit for known in self._lists for hit in exact_hits(known, looked)]
        if self._searched:
            found += self._near(looked, strict)
        return sorted(found, key=lambda hit: hit.position)

    def _near(self, looked: Looked, strict: Strict) -> Iterator[Hit]:
        """Steps 2 to 4."""
        sure, stated, fast = self._hashes_of(looked)
        doubtful = [(known, self._search_further(known, looked, fast)) for known in self._searched]
        near = sorted({int(fast.places[row]) for _, found in doubtful for row, _, _ in found})
        made = {place: strict(looked.untrusted[place] or b"") for place in near}
        confirmed = _asked(
            [(place, pdq, quality) for place, (pdq, quality, _) in made.items() if pdq is not None]
        )
        confirmed = confirmed[confirmed.qualities >= self._least]
        for known, found in doubtful:
            for asked in (sure, confirmed):
                yield from self._told(known, looked, asked, self._search(known, asked, self._rule.distance))
            unsure = [pair for pair in found if made[int(fast.places[pair[0]])][0] is None]
            yield from self._told(known, looked, fast, unsure, confirmed=False)
            alone = self._search(known, stated, self._rule.distance)
            yield from self._told(known, looked, stated, alone, confirmed=False)

    def _hashes_of(self, looked: Looked) -> tuple[Asked, Asked, Asked]:
        """Return the hashes that say enough: strict ones, stated ones, fast ones."""
        looks = looked.looks
        everything = Asked(np.arange(len(looks)), looks["pdq"], looks["quality"])
        good, mode = looks["quality"] >= self._least, looks["mode"]
        enough = looks["quality"] >= max(self._least - QUALITY_MARGIN, 1)
        beside = [
            (place, values[PDQ], NO_QUALITY) for place, values in looked.stated.items() if PDQ in values
        ]
        stated = everything[(mode == Mode.STATED) & (good | (looks["quality"] == NO_QUALITY))]
        if beside:
            stated = _joined(stated, _asked(beside))
        return everything[(mode == Mode.STRICT) & good], stated, everything[(mode == Mode.FAST) & enough]

    def _search_further(self, known: Known, looked: Looked, fast: Asked) -> list[Pair]:
        """Search for fast hashes, each with the margin that it needs."""
        found: list[Pair] = []
        doubts, beyond = looked.looks["near_median"][fast.places], -1
        for most, margin in MARGINS:
            rows = np.flatnonzero((doubts > beyond) & (doubts <= most))
            near = self._search(known, fast[rows], self._rule.distance + margin)
            found += [(int(rows[row]), key, distance) for row, key, distance in near]
            beyond = most
        return found

    def _search(self, known: Known, asked: Asked, reach: int) -> list[Pair]:
        """Return rows of ``asked``, entries' keys and distances: the nearest, of entries that say enough."""
        if not len(asked.places):
            return []
        found = known.index.search(np.ascontiguousarray(asked.hashes), min(reach, BITS))
        qualities = known.qualities(found.key) if len(found.key) else np.empty(0, np.uint8)
        good = (qualities == NOT_STATED) | (qualities >= self._rule.min_quality)
        good = np.flatnonzero(good)  # by query, the nearest first
        good = good[_ranks(found.query[good]) < MOST_TOLD]
        columns = (found.query[good], found.key[good], found.distance[good])
        return list(zip(*(column.tolist() for column in columns), strict=True))

    def _told(
        self, known: Known, looked: Looked, asked: Asked, found: Sequence[Pair], *, confirmed: bool = True
    ) -> Iterator[Hit]:
        for row, key, distance in found:
            yield hit_of(
                *(known, looked, int(asked.places[row]), key),
                by=PDQ,
                confirmed=confirmed,
                distance=distance,
                threshold=self._rule.distance,
                pdq=asked.hashes[row].tobytes(),
                quality=int(asked.qualities[row]),
            )


def _ranks(ordered: Integers) -> Integers:
    """Count the equal numbers from 0 on, of numbers in ascending order."""
    return np.arange(len(ordered)) - np.searchsorted(ordered, ordered, "left")


def _asked(found: Sequence[tuple[int, bytes, int]]) -> Asked:
    places = np.array([place for place, _, _ in found], np.int64)
    hashes = np.frombuffer(b"".join(pdq for _, pdq, _ in found), np.uint8).reshape(-1, 32)
    return Asked(places, hashes, np.array([quality for _, _, quality in found], np.int16))


def _joined(first: Asked, second: Asked) -> Asked:
    return Asked(
        np.concatenate((first.places, second.places)),
        np.concatenate((first.hashes, second.hashes)),
        np.concatenate((first.qualities, second.qualities)),
    )
