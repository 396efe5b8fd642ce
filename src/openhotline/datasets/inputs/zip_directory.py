"""The directory at the end of a zip archive: where its members are. Read in pieces, so that a million cost no memory.

PKWARE's application note 6.3.10, sections 4.3 and 4.5.3. Python's ``zipfile`` holds the whole directory, and every range
of members would read it again; the tests compare the two.
"""

from __future__ import annotations

import stat
import struct
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from openhotline.datasets.inputs.opening import Opened
from openhotline.datasets.inputs.shard import FILES_IN_A_SHARD
from openhotline.datasets.inputs.streaming import DamagedError

_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_64 = struct.Struct("<4sLQL")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LONGEST_COMMENT = 2**16

ENCRYPTED, TEXT_IS_UTF_8 = 0x1, 0x800
_UNIX = 3
_ABSENT = 0xFFFFFFFF  # the number stands in the zip64 field instead


@dataclass(frozen=True, slots=True)
class Directory:
    """``begin`` and ``end`` in bytes of the file; ``before`` is how much somebody put in front of the archive."""

    begin: int
    end: int
    before: int


@dataclass(slots=True)
class Entry:
    """A member: ``packed`` and ``size`` in bytes, ``at`` the place of its own header in the file."""

    name: str
    method: int
    encrypted: bool
    crc: int
    packed: int
    size: int
    at: int
    is_link: bool

    @property
    def is_folder(self) -> bool:
        return self.name.endswith("/")


def find_directory(source: Opened) -> Directory:
    """Find the directory from the end of the file. Raises where there is none."""
    tail_at = max(0, source.size - _END.size - _LONGEST_COMMENT)
    tail = _read(source.file, tail_at, source.size - tail_at)
    at = tail.rfind(b"PK\x05\x06", 0, len(tail) - _END.size + 4)
    if at < 0:
        raise DamagedError
    _, disk, first_disk, _, _, size, begin, _ = _END.unpack_from(tail, at)
    end = tail_at + at
    wide = _wide(source.file, end)
    if wide is not None:
        end, disk, first_disk, size, begin = wide
    if disk or first_disk or size > end or begin > end - size:
        raise DamagedError
    return Directory(end - size, end, end - size - begin)


def _wide(file: BinaryIO, end: int) -> tuple[int, int, int, int, int] | None:
    """Return the zip64 record before the end record, where there is one: its place, disks, size and place."""
    if end < _LOCATOR_64.size + _END_64.size:
        return None
    signature, _, _, _ = _LOCATOR_64.unpack(_read(file, end - _LOCATOR_64.size, _LOCATOR_64.size))
    at = end - _LOCATOR_64.size - _END_64.size
    found = _END_64.unpack(_read(file, at, _END_64.size))
    if signature != b"PK\x06\x07" or found[0] != b"PK\x06\x06":
        return None
    return at, found[4], found[5], found[8], found[9]


def entries(source: Opened, directory: Directory, begin: int) -> Iterator[tuple[int, Entry]]:
    """Yield members from an entry's place on, each with the place of the entry after it."""
    at = begin
    while at < directory.end:
        fixed = _read(source.file, at, _ENTRY.size)
        fields = _ENTRY.unpack(fixed)
        if fields[0] != b"PK\x01\x02":
            raise DamagedError
        lengths = fields[10:13]
        rest = source.file.read(sum(lengths))  # at most 192 KiB
        at += _ENTRY.size + sum(lengths)
        if at > directory.end or len(rest) != sum(lengths):
            raise DamagedError
        yield at, _entry(fields, rest[: lengths[0]], rest[lengths[0] :][: lengths[1]], directory.before)


def _entry(fields: tuple[int, ...], name: bytes, extra: bytes, before: int) -> Entry:
    _, made_by, _, flags, method, _, _, crc, packed, size, _, _, _, _, _, outside, at = fields
    size, packed, at = _in_full(extra, [size, packed, at])
    text = name.decode("utf-8" if flags & TEXT_IS_UTF_8 else "cp437", "backslashreplace")
    link = made_by >> 8 == _UNIX and stat.S_ISLNK(outside >> 16)
    encrypted = bool(flags & ENCRYPTED)
    return Entry(text.partition("\0")[0], method, encrypted, crc, packed, size, at + before, link)


def _in_full(extra: bytes, numbers: list[int]) -> list[int]:
    """Put the wide numbers of the zip64 field in the place of those that are too wide for the entry."""
    if _ABSENT not in numbers:
        return numbers
    while len(extra) >= 4:
        kind, length = struct.unpack_from("<2H", extra)
        if kind == 1:
            wide = [value for (value,) in struct.iter_unpack("<Q", extra[4 : 4 + length // 8 * 8])]
            return [wide.pop(0) if number == _ABSENT and wide else number for number in numbers]
        extra = extra[4 + length :]
    return numbers


_marks: dict[tuple[str, int, int | None], array[int]] = {}
"""Where every thousandth entry of one archive stands: a process is given many ranges of the same, one after the other."""


def place_of(source: Opened, place: str, directory: Directory, number: int) -> int:
    """Return where the entry of a member stands; ``number`` is a multiple of :data:`FILES_IN_A_SHARD`."""
    if not number:
        return directory.begin
    key = (place, source.size, source.written_at)
    if key not in _marks:
        _marks.clear()
        _marks[key] = array("Q", _places(source, directory))
    return _marks[key][number // FILES_IN_A_SHARD]


def _places(source: Opened, directory: Directory) -> Iterator[int]:
    yield directory.begin
    for number, (after, _) in enumerate(entries(source, directory, directory.begin), 1):
        if number % FILES_IN_A_SHARD == 0:
            yield after


def _read(file: BinaryIO, at: int, size: int) -> bytes:
    file.seek(at)
    found = file.read(size)
    if len(found) != size:
        raise DamagedError
    return found
