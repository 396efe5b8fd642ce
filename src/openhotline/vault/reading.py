"""Handing out what was sealed: nothing before it was verified, and the end only if it is the end."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, BinaryIO

from openhotline.vault.sealing import Kind, damaged, unseal

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


def named(chunks: Iterable[bytes], sha256: str) -> Iterator[bytes]:
    """Pass chunks on, the last one only if all of them together have the digest that is the object's name.

    The tags alone show that somebody with the key wrote this; the digest shows that it is this object.
    """
    digest, held = hashlib.sha256(), b""
    for chunk in chunks:
        digest.update(chunk)
        if held:
            yield held
        held = chunk
    if digest.hexdigest() != sha256:
        raise damaged("Its contents are not those of its name")
    yield held


class SealedStream(io.RawIOBase):
    """An object as a forward-only stream of verified bytes. Raises Damaged where verification fails."""

    def __init__(self, file: BinaryIO, *, key: bytes, sha256: str) -> None:
        super().__init__()
        self._file = file
        self._chunks = named(unseal(file, key=key, kind=Kind.OBJECT), sha256)
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        while not self._left:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._left = memoryview(chunk)
        target = memoryview(buffer).cast("B")
        count = min(len(target), len(self._left))
        target[:count], self._left = self._left[:count], self._left[count:]
        return count

    def readall(self) -> bytes:
        left, self._left = bytes(self._left), memoryview(b"")
        return left + b"".join(self._chunks)

    def close(self) -> None:
        self._file.close()
        super().close()
