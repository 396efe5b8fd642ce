"""Zip shards: ranges of members, each unpacked in memory or digested piece by piece. Nothing is ever extracted."""

from __future__ import annotations

import bz2
import zlib
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO, Protocol

from openhotline.datasets import reading as files
from openhotline.datasets.inputs.keys import key_of
from openhotline.datasets.inputs.labels import is_label
from openhotline.datasets.inputs.opening import Opened
from openhotline.datasets.inputs.shard import FILES_IN_A_SHARD, Item, Reading, Shard
from openhotline.datasets.inputs.streaming import (
    DAMAGE,
    FREE_BYTES,
    MOST_EXPANSION,
    DamagedError,
    ExpandsTooFarError,
)
from openhotline.datasets.inputs.zip_directory import Entry, entries, find_directory, place_of
from openhotline.hashing import digests_of_stream

_HEADER = 30
_PIECE = 2**16
_AHEAD = 200
_STORED, _DEFLATED, _BZIP2 = 0, 8, 12


def read_zip(shard: Shard, source: Opened, reading: Reading) -> Iterator[Item]:
    """Yield the members of the shard's range in the order of the directory. Raises where the directory is damaged."""
    directory = find_directory(source)
    at = place_of(source, shard.place, directory, shard.start)
    count = shard.stop - shard.start if shard.stop else None
    spent = unpacked = 0
    for entry in _some_at_a_time(entry for _, entry in islice(entries(source, directory, at), count)):
        spent, unpacked = spent + entry.packed, unpacked + entry.size
        # members that share their bytes, or that are next to nothing, make an archive that never ends
        if spent > source.size or (unpacked > FREE_BYTES and unpacked > MOST_EXPANSION * spent):
            raise ExpandsTooFarError
        yield _item(entry, source.file)


def _some_at_a_time(found: Iterator[Entry]) -> Iterator[Entry]:
    """Read the directory some members ahead: to go to and fro for each would throw away what was read ahead."""
    damage: Exception | None = None
    while damage is None:
        some: list[Entry] = []
        try:
            some.extend(islice(found, _AHEAD))
        except DAMAGE as problem:
            damage = problem  # raised once the members before it were read
        if not some:
            break
        yield from (entry for entry in some if not entry.is_folder)
    if damage is not None:
        raise damage


def ranges(source: Opened) -> Iterator[tuple[int, int, int]]:
    """Yield start, stop and stored bytes of every range of members. Raises where the directory is damaged."""
    directory = find_directory(source)
    start, number, size = 0, 0, 0
    for number, (_, entry) in enumerate(entries(source, directory, directory.begin), 1):
        size += entry.packed
        if number - start == FILES_IN_A_SHARD:
            yield start, number, size
            start, size = number, 0
    if number > start:
        yield start, number, size


def _item(entry: Entry, file: BinaryIO) -> Item:
    key = key_of(entry.name)
    if entry.is_link:
        return Item(key, problem="not_a_file")
    if entry.encrypted or entry.method not in (_STORED, _DEFLATED, _BZIP2):
        return Item(key, problem="packed_otherwise")
    try:
        member = _Member(entry, file)
        if entry.size > files.LARGEST_PICTURE:
            found = digests_of_stream(member)
            member.check()
            return Item(key, digests=found)
        untrusted_bytes = member.read(entry.size)
        member.check()
    except DAMAGE:
        return Item(key, problem="unreadable_member")
    return Item(key, untrusted_bytes, is_label=is_label(key, untrusted_bytes))


class _Unpacker(Protocol):
    @property
    def eof(self) -> bool: ...

    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


class _Member:
    """A member's bytes, unpacked; never more of them than the directory says, nor of what they are unpacked from."""

    def __init__(self, entry: Entry, file: BinaryIO) -> None:
        file.seek(entry.at)
        header = file.read(_HEADER)
        if len(header) != _HEADER or header[:4] != b"PK\x03\x04":
            raise DamagedError
        file.seek(int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), 1)
        self._file, self._packed_left = file, entry.packed
        self._entry, self._left, self._crc = entry, entry.size, 0
        self._unpacker = _unpacker(entry.method)
        self._waiting = b""

    def read(self, size: int, /) -> bytes:
        """Return ``size`` bytes, fewer only at the end."""
        pieces: list[bytes] = []
        wanted = min(size, self._left)
        while wanted and (piece := self._piece(wanted)):
            pieces.append(piece)
            wanted -= len(piece)
            self._left -= len(piece)
            self._crc = zlib.crc32(piece, self._crc)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def check(self) -> None:
        """Raise where there was less than the directory says, or something else."""
        if self._left or self._crc != self._entry.crc:
            raise DamagedError

    def _piece(self, wanted: int) -> bytes:
        if self._unpacker is None:
            return self._packed(wanted)
        while not self._unpacker.eof:
            held = self._waiting or (self._packed(_PIECE) if self._is_hungry() else b"")
            piece = self._unpacker.decompress(held, wanted)
            self._waiting = getattr(
                self._unpacker, "unconsumed_tail", b""
            )  # zlib hands back what it did not take
            if piece or not held:
                return piece
        return b""

    def _is_hungry(self) -> bool:
        return getattr(self._unpacker, "needs_input", True)  # bz2 keeps what it did not take

    def _packed(self, size: int) -> bytes:
        untrusted_bytes = self._file.read(min(size, self._packed_left))
        self._packed_left -= len(untrusted_bytes)
        return untrusted_bytes


def _unpacker(method: int) -> _Unpacker | None:
    if method == _DEFLATED:
        return zlib.decompressobj(-zlib.MAX_WBITS)
    return bz2.BZ2Decompressor() if method == _BZIP2 else None
