"""The directory at the end of a zip archive (PKWARE APPNOTE 6.3), as far as checkpoints need it.

Nothing is unpacked here, and an archive inside an archive is a member like any other.
"""

from __future__ import annotations

import json
import struct

from openhotline.datasets.models.headers.found import Reply, Short, Unfit

END, END64, LOCATOR, MEMBER = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07", b"PK\x01\x02"
_end, _end64, _locator = struct.Struct("<4s4H2LH"), struct.Struct("<4sQ2H2L4Q"), struct.Struct("<4sLQL")
_member = struct.Struct("<4s6H3L5H2L")

LONGEST_COMMENT = 1 << 16
TAIL = LONGEST_COMMENT + _end.size + _end64.size + _locator.size
"""Bytes at the end of a file that hold the end of its directory."""

MOST_MEMBERS = 200_000
LARGEST_DIRECTORY = 64 << 20
ENCRYPTED = 1


def read(untrusted_bytes: bytes, *, size: int) -> Reply:
    """Read the directory from the file's last bytes; ``size`` is the whole file's. Raises Short for more of them.

    The blob lists the members: name, method, offset of the local header, packed and unpacked bytes.
    """
    first = size - len(untrusted_bytes)
    start, length, count = _directory(untrusted_bytes, first)
    if count > MOST_MEMBERS or length > LARGEST_DIRECTORY:
        raise Unfit("too_many")
    if start < 0 or start + length > size:
        raise Unfit("damaged")
    if start < first:
        raise Short(size - start)
    members = _members(untrusted_bytes[start - first : start - first + length])
    if len(members) != count:
        raise Unfit("damaged")
    if len({member[0] for member in members}) != count:
        raise Unfit("ambiguous")
    return {}, [json.dumps(members, separators=(",", ":")).encode()]


def _directory(tail: bytes, first: int) -> tuple[int, int, int]:
    at = tail.rfind(END)
    if at < 0:
        raise Unfit("damaged")
    _, _, _, _, count, length, start, _ = _end.unpack_from(tail, at)
    before = at - _locator.size
    if before >= 0 and tail[before : before + 4] == LOCATOR:
        _, _, place, _ = _locator.unpack_from(tail, before)
        if place < first or tail[place - first : place - first + 4] != END64:
            raise Unfit("damaged")
        *_, count, length, start = _end64.unpack_from(tail, place - first)
    return start, length, count


def _members(directory: bytes) -> list[list[str | int]]:
    found, at = list[list[str | int]](), 0
    while at < len(directory):
        told = _member.unpack_from(directory, at)
        if told[0] != MEMBER:
            raise Unfit("damaged")
        flags, method, packed, unpacked, name_length, extra_length, comment_length = (
            *(told[3], told[4], told[8], told[9], told[10], told[11], told[12]),
        )
        offset = told[16]
        at += _member.size
        name = directory[at : at + name_length].decode("utf-8", "replace")
        extra = directory[at + name_length : at + name_length + extra_length]
        at += name_length + extra_length + comment_length
        unpacked, packed, offset = _wide(extra, [unpacked, packed, offset])
        if flags & ENCRYPTED:
            raise Unfit("encrypted")
        found.append([name, method, offset, packed, unpacked])
    return found


def _wide(extra: bytes, numbers: list[int]) -> list[int]:
    """Take those numbers from the extra field that need 64 bits."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        at += 4
        if kind == 1:
            wide = iter(struct.unpack_from(f"<{length // 8}Q", extra, at))
            return [next(wide) if number == 0xFFFFFFFF else number for number in numbers]
        at += length
    return numbers
