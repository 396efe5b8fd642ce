"""MD5, SHA-1 and SHA-256 in one pass.

The first two are here because lists are exchanged in them, not for safety.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Protocol

CHUNK = 1 << 20
ALGORITHMS = ("md5", "sha1", "sha256")


@dataclass(frozen=True, slots=True)
class Digests:
    """Lower-case hexadecimal; ``size`` in bytes."""

    md5: str
    sha1: str
    sha256: str
    size: int


class Readable(Protocol):
    """Anything that hands out bytes, an empty piece at its end."""

    def read(self, size: int, /) -> bytes:
        """Return at most ``size`` bytes."""
        ...


def digests(data: bytes | bytearray | memoryview) -> Digests:
    """Return the three digests of bytes in memory."""
    running = _Running()
    view = memoryview(data).cast("B")
    for start in range(0, len(view), CHUNK):
        running.add(view[start : start + CHUNK])
    return running.finish()


def digests_of_stream(stream: Readable) -> Digests:
    """Return the three digests of everything a stream still holds, in flat memory."""
    running = _Running()
    while piece := stream.read(CHUNK):
        running.add(piece)
    return running.finish()


class _Running:
    """Three digests side by side: a piece read for one is still in the processor's cache for the next."""

    def __init__(self) -> None:
        self._hashers = [hashlib.new(name, usedforsecurity=False) for name in ALGORITHMS]
        self._size = 0

    def add(self, piece: bytes | memoryview) -> None:
        for hasher in self._hashers:
            hasher.update(piece)
        self._size += len(piece)

    def finish(self) -> Digests:
        md5, sha1, sha256 = (hasher.hexdigest() for hasher in self._hashers)
        return Digests(md5, sha1, sha256, self._size)
