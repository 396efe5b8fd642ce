"""One file that is read here and there, never held and never mapped: somebody may cut it off at any moment."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from openhotline.datasets.models.problems import refused

CHUNK = 4 << 20
"""Bytes that are read at once."""

Told = Callable[[int], None]
"""Is told how many more bytes were read."""


class Source:
    """An ordinary file that is open for reading. ``size`` is what it was when it was opened."""

    def __init__(self, descriptor: int, advance: Told) -> None:
        self._descriptor, self._advance = descriptor, advance
        self._before = os.fstat(descriptor)
        if not stat.S_ISREG(self._before.st_mode):
            raise refused("unreadable")
        self.size = self._before.st_size

    def read(self, offset: int, length: int) -> bytes:
        """Read exactly so many bytes; raises BadInput where the file has become shorter, or the disk refuses."""
        pieces, end = list[bytes](), offset + length
        while offset < end:
            try:
                piece = os.pread(self._descriptor, end - offset, offset)
            except OSError:
                raise refused("unreadable") from None
            if not piece:
                raise refused("changed")
            pieces.append(piece)
            offset += len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def head(self, length: int) -> bytes:
        """Read the first bytes, or all of a smaller file."""
        return self.read(0, min(length, self.size))

    def chunks(self, offset: int, length: int) -> Iterator[bytes]:
        """Read a part of the file, ``CHUNK`` bytes at a time."""
        for at in range(offset, offset + length, CHUNK):
            yield self.read(at, min(CHUNK, offset + length - at))

    def sha256(self) -> str:
        """Read the whole file and return its digest."""
        found = hashlib.sha256()
        for chunk in self.chunks(0, self.size):
            found.update(chunk)
            self._advance(len(chunk))
        return found.hexdigest()

    def check_unchanged(self) -> None:
        """Raise BadInput where somebody wrote to the file since it was opened."""
        after = os.fstat(self._descriptor)
        if (after.st_size, after.st_mtime_ns) != (self.size, self._before.st_mtime_ns):
            raise refused("changed")


@contextmanager
def opened(path: str, advance: Told = lambda _: None) -> Iterator[Source]:
    """Open a file; a pipe in its place holds nothing up. Raises BadInput."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        raise refused("unreadable") from None
    try:
        yield Source(descriptor, advance)
    finally:
        os.close(descriptor)
