"""Reading a file's shards as the audit did: they must be what it looked at; and what was written, what is to stay."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

from openhotline.datasets.audit.digest import ShardDigest
from openhotline.datasets.bulk.record import REMARKS
from openhotline.datasets.cleaning.reasons import ENDS_EARLY, Reason, Reasons
from openhotline.datasets.cleaning.samples import goes, sample_of
from openhotline.datasets.cleaning.sources import Source
from openhotline.datasets.cleaning.tables import SAME_SAMPLE, UNREADABLE
from openhotline.datasets.inputs import forms
from openhotline.datasets.inputs.reading import read_shard
from openhotline.datasets.inputs.shard import Item, Reading, Shard
from openhotline.errors import Conflict, Damaged

CHANGED = (
    "A file of the data set is not what the audit looked at. Run the audit again, and clean by the new one; "
    "nothing of this file was written."
)
NOT_WRITTEN = "What was written is not what was to stay. Check the disk and the memory, and run it again."

_UNREAD = frozenset({"unreadable_member", "changed"})


@dataclass
class Look:
    """What reading a source once told. ``gone`` are the shards and reasons of members that go, a row each for
    :data:`tables.REMOVED`; ``whys`` counts each member once.

    ``damaged``: it ends early, and what follows is unknown. ``unread`` counts members that stay and could not be read.
    ``values`` are the SHA-256 of members that stay, by key, and ``digest`` is one of them all.
    """

    seen: int = 0
    kept: int = 0
    unread: int = 0
    damaged: bool = False
    gone: list[tuple[str, Reason]] = field(default_factory=list)
    whys: Counter[str] = field(default_factory=Counter)
    values: dict[str, bytes] = field(default_factory=dict)
    digest: str = ""

    def add(self, item: Item, why: list[Reason], shard: str) -> None:
        """Take the next member."""
        if why:
            self.gone += [(shard, one) for one in why]
            self.whys[why[0].why] += 1
        else:
            self.kept += 1
            self.unread += item.problem in _UNREAD
        self.seen += 1


class Going:
    """Says of a source's members whether they go. ``samples`` are those of which something goes, where others than its
    own members may belong to them."""

    def __init__(self, source: Source, reasons: Reasons, samples: Collection[str] = ()) -> None:
        self._form = source.form
        self._by_shard = {part.shard.name: _by_key(reasons.of(part.shard.name)) for part in source.parts}
        self._keys = frozenset(key for rows in self._by_shard.values() for key in rows)
        own = () if source.form in forms.TABLES else {sample_of(key, source.form) for key in self._keys}
        self._samples: Collection[str] = samples or own

    def __bool__(self) -> bool:
        return bool(self._keys or self._samples)

    def is_gone(self, key: str) -> bool:
        """Tell it by the key, for forms whose members have names."""
        return goes(key, self._form, self._keys, self._samples)

    def names(self, shard: str, key: str) -> bool:
        """Tell whether the audit names this key in this shard."""
        return key in self._by_shard[shard]

    def reasons(self, shard: str, item: Item, value: bytes) -> list[Reason]:
        """Return why an item goes; nothing where it stays. ``value`` is the SHA-256 of its bytes, if it has any.

        Two rows of a table may have the same key: then the bytes tell which of them it was.
        """
        found = self._by_shard[shard].get(item.key, [])
        if self._form in forms.TABLES:
            return [one for one in found if not _has_bytes(item) or one.sha256 in (None, value.hex())]
        return found or ([beside(item, value)] if self.is_gone(item.key) else [])


def beside(item: Item, value: bytes) -> Reason:
    """Return the reason of what goes with another member of its sample, or of its row."""
    return Reason(item.key, value.hex() if _has_bytes(item) else None, SAME_SAMPLE, None, None)


def confirm(source: Source, reading: Reading) -> Look:
    """Read all shards of a source of which nothing goes; raises Conflict where one is not as the audit found it."""
    found = Look()
    for part in source.parts:
        digest = ShardDigest()
        for item in read_shard(part.shard, reading):
            digest.add_item(item)
            if not _ends(item, part.shard, found) and item.problem not in REMARKS:
                found.add(item, [], part.shard.name)
        compare(digest, part.digest, part.shard)
    return found


def look(source: Source, reading: Reading, going: Going) -> Look:
    """Do the same for a source of which something goes, and say what. Not for tables: see ``rows``."""
    found, staying = Look(), Members(source.form)
    for part in source.parts:
        digest = ShardDigest()
        for item in read_shard(part.shard, reading):
            value = value_of(item)
            add(digest, item, value)
            if _ends(item, part.shard, found) or item.problem in REMARKS:
                continue
            why = going.reasons(part.shard.name, item, value)
            found.add(item, why, part.shard.name)
            if not why:
                staying.add(item, value)
                if source.form == forms.FOLDER and not item.problem:
                    found.values[item.key] = value
        compare(digest, part.digest, part.shard)
    found.digest = staying.hex
    return found


def check_written(source: Source, place: str, reading: Reading, expected: str) -> None:
    """Read what was written at ``place``; raises Damaged unless it holds exactly what stays of the source."""
    found = Members(source.form)
    for item in read_shard(Shard(source.parts[0].shard.name, source.form, place), reading):
        if item.problem not in REMARKS or item.problem in ENDS_EARLY:
            found.add(item, value_of(item))
    if found.hex != expected:
        raise Damaged(NOT_WRITTEN, details=source.target)


class Members:
    """A digest of members in their order: of names and bytes; of a table's rows, whose names may be their numbers, of
    bytes and what is stated."""

    def __init__(self, form: str) -> None:
        self._found = ShardDigest()
        self._named = form not in forms.TABLES

    def add(self, item: Item, value: bytes) -> None:
        """Take the next member, with its :func:`value_of`."""
        self._found.add((item.key if self._named else "") + item.problem, value)

    @property
    def hex(self) -> str:
        """The digest, in hexadecimal."""
        return self._found.hex


def _ends(item: Item, shard: Shard, found: Look) -> bool:
    """Tell whether this item says that nothing more could be read; its key is that of the last member before."""
    if shard.form == forms.FOLDER or item.problem not in ENDS_EARLY:
        return False
    found.damaged = True
    found.gone.append((shard.name, Reason(item.key, None, UNREADABLE, None, None)))
    return True


def compare(digest: ShardDigest, told: str, shard: Shard) -> None:
    """Raise Conflict unless a shard is what the audit found it to be."""
    if digest.hex != told:
        raise Conflict(CHANGED, details=shard.name)


def add(digest: ShardDigest, item: Item, value: bytes) -> None:
    """Let a shard's digest grow, without reading a member's bytes a second time where its :func:`value_of` will do."""
    if item.untrusted_bytes is not None and not item.problem:
        digest.add(item.key, value)
    else:
        digest.add_item(item)


def value_of(item: Item) -> bytes:
    """Return 32 bytes that stand for what a member holds; a label's bytes count as well."""
    if item.digests is not None:
        return bytes.fromhex(item.digests.sha256)
    if item.untrusted_bytes is not None:
        return hashlib.sha256(item.untrusted_bytes).digest()
    return hashlib.sha256(json.dumps(sorted(item.stated.items())).encode()).digest()


def _has_bytes(item: Item) -> bool:
    return item.untrusted_bytes is not None or item.digests is not None


def _by_key(rows: list[Reason]) -> dict[str, list[Reason]]:
    found: dict[str, list[Reason]] = {}
    for row in rows:
        found.setdefault(row.key, []).append(row)
    return found
