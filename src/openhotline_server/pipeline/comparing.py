"""Items against lists: near ones by the index and confirmed strictly, exact ones by their digests.

Numbered as the code:

1. A hash from a scaled decode lies a few bits off, so the index is asked a little further than the list allows.
2. Of what lies near, strict hashes are made, and only those decide.
3. A list that wants turned pictures is asked about their seven other hashes too, which are strict ones.
4. What was found on lists of known false positives is asked about only where something was found at all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from openhotline import matching
from openhotline_server.evidence.models import Item
from openhotline_server.findings.digests import ALGORITHMS
from openhotline_server.findings.operations import NewMatch
from openhotline_server.findings.prints import Print, prints_of
from openhotline_server.findings.strict import strict_hashes
from openhotline_server.findings.turned import turned_hashes
from openhotline_server.lists import asking
from openhotline_server.lists.asking import ORIGINAL, Match, Near
from openhotline_server.lists.index_changes import packed
from openhotline_server.lists.models import Edition, HashList

MARGIN = (
    8  # bits that a fast hash with its self-check was seen off the strict one, at most (benchmarks/pdq.py)
)
PATIENCE = 900.0
"""Seconds that background work waits for an index: the first one of a list of 10 million takes a minute or more."""

AskNear = Callable[[NDArray[np.uint8], int], list[Near]]
Asked = tuple[HashList, Edition]


@dataclass(frozen=True)
class Part:
    """Some items with their best hashes."""

    items: dict[int, Item]
    prints: dict[int, Print]

    @classmethod
    def of(cls, keys: Sequence[int]) -> Part:
        """Load some items; about 5,000 at once."""
        return cls(dict(Item.objects.in_bulk(list(keys))), prints_of(keys))

    def good_enough(self, hash_list: HashList) -> list[Print]:
        """Hashes of at least a list's quality."""
        return [one for one in self.prints.values() if one.quality >= hash_list.min_quality]

    def digests(self) -> dict[tuple[str, str], list[int]]:
        """Items by each (algorithm, value) that an entry for one of their digests could have."""
        found: dict[tuple[str, str], list[int]] = defaultdict(list)
        for key, item in self.items.items():
            for column, algorithms in ALGORITHMS.items():
                for algorithm in algorithms if getattr(item, column) else ():
                    found[algorithm, getattr(item, column)].append(key)
        return found


@dataclass
class Found:
    """Matches by item, and the hash that was compared for each variant of an item."""

    matches: dict[int, list[Match]] = field(default_factory=lambda: defaultdict(list))
    compared: dict[tuple[int, str], str] = field(default_factory=dict)

    def add(self, item: int, match: Match, compared: str = "") -> None:
        """Keep a match; of two with one entry the nearer."""
        mine = self.matches[item]
        for place, other in enumerate(mine):
            if other.entry.pk == match.entry.pk:
                if match.distance < other.distance:
                    mine[place] = match
                break
        else:
            mine.append(match)
        if compared:
            self.compared[item, match.variant] = compared

    def on(self, hash_list: HashList) -> set[int]:
        """The items found on a list."""
        return {item for item, found in self.matches.items() if any(m.list.pk == hash_list.pk for m in found)}

    def as_rows(self) -> list[NewMatch]:
        """What is kept: matches with known material, with what suppresses them."""
        settled = {item: asking.settle(found) for item, found in self.matches.items()}
        sourced = asking.with_sources([match for found in settled.values() for match in found])
        waiting = iter(sourced)
        return [self._row(item, next(waiting)) for item, found in settled.items() for _ in range(len(found))]

    def _row(self, item: int, match: Match) -> NewMatch:
        return NewMatch(
            item,
            match.entry.pk,
            match.edition.pk,
            distance=match.distance,
            threshold=match.threshold,
            quality=match.quality,
            variant=match.variant,
            compared="" if match.is_exact else self.compared.get((item, match.variant), ""),
            sources=match.sources,
            suppressed_by_id=match.suppressed_by.pk if match.suppressed_by else None,
        )


