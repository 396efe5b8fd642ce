"""Opening a shard's file, here or in an object store, to read it from the front or by pieces."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from openhotline.datasets.inputs.shard import Reading

BUFFER = 2**20


@dataclass(frozen=True, slots=True)
class Opened:
    """``file`` reads and seeks; ``size`` is that of the file when it was opened, in bytes."""

    file: BinaryIO
    size: int
    written_at: int | None = None

    def changed(self) -> bool:
        """Tell whether somebody wrote to the file since. An object of a store is replaced, never written to."""
        if self.written_at is None:
            return False
        now = os.fstat(self.file.fileno())
        return (now.st_size, now.st_mtime_ns) != (self.size, self.written_at)


@contextmanager
def opened(place: str, reading: Reading, *, buffering: int = BUFFER) -> Iterator[Opened]:
    """Open a path or an address. Raises OSError where that is not possible. A path may be opened without a buffer."""
    if is_store(place):
        from openhotline.datasets.inputs.store import open_object

        with open_object(place, reading.store) as (file, size):
            yield Opened(file, size)
        return
    with open(place, "rb", buffering=buffering, opener=_open) as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise OSError(0, "it is no ordinary file")
        yield Opened(file, found.st_size, found.st_mtime_ns)


def is_store(place: str) -> bool:
    """Tell an object store's address from a path."""
    return place.startswith("s3://")


def _open(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)  # a pipe put in a file's place must not hold everything up
