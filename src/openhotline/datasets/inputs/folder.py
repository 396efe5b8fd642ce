"""A shard of a folder: some hundred files, one after the other."""

from __future__ import annotations

from collections.abc import Iterator

from openhotline.datasets import reading as files
from openhotline.datasets.inputs.keys import key_of
from openhotline.datasets.inputs.labels import is_label
from openhotline.datasets.inputs.opening import Opened, opened
from openhotline.datasets.inputs.shard import Item, Reading, Shard
from openhotline.hashing import digests_of_stream


def read_folder(shard: Shard, reading: Reading) -> Iterator[Item]:
    """Yield every file of the shard. One that vanished, changes or may not be read is told, and the rest goes on."""
    for member in shard.members:
        yield _item(key_of(member), f"{shard.place.rstrip('/')}/{member}", reading)


def _item(key: str, path: str, reading: Reading) -> Item:
    try:
        with opened(path, reading, buffering=0) as source:  # each is read at one go
            if source.size > files.LARGEST_PICTURE:
                found = digests_of_stream(source.file)
                item, size = Item(key, digests=found), found.size
            else:
                untrusted_bytes = _whole(source)
                label = is_label(key, untrusted_bytes)
                item, size = Item(key, untrusted_bytes, is_label=label), len(untrusted_bytes)
            if size != source.size or source.changed():
                return Item(key, problem="changed")
            return item
    except OSError:
        return Item(key, problem="unreadable_member")


def _whole(source: Opened) -> bytes:
    """Read one byte more than there should be, so that a file that grows is noticed; a read may end early."""
    untrusted_bytes = source.file.read(source.size + 1)
    while len(untrusted_bytes) < source.size and (
        more := source.file.read(source.size - len(untrusted_bytes))
    ):
        untrusted_bytes += more
    return untrusted_bytes
