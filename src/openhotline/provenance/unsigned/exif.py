"""The few EXIF tags that say what made a file, read with bounds from a TIFF structure.

Format: TIFF 6.0, and Exif 2.32 for the tags.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from struct import unpack_from

MAX_ENTRIES = 1000  # of one directory; cameras write about fifty
MAX_VALUE = 64 * 1024  # bytes of one value that are looked at

_MAKE, _MODEL, _SOFTWARE, _XMP, _DETAILS, _MAKER_NOTE, _COMMENT = 271, 272, 305, 700, 34665, 37500, 37510
_DESCRIPTION, _ARTIST, _IPTC, _EXPLORER_COMMENT, _SERIAL = 270, 315, 33723, 40092, 42033
_MAIN = (_MAKE, _MODEL, _SOFTWARE, _DESCRIPTION, _ARTIST, _IPTC, _XMP, _EXPLORER_COMMENT, _DETAILS)
_WANTED = frozenset((*_MAIN, _MAKER_NOTE, _COMMENT, _SERIAL))
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}


@dataclass(frozen=True)
class Exif:
    """What was written. The bytes are as in the file, less its zero bytes; nothing of them is to be shown."""

    make: str = ""
    model: str = ""
    software: bytes = b""
    comment: bytes = b""
    maker_note: bool = False
    packet: bytes = b""  # XMP, which a TIFF keeps in a tag
    iptc: bytes = b""  # IPTC lines, likewise
    description: bytes = b""
    artist: bytes = b""
    serial: str = ""  # of the camera's body


def read_exif(tiff: bytes) -> Exif:
    """Return the tags; raises ValueError or struct.error where the structure makes no sense."""
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(tiff[:4])
    if order is None:
        raise ValueError("no TIFF header")
    (first,) = unpack_from(order + "I", tiff, 4)
    main = dict(_values(tiff, order, first))
    details: dict[int, bytes] = {}
    if _DETAILS in main:
        (place,) = unpack_from(order + "I", main[_DETAILS])
        details = dict(_values(tiff, order, place))
    return Exif(
        make=_words(main.get(_MAKE, b"")),
        model=_words(main.get(_MODEL, b"")),
        software=_plain(main.get(_SOFTWARE, b"")),
        comment=_plain(details.get(_COMMENT, b"")),
        maker_note=len(details.get(_MAKER_NOTE, b"")) > 4,
        packet=main.get(_XMP, b""),
        iptc=main.get(_IPTC, b""),
        description=_plain(main.get(_DESCRIPTION, b"") or main.get(_EXPLORER_COMMENT, b"")),
        artist=_plain(main.get(_ARTIST, b"")),
        serial=_words(details.get(_SERIAL, b"")),
    )


def _values(tiff: bytes, order: str, at: int) -> Iterator[tuple[int, bytes]]:
    """Yield the wanted tags of one directory with their bytes."""
    (count,) = unpack_from(order + "H", tiff, at)
    if count > MAX_ENTRIES:
        raise ValueError("too many entries")
    for i in range(count):
        entry = at + 2 + 12 * i
        tag, kind, number = unpack_from(order + "HHI", tiff, entry)
        if tag not in _WANTED:
            continue
        size = _SIZES.get(kind, 0) * number
        place = entry + 8 if size <= 4 else unpack_from(order + "I", tiff, entry + 8)[0]
        value = tiff[place : place + size]
        if len(value) == size:
            yield tag, value if tag == _XMP else value[:MAX_VALUE]
        elif tag != _MAKER_NOTE:  # an editor may have moved a maker note away; then it counts as missing
            raise ValueError("a value lies outside the file")


def _words(value: bytes) -> str:
    return value.split(b"\x00")[0].decode("latin-1").strip()


def _plain(value: bytes) -> bytes:
    """Drop zero bytes: text in two-byte letters becomes readable whatever its byte order."""
    return value.replace(b"\x00", b"")
