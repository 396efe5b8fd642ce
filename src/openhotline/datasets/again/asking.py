"""Lists asked about stored fingerprints: what is certain, what is probable, and what only the picture can decide.

A hash that was made of a scaled decode lies at most MARGIN bits from the strict one. So a hit is certain where it lies
MARGIN bits within the rule's distance; up to the distance it is a hit that is not confirmed; up to MARGIN bits beyond,
the member has to be looked at again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from openhotline.datasets.again.stored import Stored
from openhotline.datasets.bulk.record import Mode
from openhotline.known import Known, Rule
from openhotline.known.answers import MARGIN, ORIGINAL, PDQ, QUALITY_MARGIN, Entry

EXACT = ("md5", "sha1", "sha256")
NO_LISTED_QUALITY = 255

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Near:
    """A row that only its picture can decide: its nearest entry, at a distance by the stored hash."""

    row: int
    list: str
    edition: str
    distance: int


@dataclass(frozen=True)
class Answer:
    """``hits`` are rows of ``tables.HITS`` with the number of the row they are of; ``near`` one of each row and list."""

    hits: list[tuple[int, dict[str, Any]]]
    near: list[Near]


def ask_stored(stored: Stored, lists: Sequence[Known], rule: Rule) -> Answer:
    """Ask every list about every row; hits are in the rows' order."""
    answer = Answer([], [])
    for known in lists:
        answer.hits.extend(_exact(stored, known))
        _ask_near(stored, known, rule, answer)
    answer.hits.sort(key=lambda hit: hit[0])
    answer.near.sort(key=lambda near: near.row)
    return answer


def _exact(stored: Stored, known: Known) -> Iterator[tuple[int, dict[str, Any]]]:
    for algorithm in EXACT:
        column = stored.exact[algorithm]
        rows = np.flatnonzero(column.known)
        if not known.kinds.get(algorithm) or not len(rows):
            continue
        places, keys = known.exact_many(algorithm, column.values[rows])
        for row, key in zip(rows[places].tolist(), keys.tolist(), strict=True):
            yield row, _row(stored, row, known, known.entry(key), algorithm, 0, 0, confirmed=True)


def _ask_near(stored: Stored, known: Known, rule: Rule, answer: Answer) -> None:
    least = max(rule.min_quality, 1)
    fast = stored.mode == Mode.FAST
    # Nobody said what quality a stated hash has: it is asked, as `openhotline match` asks one.
    enough = (stored.quality < 0) | (stored.quality >= np.where(fast, max(least - QUALITY_MARGIN, 1), least))
    rows = np.flatnonzero(stored.pdq.known & enough)
    if not len(rows) or not known.kinds.get(PDQ):
        return
    furthest = rule.distance + (MARGIN if fast[rows].any() else 0)
    found = known.index.search(stored.pdq.values[rows], furthest)
    if not len(found.key):
        return
    listed = known.qualities(found.key)
    good = (listed == NO_LISTED_QUALITY) | (listed >= rule.min_quality)
    undecided: dict[int, int] = {}
    decided: set[int] = set()
    for row, key, distance in _triples(rows[found.query], found.key, found.distance, good):
        quality, quick = int(stored.quality[row]), bool(fast[row])
        if distance <= rule.distance and (quality < 0 or quality >= least):
            sure = not quick or (distance <= rule.distance - MARGIN and quality >= least + QUALITY_MARGIN)
            confirmed = sure and stored.mode[row] != Mode.STATED
            hit = _row(
                stored, row, known, known.entry(key), PDQ, distance, rule.distance, confirmed=confirmed
            )
            answer.hits.append((row, hit))
            decided.add(row)
        elif quick:
            undecided[row] = min(distance, undecided.get(row, distance))
    answer.near.extend(
        Near(row, known.name, known.edition, distance)
        for row, distance in undecided.items()
        if row not in decided
    )


def _triples(
    rows: Numbers, keys: Numbers, distances: Numbers, good: npt.NDArray[np.bool_]
) -> Iterator[tuple[int, int, int]]:
    yield from zip(rows[good].tolist(), keys[good].tolist(), distances[good].tolist(), strict=True)


def _row(
    stored: Stored,
    row: int,
    known: Known,
    entry: Entry,
    matched: str,
    distance: int,
    threshold: int,
    *,
    confirmed: bool,
) -> dict[str, Any]:
    exact = {
        name: column.values[row].tobytes().hex() if column.known[row] else None
        for name, column in stored.exact.items()
    }
    quality = int(stored.quality[row])
    return {
        **exact,
        "shard": stored.shards[row],
        "key": stored.keys[row],
        "size": stored.sizes[row],
        "pdq": stored.pdq.values[row].tobytes().hex() if stored.pdq.known[row] else None,
        "pdq_quality": None if quality < 0 else quality,
        "matched": matched,
        "distance": distance,
        "threshold": threshold,
        "variant": ORIGINAL,
        "confirmed": confirmed,
        "list": known.name,
        "edition": known.edition,
        "entry_line": entry.line,
        "entry_reference": entry.reference,
        "entry_quality": entry.quality,
        "ai": entry.ai,
        "tags": list(entry.tags),
        "grades": json.dumps(dict(entry.grades), sort_keys=True) if entry.grades else "",
    }
