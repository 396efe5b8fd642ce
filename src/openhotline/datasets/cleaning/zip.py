"""A zip archive written again without some of its members; what stays is copied as it is packed, never unpacked."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from struct import Struct
from typing import IO, Any, cast
from zipfile import BadZipFile, ZipFile, ZipInfo

from openhotline.datasets.cleaning.tar import Target
from openhotline.datasets.inputs.keys import key_of
from openhotline.datasets.inputs.opening import BUFFER, Opened
from openhotline.datasets.inputs.zip_directory import entries, find_directory

_LOCAL = Struct("<4s22xHH")  # a local header: its mark, and the lengths of the name and of what is extra
_WIDE_NUMBERS = b"\x01\x00"
_LOCAL_MARK = b"PK\x03\x04"
_SIZES_FOLLOW = (
    0x08  # the flag of a member whose sizes stand behind it; here they are known, and stand before
)


def write_zip(source: Opened, target: Target, is_gone: Callable[[str], bool]) -> None:
    """Copy an archive without the members whose key ``is_gone``. Raises BadZipFile where it is damaged.

    What a member's local header alone holds beside its name is not copied; the archive's own comment is.
    """
    with ZipFile(source.file) as archive, ZipFile(cast(IO[bytes], target), "w") as written:
        written.comment = archive.comment
        for member, key in zip(archive.infolist(), _keys(source), strict=True):
            if not is_gone(key):
                _copy(source, member, written)


def _keys(source: Opened) -> list[str]:
    """Return the members' keys as the audit spelled them, in the directory's order."""
    directory = find_directory(source)
    return [key_of(entry.name) for _, entry in entries(source, directory, directory.begin)]


def _copy(source: Opened, member: ZipInfo, written: ZipFile) -> None:
    """Put a member behind the others. ``zipfile`` has no way of its own to write bytes that are packed already."""
    begin = _begin(source, member)
    archive: Any = written  # its list of members and its place are no part of its documented face
    told = copy(member)
    told.flag_bits &= ~_SIZES_FOLLOW
    told.extra = _without_wide_numbers(member.extra)
    told.header_offset = archive.fp.tell()
    archive.fp.write(told.FileHeader())
    source.file.seek(begin)
    left = member.compress_size
    while left:
        data = source.file.read(min(BUFFER, left))
        if not data:
            raise BadZipFile("a member ends outside the file")
        archive.fp.write(data)
        left -= len(data)
    archive.filelist.append(told)
    archive.NameToInfo[told.filename] = told
    archive.start_dir = archive.fp.tell()
    archive._didModify = True


def _without_wide_numbers(extra: bytes) -> bytes:
    """Take the field for numbers of 64 bits out: ``zipfile`` adds one of its own where it is needed."""
    kept, at = b"", 0
    while at + 4 <= len(extra):
        end = at + 4 + int.from_bytes(extra[at + 2 : at + 4], "little")
        kept += b"" if extra[at : at + 2] == _WIDE_NUMBERS else extra[at:end]
        at = end
    return kept


def _begin(source: Opened, member: ZipInfo) -> int:
    """Return where a member's packed bytes begin: behind its local header, whose lengths may be its own."""
    source.file.seek(member.header_offset)
    head = source.file.read(_LOCAL.size)
    if len(head) != _LOCAL.size:
        raise BadZipFile("a member begins outside the file")
    mark, name, extra = _LOCAL.unpack(head)
    if mark != _LOCAL_MARK:
        raise BadZipFile("no member begins here")
    return member.header_offset + _LOCAL.size + int(name) + int(extra)
