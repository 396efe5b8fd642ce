"""Members that are an entry exactly: by the digests of their bytes, by what the data set states, by their address."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from openhotline.datasets.bulk.addresses import names_of
from openhotline.datasets.bulk.record import Hit, Looked, State
from openhotline.datasets.bulk.telling import hit_of
from openhotline.known.lists import Known
from openhotline.known.taking import ADDRESSES, address_digest

DIGESTS = ("md5", "sha1", "sha256")

_COMPARED = np.isin(np.arange(256), (State.HASHED, State.UNREADABLE, State.OTHER, State.STATED))


def exact_hits(known: Known, looked: Looked) -> Iterator[Hit]:
    """Yield what one list holds of a batch exactly. What the data set only states is told as not confirmed."""
    kinds = known.kinds
    for by in DIGESTS:
        if kinds.get(by):
            yield from _by_digests(known, looked, by)
            stated = ((place, values[by]) for place, values in looked.stated.items() if by in values)
            yield from _each(known, looked, by, stated, confirmed=False)
    if looked.urls and any(kinds.get(kind) for kind in ADDRESSES):
        named = [(place, names_of(normal)) for place, normal in looked.urls.items()]
        for number, by in enumerate(ADDRESSES):
            digests = ((place, address_digest(name)) for place, names in named for name in names[number])
            yield from _each(known, looked, by, digests, confirmed=True)


def _by_digests(known: Known, looked: Looked, by: str) -> Iterator[Hit]:
    states, values = looked.looks["state"], looked.looks[by]
    rows = np.flatnonzero(_COMPARED[states] & values.any(axis=1))  # what nobody stated is zeros
    places, keys = known.exact_many(by, values[rows])
    for place, key in zip(rows[places].tolist(), keys.tolist(), strict=True):
        yield hit_of(known, looked, place, key, by=by, confirmed=bool(states[place] != State.STATED))


def _each(
    known: Known, looked: Looked, by: str, asked: Iterable[tuple[int, bytes]], *, confirmed: bool
) -> Iterator[Hit]:
    pairs = list(asked)
    if pairs:
        values = np.frombuffer(b"".join(value for _, value in pairs), np.uint8).reshape(len(pairs), -1)
        found, keys = known.exact_many(by, values)
        for at, key in zip(found.tolist(), keys.tolist(), strict=True):
            yield hit_of(known, looked, pairs[at][0], key, by=by, confirmed=confirmed)
