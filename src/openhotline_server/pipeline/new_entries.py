"""What came onto a list: which of it items held have the digest of, and a way to ask what lies near the rest."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

import numpy as np
from django.db.models import QuerySet
from numpy.typing import NDArray

from openhotline import matching
from openhotline_server.evidence.queries import in_parts
from openhotline_server.findings import digests
from openhotline_server.lists import asking
from openhotline_server.lists.asking import Near
from openhotline_server.lists.index_changes import PDQ, keys_and_hashes
from openhotline_server.lists.models import Edition, Entry, HashList
from openhotline_server.pipeline.comparing import AskNear, by_index

FEW = 50_000
"""New hashes that are compared one by one; where there are more, the list's index is asked."""


def found_by_digest(editions: list[Edition], *, at: datetime) -> dict[int, list[Entry]]:
    pairs = digests.held_on(editions, at=at)
    entries: dict[int, Entry] = {}
    for keys in in_parts(sorted({entry for _, entry in pairs})):
        entries |= {e.pk: e for e in Entry.objects.filter(pk__in=keys).select_related("hash_list")}
    found: dict[int, list[Entry]] = defaultdict(list)
    for item, entry in pairs:
        found[item].append(entries[entry])
    return found


def ask_new(hash_list: HashList, editions: list[Edition], *, at: datetime) -> AskNear | None:
    """A way to ask about the PDQ entries that came in some editions, and about no others."""
    new = _new_hashes(editions)
    count = new[: FEW + 1].count()
    if count == 0:
        return None
    keys, hashes = keys_and_hashes(new) if count <= FEW else (np.sort(_keys(new)), None)
    return _few(hash_list, keys, hashes, at) if hashes is not None else _many(hash_list, keys, at)


def _new_hashes(editions: list[Edition]) -> QuerySet[Entry]:
    return Entry.objects.filter(added_in__in=[e.pk for e in editions], withdrawn_in=None, algorithm=PDQ)


def _keys(entries: QuerySet[Entry]) -> NDArray[np.int64]:
    return np.fromiter(entries.order_by("pk").values_list("pk", flat=True), np.int64)


def _few(hash_list: HashList, keys: NDArray[np.int64], hashes: NDArray[np.uint8], at: datetime) -> AskNear:
    def ask(asked: NDArray[np.uint8], distance: int) -> list[Near]:
        pairs = matching.search(asked, hashes, distance)
        found = keys[pairs.index]
        entries = asking.usable_entries(hash_list, set(found.tolist()), at=at)
        rows = zip(pairs.query.tolist(), found.tolist(), pairs.distance.tolist(), strict=True)
        return [Near(query, entries[key], bits) for query, key, bits in rows if key in entries]

    return ask


def _many(hash_list: HashList, keys: NDArray[np.int64], at: datetime) -> AskNear:
    whole = by_index(hash_list, at=at)

    def ask(asked: NDArray[np.uint8], distance: int) -> list[Near]:
        near = whole(asked, distance)
        new = np.isin([one.entry.pk for one in near], keys).tolist()
        return [one for one, is_new in zip(near, new, strict=True) if is_new]

    return ask
