"""Reading forward through a file or what it unpacks to, in flat memory, and never without end."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from typing import Any, BinaryIO, cast

from openhotline.datasets import reading
from openhotline.datasets.inputs.opening import BUFFER, Opened
from openhotline.hashing import Digests, digests_of_stream

FREE_BYTES = 2**30
"""What a compressed shard may unpack to, however small it is itself."""

MOST_EXPANSION = 100
"""Beyond that, how many times its own size. Pictures are packed already: archives of them are at about 1."""

DAMAGE = (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError)
"""What the readers of this package and the unpackers of Python raise where bytes are not what they should be."""


class DamagedError(ValueError):
    """The bytes are no archive of their kind, or end early."""


class ExpandsTooFarError(ValueError):
    """It unpacks to far more than any archive of pictures."""


class Stream:
    """What a file holds, unpacked where it is compressed. ``at`` counts the bytes that were passed."""

    def __init__(self, source: Opened) -> None:
        self._raw = source.file
        self._file = unpacked(source.file)
        self._packed = self._file is not source.file
        self.size = None if self._packed else source.size
        self.at = 0 if self._packed else source.file.tell()

    def read(self, size: int) -> bytes:
        """Return at most ``size`` bytes; fewer only at the end."""
        untrusted_bytes = self._file.read(size)
        self.at += len(untrusted_bytes)
        if self._packed and self.at > FREE_BYTES and self.at > MOST_EXPANSION * self._raw.tell():
            raise ExpandsTooFarError
        return untrusted_bytes

    def exactly(self, size: int) -> bytes:
        """Return ``size`` bytes, or raise where there are not as many."""
        untrusted_bytes = self.read(size)
        if len(untrusted_bytes) != size:
            raise DamagedError
        return untrusted_bytes

    def move_to(self, position: int) -> None:
        """Pass over what lies before ``position``; never back."""
        if self.size is None:
            while self.at < position:
                self.exactly(min(BUFFER, position - self.at))
        elif position > self.size:
            raise DamagedError
        elif position - self.at < BUFFER:
            self.exactly(position - self.at)  # out of the buffer: faster than to seek
        else:
            self.at = self._file.seek(position)

    def picture(self, size: int) -> tuple[Digests | None, bytes | None]:
        """Return the next ``size`` bytes, or their digests alone where they are too many to be held."""
        if size <= reading.LARGEST_PICTURE:
            return None, self.exactly(size)
        found = digests_of_stream(_Window(self, size))
        if found.size != size:
            raise DamagedError
        return found, None


class _Window:
    """The next ``left`` bytes of a stream."""

    def __init__(self, stream: Stream, left: int) -> None:
        self._stream, self._left = stream, left

    def read(self, size: int, /) -> bytes:
        untrusted_bytes = self._stream.read(min(size, self._left))
        self._left -= len(untrusted_bytes)
        return untrusted_bytes


def unpacked(file: BinaryIO) -> BinaryIO:
    """Return what unpacks a file by its first bytes, or the file itself. Names are not asked."""
    head = file.read(10)
    file.seek(-len(head), 1)
    if head.startswith(b"\x1f\x8b\x08"):
        return _buffered(gzip.GzipFile(fileobj=file))
    if head.startswith(b"BZh") and head[4:] in (
        b"1AY&SY",
        b"\x17rE8P\x90",
    ):  # a tar may begin with a name so spelled
        return _buffered(bz2.BZ2File(file))
    if head.startswith(b"\xfd7zXZ\0"):
        return _buffered(lzma.LZMAFile(file))
    if head.startswith(b"\x28\xb5\x2f\xfd"):
        from openhotline.datasets.inputs.packages import pyarrow

        return _buffered(pyarrow().CompressedInputStream(Lent(file), "zstd"))
    return file


class Lent(io.RawIOBase):
    """A file for pyarrow, which closes what it was given once it is done with it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        return self._file.read(size)

    def seek(self, position: int, whence: int = 0, /) -> int:
        return self._file.seek(position, whence)

    def tell(self) -> int:
        return self._file.tell()


def _buffered(stream: Any) -> BinaryIO:
    return cast(BinaryIO, io.BufferedReader(stream, BUFFER))
