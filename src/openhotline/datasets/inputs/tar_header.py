"""Headers of tar archives: what a member is called, how long it is, and whether it is a file.

POSIX.1-1988 (ustar), POSIX.1-2001 (pax) and the GNU format, as the manual of GNU tar describes them. Nothing is
ever extracted: links, devices and sparse files are told apart and not followed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from openhotline.datasets.inputs.streaming import DamagedError

BLOCK = 512

LONGEST_EXTENSION = 2**20
"""Bytes of a long name or of pax records. Names are below 4 KiB on every system."""

_FILES = b"0\x007"
_LINKS_AND_DEVICES = b"12346"
_FOLDER = ord("5")
_SPARSE = ord("S")
_LONG_NAME, _LONG_LINK = ord("L"), ord("K")
_PAX, _PAX_OF_ALL = b"xX", ord("g")


@dataclass(slots=True)
class Header:
    """``size`` is what is stored, without padding. ``is_file`` is False where there are no bytes of a file."""

    name: bytes
    size: int
    is_file: bool = True
    is_folder: bool = False
    extended: bool = False  # more blocks of a sparse file's map follow the header


@dataclass(slots=True)
class Extension:
    """What headers before a header say of it."""

    name: bytes | None = None
    size: int | None = None
    sparse: bool = False


def read_header(block: bytes, more: Callable[[int], bytes], said: Extension) -> Header | None:
    """Return a member's header, or None where it was one that goes before it; that goes into ``said``."""
    stated = _octal(block[148:156])
    if stated != _sum(block) and stated != _signed_sum(block):
        raise DamagedError
    kind, size = block[156], _number(block[124:136])
    if kind in _PAX or kind in (_LONG_NAME, _LONG_LINK, _PAX_OF_ALL):
        _extend(said, kind, _extension(size, more))
        return None
    header = Header(
        _name(block) if said.name is None else said.name, size if said.size is None else said.size
    )
    if kind in _LINKS_AND_DEVICES:
        header.is_file, header.size = False, 0  # a link may name the size of its target; no bytes follow
    elif kind == _FOLDER or (kind == 0 and header.name.endswith(b"/")):
        header.is_file, header.is_folder, header.size = False, True, 0
    elif kind == _SPARSE or said.sparse:
        header.is_file, header.extended = False, kind == _SPARSE and block[482] == 1
    return header


def _extension(size: int, more: Callable[[int], bytes]) -> bytes:
    if size > LONGEST_EXTENSION:
        raise DamagedError
    return more(size + -size % BLOCK)[:size]


def _extend(said: Extension, kind: int, text: bytes) -> None:
    if kind == _LONG_NAME:
        said.name = text.partition(b"\0")[0]
    elif kind in _PAX:
        _pax(said, text)


def _pax(said: Extension, text: bytes) -> None:
    """Take ``length key=value`` lines; the length counts the whole line."""
    at = 0
    while at < len(text) and text[at]:
        digits = text[at : at + 20].partition(b" ")[0]
        length = int(digits) if digits.isdigit() else 0
        line = text[at : at + length]
        if length <= len(digits) + 1 or len(line) != length:
            raise DamagedError
        key, equals, value = line[len(digits) + 1 : -1].partition(b"=")
        if not equals:
            raise DamagedError
        _take(said, key, value)
        at += length


def _take(said: Extension, key: bytes, value: bytes) -> None:
    if key == b"path" or key == b"GNU.sparse.name":
        said.name = value
    elif key == b"size":
        if not value.isdigit() or len(value) > 20:
            raise DamagedError
        said.size = int(value)
    if key.startswith(b"GNU.sparse."):
        said.sparse = True


def _name(block: bytes) -> bytes:
    name = block[:100].partition(b"\0")[0]
    if block[257:263] != b"ustar\0" or not block[345]:
        return name
    return block[345:500].partition(b"\0")[0] + b"/" + name


def _number(field: bytes) -> int:
    """Read an octal number, or GNU's binary one, whose first bit is set."""
    if field[0] == 0x80:
        return int.from_bytes(field[1:], "big")
    return _octal(field)


def _octal(field: bytes) -> int:
    digits = field.strip(b"\0 ").partition(b"\0")[0].strip() or b"0"
    try:
        if not digits.isdigit():
            raise DamagedError
        return int(digits, 8)
    except ValueError:
        raise DamagedError from None


def _sum(block: bytes) -> int:
    """Add up the header, its own checksum taken as spaces."""
    return sum(block) - sum(block[148:156]) + 8 * 32


def _signed_sum(block: bytes) -> int:
    """Add up as some old programs did, with bytes from -128 to 127."""
    high = sum(byte > 127 for byte in block[:148]) + sum(byte > 127 for byte in block[156:])
    return _sum(block) - 256 * high
