"""The step that asks whether an item is known: every list in force, exact hashes and near ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

import numpy as np
from django.db import transaction
from numpy.typing import NDArray

from openhotline import matching
from openhotline_server.evidence import queries as evidence
from openhotline_server.findings import queries
from openhotline_server.findings.operations import NewMatch, record_matches
from openhotline_server.findings.strict import strict_hashes
from openhotline_server.intake.models import Report
from openhotline_server.lists import queries as lists
from openhotline_server.lists.models import Edition, Entry, HashList

AT_ONCE = 500
MARGIN = (
    8  # bits that a fast hash with its self-check was seen off the strict one, at most (benchmarks/pdq.py)
)
EXACT = ("sha256", "sha1", "md5")


@transaction.atomic
def match(*, report: Report, at: datetime) -> None:
    """Match a report's items against every list in force. A failure here is an error, never "no match"."""
    for hash_list in lists.list_lists():
        edition = lists.find_edition(hash_list)
        entries = list(lists.entries_in_force(hash_list)) if edition else []
        if edition and entries:
            found = _exact(report, entries, edition) + _near(report, entries, edition, hash_list)
            for first in range(0, len(found), AT_ONCE):
                record_matches(matches=found[first : first + AT_ONCE], at=at)


def _exact(report: Report, entries: list[Entry], edition: Edition) -> list[NewMatch]:
    by_value: dict[tuple[str, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        by_value[entry.algorithm, entry.value].append(entry)
    return [
        NewMatch(item.pk, entry.pk, edition.pk, distance=0, threshold=0, quality=None)
        for item in evidence.list_items(report).iterator()
        for algorithm in EXACT
        for entry in by_value.get((algorithm, getattr(item, algorithm) or ""), ())
    ]


def _near(report: Report, entries: list[Entry], edition: Edition, hash_list: HashList) -> list[NewMatch]:
    """PDQ within the list's distance, both sides of at least its quality; an entry without a quality is taken."""
    listed = [
        e
        for e in entries
        if e.algorithm == "pdq" and (e.quality is None or e.quality >= hash_list.min_quality)
    ]
    asked = [
        h
        for h in queries.list_hashed(evidence.list_items(report))
        if h.quality >= hash_list.min_quality and h.value
    ]
    if not listed or not asked:
        return []
    pairs = matching.search(
        _packed([h.value for h in asked]),
        _packed([e.value for e in listed]),
        hash_list.max_distance + MARGIN,
    )
    near = [
        (asked[q].item_id, listed[i]) for q, i in zip(pairs.query.tolist(), pairs.index.tolist(), strict=True)
    ]
    return list(_confirmed(report, near, edition, hash_list))


def _confirmed(
    report: Report, near: list[tuple[int, Entry]], edition: Edition, hash_list: HashList
) -> Iterator[NewMatch]:
    """Of pairs that are near by the hash at hand, those within the list's distance by the strict one."""
    candidates = {item for item, _ in near}
    items = [item for item in evidence.list_items(report).iterator() if item.pk in candidates]
    strict = strict_hashes(items)
    for item, entry in near:
        print_ = strict.get(item)
        if print_ is None or print_.quality < hash_list.min_quality:
            continue
        distance = matching.hamming(bytes.fromhex(print_.value), bytes.fromhex(entry.value))
        if distance <= hash_list.max_distance:
            yield NewMatch(
                item,
                entry.pk,
                edition.pk,
                distance=distance,
                threshold=hash_list.max_distance,
                quality=print_.quality,
            )


def _packed(values: list[str]) -> NDArray[np.uint8]:
    return np.frombuffer(b"".join(map(bytes.fromhex, values)), dtype=np.uint8).reshape(-1, 32)
