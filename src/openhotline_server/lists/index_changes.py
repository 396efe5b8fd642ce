"""What an index has to take in: the PDQ entries that came or went, as arrays. 40 bytes an entry are held at once."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any

import numpy as np
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Concat
from numpy.typing import NDArray

from openhotline_server.lists.models import Edition, Entry, HashList

PDQ = "pdq"
AT_ONCE = 50_000
EDITIONS_AT_ONCE = 500
"""Whoever is further behind is quicker from the beginning."""


@dataclass(frozen=True)
class Changes:
    """Entries to add and to remove, read from the database when they are asked for."""

    coming: QuerySet[Entry]
    going: QuerySet[Entry]

    @cached_property
    def _added(self) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
        return keys_and_hashes(self.coming)

    @property
    def add_keys(self) -> NDArray[np.int64]:
        return self._added[0]

    @property
    def add_hashes(self) -> NDArray[np.uint8]:
        return self._added[1]

    @cached_property
    def remove_keys(self) -> NDArray[np.int64]:
        keys: Any = self.going.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=AT_ONCE)
        with closing(keys):
            return np.fromiter(keys, np.int64)

    def __bool__(self) -> bool:
        return bool(len(self.add_keys) or len(self.remove_keys))


def everything_in(hash_list: HashList, edition: Edition) -> Changes:
    """Every PDQ entry of an edition, as changes to an empty index."""
    entries = Entry.objects.filter(hash_list=hash_list, algorithm=PDQ)
    return Changes(
        coming=entries.filter(_beyond(edition), added_in__number__lte=edition.number),
        going=Entry.objects.none(),
    )


def changes_between(hash_list: HashList, done: int, newest: Edition) -> Changes:
    """What came and went after edition number ``done``, up to ``newest``. What did both only goes."""
    editions = Edition.objects.filter(hash_list=hash_list, number__gt=done, number__lte=newest.number)
    keys = list(editions.values_list("pk", flat=True))
    # Not the algorithm itself: an index on it would lead the database through every hash of every list.
    entries = Entry.objects.annotate(named=Concat("algorithm", Value(""))).filter(named=PDQ)
    return Changes(
        coming=entries.filter(_beyond(newest), added_in__in=keys),
        going=entries.filter(withdrawn_in__in=keys),
    )


def keys_and_hashes(entries: QuerySet[Entry]) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """The keys, ascending, and the hashes uint8[n, 32] of PDQ entries."""
    room = entries.count()
    keys, hashes = np.empty(room, np.int64), np.empty((room, 32), np.uint8)
    rows: Any = entries.order_by("pk").values_list("pk", "value").iterator(chunk_size=AT_ONCE)
    done = 0
    with closing(rows):
        while part := list(islice(rows, min(AT_ONCE, room - done))):
            keys[done : done + len(part)] = [key for key, _ in part]
            hashes[done : done + len(part)] = packed(value for _, value in part)
            done += len(part)
    return keys[:done], hashes[:done]


def packed(values: Iterable[str]) -> NDArray[np.uint8]:
    """uint8[n, 32] of hexadecimal PDQ values."""
    return np.frombuffer(bytes.fromhex("".join(values)), np.uint8).reshape(-1, 32)


def _beyond(edition: Edition) -> Q:
    """Entries that were not withdrawn up to an edition."""
    return Q(withdrawn_in=None) | Q(withdrawn_in__number__gt=edition.number)
