"""Keys of members: text that every table can hold, and told where two members have the same."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from openhotline.datasets.inputs.shard import Item

MOST_REMEMBERED = 2**20
"""Keys of a shard among which a second one is noticed; about 100 MB at the most. Shards are cut far below it."""


def key_of(name: str | bytes) -> str:
    r"""Return a name as text. Bytes that are no UTF-8 are spelled ``\xff``, as are those of a path (PEP 383)."""
    if isinstance(name, str) and name.isascii():
        return name
    return (os.fsencode(name) if isinstance(name, str) else name).decode("utf-8", "backslashreplace")


def with_duplicates_told(items: Iterable[Item]) -> Iterator[Item]:
    """Pass everything on; after a member whose key came before comes a ``duplicate_key`` of that key."""
    seen: set[int] = set()
    for item in items:
        yield item
        if item.problem:
            continue
        # 64 bits, keyed anew in every process: nobody can make two keys fall together
        mark = hash(item.key)
        if mark in seen:
            yield Item(item.key, problem="duplicate_key")
        elif len(seen) < MOST_REMEMBERED:
            seen.add(mark)