def find(part: Part, asked: Sequence[Asked], *, at: datetime) -> Found:
    """Ask these lists, all in force, about a part's items."""
    found = Found()
    by_list = {hash_list.pk: (hash_list, edition) for hash_list, edition in asked}
    digests = part.digests()
    for key, entries in asking.exact(digests, at=at).items():
        for entry in entries:
            for item in digests[key] if entry.hash_list_id in by_list else ():
                found.add(item, Match(*by_list[entry.hash_list_id], entry))
    for hash_list, edition in asked:
        if hash_list.purpose == HashList.Purpose.MATCHES:
            add_near(found, part, (hash_list, edition), by_index(hash_list, at=at))
    add_false_positives(found, part, asked, at=at)
    return found


def by_index(hash_list: HashList, *, at: datetime) -> AskNear:
    """Ask a list's index."""
    return lambda hashes, distance: asking.near(hash_list, hashes, distance, at=at, patience=PATIENCE)


def add_near(found: Found, part: Part, one: Asked, ask: AskNear) -> None:
    """Add what lies near an entry of a list, by ``ask``."""
    hash_list, edition = one
    good = part.good_enough(hash_list)
    if not good:
        return
    asked = ask(packed(p.value for p in good), hash_list.max_distance + MARGIN)  # 1
    near = [(good[one.query], one) for one in asked]
    for print_, one_near in _confirmed(part, near, hash_list):  # 2
        match = Match(
            hash_list, edition, one_near.entry, one_near.distance, hash_list.max_distance, print_.quality
        )
        found.add(print_.item_id, match, print_.value)
    if hash_list.turned:
        _add_turned(found, part, one, ask, good)  # 3


def add_false_positives(found: Found, part: Part, asked: Sequence[Asked], *, at: datetime) -> None:
    """Add what lists of known false positives say of pictures that were found near something."""
    near = sorted(item for item, matches in found.matches.items() if not all(m.is_exact for m in matches))
    strict = {item: found.compared[item, ORIGINAL] for item in near if (item, ORIGINAL) in found.compared}
    for hash_list, edition in asked:
        if hash_list.purpose != HashList.Purpose.SUPPRESSES or not strict:
            continue
        items = list(strict)
        hashes = packed(strict[item] for item in items)
        for one in by_index(hash_list, at=at)(hashes, hash_list.max_distance):  # 4
            quality = part.prints[items[one.query]].quality
            found.add(
                items[one.query],
                Match(hash_list, edition, one.entry, one.distance, hash_list.max_distance, quality),
            )


def _confirmed(
    part: Part, near: Iterable[tuple[Print, Near]], hash_list: HashList
) -> Iterator[tuple[Print, Near]]:
    """Of pairs that are near by the hash at hand, those within the list's distance by the strict one."""
    pairs = list(near)
    unsure = {print_.item_id for print_, _ in pairs if not print_.is_strict}
    strict = strict_hashes(part.items[item] for item in unsure)
    for print_, one in pairs:
        sure = print_
        if not print_.is_strict:
            row = strict.get(print_.item_id)
            if row is None or row.quality < hash_list.min_quality:
                continue
            sure = Print(row.item_id, row.value, row.quality, row.mode)
        distance = matching.hamming(bytes.fromhex(sure.value), bytes.fromhex(one.entry.value))
        if distance <= hash_list.max_distance:
            yield sure, Near(one.query, one.entry, distance)


def _add_turned(found: Found, part: Part, one: Asked, ask: AskNear, good: Sequence[Print]) -> None:
    hash_list, edition = one
    variants = turned_hashes(part.items[p.item_id] for p in good)
    rows = [
        (p, variant, value) for p in good for variant, value in sorted(variants.get(p.item_id, {}).items())
    ]
    if not rows:
        return
    for near in ask(packed(value for _, _, value in rows), hash_list.max_distance):
        print_, variant, value = rows[near.query]
        match = Match(
            hash_list, edition, near.entry, near.distance, hash_list.max_distance, print_.quality, variant
        )
        found.add(print_.item_id, match, value)
