"""A tar archive written again without some of its members; all else is copied byte for byte, headers included."""

from __future__ import annotations

import bz2
import gzip
import lzma
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any, Protocol

from openhotline.datasets.inputs.keys import key_of
from openhotline.datasets.inputs.opening import BUFFER, Opened
from openhotline.datasets.inputs.streaming import Stream
from openhotline.datasets.inputs.tar import Member, members
from openhotline.datasets.inputs.tar_header import BLOCK

ZEROS = bytes(BLOCK)
RECORD = 20 * BLOCK
"""Bytes. Archives end with zeros up to a multiple of it, as POSIX asks of the tools that write them."""

_GLOBAL, _BEFORE = ord("g"), b"xXgLK"


class Target(Protocol):
    """Where an archive is written to."""

    def write(self, data: bytes, /) -> object:
        """Write all of ``data``."""


def write_tar(
    source: Opened, target: Target, is_gone: Callable[[str], bool], *, whole: int | None = None
) -> None:
    """Copy an archive, packed as it was, without the members whose key ``is_gone``.

    Archives that were put one behind the other become one. ``whole`` is how many members of a damaged archive could be
    read: the new one ends after these, well formed. Without it, damage raises one of DAMAGE. Memory stays flat.
    """
    with _packed_like(source, target) as packed:
        stream, written = _Recorded(source), 0
        for member in _first(members(stream, 0), whole):
            end = stream.at + member.header.size + -member.header.size % BLOCK
            headers = stream.taken()
            if is_gone(key_of(member.header.name)):
                written += _write(packed, _global_ones(headers))
                stream.pass_on(end, None)
            else:
                written += _write(packed, headers) + stream.pass_on(end, packed)
        packed.write(ZEROS * 2 + bytes(-(written + 2 * BLOCK) % RECORD))


def _first(found: Iterator[Member], whole: int | None) -> Iterator[Member]:
    """Yield the first members, or all: what follows the last whole one of a damaged archive is not even looked at."""
    return found if whole is None else islice(found, whole)


def _write(target: Target, data: bytes) -> int:
    target.write(data)
    return len(data)


class _Recorded(Stream):
    """A stream that keeps what is read of headers, until it is taken."""

    def __init__(self, source: Opened) -> None:
        super().__init__(source)
        self._headers = bytearray()
        self._recording = True

    def read(self, size: int) -> bytes:
        data = super().read(size)
        if self._recording and not (len(data) == BLOCK and data == ZEROS):
            self._headers += data
        return data

    def taken(self) -> bytes:
        """Return the headers since the last member, and forget them."""
        headers = bytes(self._headers)
        self._headers.clear()
        return headers

    def pass_on(self, end: int, target: Target | None) -> int:
        """Read up to ``end`` and write it to the target, if there is one; return how many bytes."""
        self._recording, begin = False, self.at
        while self.at < end:
            data = self.exactly(min(BUFFER, end - self.at))
            if target is not None:
                target.write(data)
        self._recording = True
        return end - begin


def _global_ones(headers: bytes) -> bytes:
    """Return the pax headers that speak of all members that follow, out of those that stand before a removed one."""
    found, at = bytearray(), 0
    while at < len(headers):
        kind = headers[at + 156]
        if kind not in _BEFORE:
            break
        size = int(headers[at + 124 : at + 136].strip(b"\0 ") or b"0", 8)
        end = at + BLOCK + size + -size % BLOCK
        if kind == _GLOBAL:
            found += headers[at:end]
        at = end
    return bytes(found)


@contextmanager
def _packed_like(source: Opened, target: Target) -> Iterator[Target]:
    """Yield what packs as the source is packed, told by its first bytes, or the target itself."""
    head = source.file.read(6)
    source.file.seek(0)
    packer = _packer(head, target)
    if packer is None:
        yield target
        return
    with packer:
        yield packer


def _packer(head: bytes, target: Any) -> Any:
    if head.startswith(b"\x1f\x8b"):
        return gzip.GzipFile(filename="", mode="wb", fileobj=target, mtime=0)
    if head.startswith(b"BZh"):
        return bz2.BZ2File(target, "wb")
    if head.startswith(b"\xfd7zXZ\0"):
        return lzma.LZMAFile(target, "wb")
    if head.startswith(b"\x28\xb5\x2f\xfd"):
        from openhotline.datasets.inputs.packages import pyarrow

        return pyarrow().CompressedOutputStream(target, "zstd")
    return None
