"""Files that an audit writes: whole or not at all, for their owner only, with their digest made on the way."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from openhotline.vault import durable

CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Written:
    """One file of an audit: its name below the folder, with ``/``, its SHA-256 in hexadecimal and its bytes."""

    file: str
    sha256: str
    size: int


class HashedFile:
    """A file open for writing that knows the digest of what was written, in order and without seeking."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream, self._found, self.size = stream, hashlib.sha256(), 0

    def write(self, data: bytes | memoryview) -> int:
        """Write all of ``data``."""
        self._stream.write(data)
        self._found.update(data)
        self.size += len(data)
        return len(data)

    def tell(self) -> int:
        """Return the bytes written."""
        return self.size

    def flush(self) -> None:
        """Hand everything to the system."""
        self._stream.flush()

    @property
    def closed(self) -> bool:
        """Whether nothing more can be written."""
        return self._stream.closed

    def close(self) -> None:
        """Do nothing: who opened the file closes it, once it is on the disk."""

    @property
    def sha256(self) -> str:
        """The digest of everything written so far, in hexadecimal."""
        return self._found.hexdigest()


@contextmanager
def writing(path: Path) -> Iterator[HashedFile]:
    """Write a file that gets its name when it is whole and on the disk; a failure leaves what was there before."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
    try:
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            yield HashedFile(stream)
            stream.flush()
            os.fsync(stream.fileno())
        new.rename(path)
        durable.sync_directory(path.parent)
    finally:
        new.unlink(missing_ok=True)


def write_bytes(out: Path, name: str, content: bytes) -> Written:
    """Write one small file of an audit."""
    with writing(out / name) as stream:
        stream.write(content)
    return Written(name, stream.sha256, stream.size)


def digest_of(out: Path, name: str) -> Written:
    """Return the digest of a file that is there, read in pieces."""
    found, size = hashlib.sha256(), 0
    with (out / name).open("rb") as stream:
        while data := stream.read(CHUNK):
            found.update(data)
            size += len(data)
    return Written(name, found.hexdigest(), size)
