"""Which members a data set had when it was audited, as one number that does not depend on who looked, or in what order.

A member gives the length of its key (8 bytes, the lowest first), its key in UTF-8, and 32 bytes: the SHA-256 of its
bytes. Where there are none to read, or only fetched ones, these stand for what the data set states
(:func:`stated_digest`); they are zero where nothing is known of a member. A shard's digest is the SHA-256 over its
members as they come; a data set's is that over its shards' names, each with its length in the same way, and digests, in
the names' order.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from openhotline.datasets.bulk.record import REMARKS, Looked, State
from openhotline.datasets.bulk.stating import read_stated
from openhotline.datasets.inputs.shard import Item

NOTHING = bytes(32)

_STATED = (State.STATED, State.ADDRESS)


class ShardDigest:
    """Grows member by member; ``hex`` is the shard's digest."""

    def __init__(self) -> None:
        self._found = hashlib.sha256()

    def add(self, key: str, value: bytes) -> None:
        """Take the next member, with its 32 bytes."""
        self._found.update(_with_length(key) + value)

    def add_item(self, item: Item) -> None:
        """Take what was read of a shard, as it came."""
        if item.problem not in REMARKS:
            self.add(item.key, _value_of(item))

    def add_looked(self, looked: Looked, members: Sequence[int]) -> None:
        """Take a batch that was looked at: the rows ``members`` of it."""
        values, states = looked.looks["sha256"], looked.looks["state"].tolist()
        rows = []
        for row in members:
            stated = states[row] in _STATED
            value = _of_row(looked, row) if stated else looked.stands_for.get(row) or values[row].tobytes()
            rows.append(_with_length(looked.keys[row]) + value)
        self._found.update(b"".join(rows))

    @property
    def hex(self) -> str:
        """The digest of all that was added, 64 digits."""
        return self._found.hexdigest()


def dataset_digest(shards: Iterable[tuple[str, str]]) -> str:
    """Return the digest of a data set from its shards' names and digests, in any order."""
    found = hashlib.sha256()
    for name, digest in sorted(shards):
        found.update(_with_length(name) + (bytes.fromhex(digest) if digest else NOTHING))
    return found.hexdigest()


def stated_digest(hashes: Mapping[str, bytes], url: str) -> bytes:
    """Return 32 bytes for what a data set states, zero where nothing of it could be taken: SHA-256 over
    ``algorithm=value`` lines, md5, pdq, sha1 and sha256 in hexadecimal, then ``url=`` and the address's normal form."""
    lines = [f"{name}={hashes[name].hex()}\n" for name in _VALUES if name in hashes]
    lines += [f"url={url}\n"] if url else []
    return hashlib.sha256("".join(lines).encode("utf-8", "backslashreplace")).digest() if lines else NOTHING


def stated_value(item: Item) -> bytes:
    """Return the :func:`stated_digest` of what is stated of a member."""
    stated = read_stated(item.stated)
    return stated_digest(stated.hashes, stated.url)


_VALUES = ("md5", "pdq", "sha1", "sha256")


def _value_of(item: Item) -> bytes:
    if item.problem:
        return NOTHING
    if item.untrusted_bytes is not None:
        return hashlib.sha256(item.untrusted_bytes).digest()
    if item.is_label:
        return NOTHING
    if item.digests is not None:
        return bytes.fromhex(item.digests.sha256)
    return stated_value(item)


def _of_row(looked: Looked, row: int) -> bytes:
    look = looked.looks[row]
    values = {name: look[name].tobytes() for name in _VALUES}
    return stated_digest(
        {name: value for name, value in values.items() if any(value)}, looked.urls.get(row, "")
    )


def _with_length(text: str) -> bytes:
    written = text.encode("utf-8", "backslashreplace")
    return len(written).to_bytes(8, "little") + written
