"""EXIF and XMP from HEIC and AVIF files, at the places that the file's own table names.

Format: ISO/IEC 14496-12 for the boxes, 23008-12 (HEIF) annex A for the items. Both places that an item may
have are read, the media data and the ``idat`` box. Nothing is trusted: counts and sizes are bounded.
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import unpack_from

from openhotline.provenance.unsigned.pieces import EXIF, XMP, Piece, other_pieces

MAX_BOXES = 1000  # side by side
MAX_ITEMS = 20_000  # a picture in tiles of 64 pixels has some thousand
MAX_ITEM = 8 * 1024 * 1024  # bytes

Span = tuple[int, int]


def heif_pieces(data: bytes) -> Iterator[Piece]:
    """Yield the items that are EXIF or XMP; without a readable table EXIF from wherever it starts, and then raise."""
    try:
        found = _items(data)
    except Exception:
        yield from other_pieces(data)
        raise
    yield from other_pieces(data) if found is None else found


def _items(data: bytes) -> list[Piece] | None:
    """Return the items, or None where the file has no table of items."""
    meta = next((span for name, span in _boxes(data, 0, len(data)) if name == b"meta"), None)
    if meta is None:
        return None
    inside = dict(_boxes(data, meta[0] + 4, meta[1]))
    if b"iinf" not in inside or b"iloc" not in inside:
        return None
    kinds = dict(_kinds(data, inside[b"iinf"]))
    places = _places(data, inside[b"iloc"], inside.get(b"idat", (0, 0)), frozenset(kinds))
    return [_piece(kinds[item], body) for item, body in places]


def _piece(kind: str, body: bytes) -> Piece:
    if kind == XMP:
        return Piece(XMP, body)
    (before,) = unpack_from(">I", body)  # how far it is to the TIFF header
    return Piece(EXIF, body[4 + before :].removeprefix(b"Exif\x00\x00"))


def _boxes(data: bytes, at: int, end: int) -> Iterator[tuple[bytes, Span]]:
    """Yield name and inside of the boxes that stand side by side."""
    for _ in range(MAX_BOXES):
        if at + 8 > end:
            return
        size, name = unpack_from(">I4s", data, at)
        head = 8
        if size == 1:
            head, size = 16, unpack_from(">Q", data, at + 8)[0]
        elif size == 0:
            size = end - at
        if size < head or at + size > end:
            raise ValueError("a box ends outside the one around it")
        yield name, (at + head, at + size)
        at += size
    raise ValueError("too many boxes")


def _kinds(data: bytes, span: Span) -> Iterator[tuple[int, str]]:
    """Yield the numbers of the items that are wanted, and what they are."""
    at, end = span
    at += 6 if data[at] == 0 else 8  # version and flags, and how many there are
    entries = 0
    while at + 8 <= end and entries < MAX_ITEMS:
        size, name = unpack_from(">I4s", data, at)
        if size < 8 or at + size > end:
            raise ValueError("an entry ends outside its table")
        if name == b"infe":
            yield from _kind(data[at + 8 : at + size])
        at, entries = at + size, entries + 1


def _kind(entry: bytes) -> Iterator[tuple[int, str]]:
    if not entry or entry[0] < 2:
        return  # an old form that names no types
    wide = entry[0] > 2
    number = int.from_bytes(entry[4:8] if wide else entry[4:6])
    rest = entry[10:] if wide else entry[8:]
    if rest[:4] == b"Exif":
        yield number, EXIF
    elif rest[:4] == b"mime" and rest[4:].split(b"\x00")[1:2] == [b"application/rdf+xml"]:
        yield number, XMP


def _places(data: bytes, span: Span, idat: Span, wanted: frozenset[int]) -> Iterator[tuple[int, bytes]]:
    """Yield the bytes of the wanted items."""
    at, _ = span
    version, sizes = data[at], unpack_from(">H", data, at + 4)[0]
    offset, length, base, index = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15, sizes & 15
    number = 4 if version > 1 else 2
    count = int.from_bytes(data[at + 6 : at + 6 + number])
    if version > 2 or count > MAX_ITEMS:
        raise ValueError("a table of places that cannot be read")
    at += 6 + number
    for _ in range(count):
        item = int.from_bytes(data[at : at + number])
        at += number
        method = unpack_from(">H", data, at)[0] & 15 if version else 0
        at += 2 if version else 0
        start = int.from_bytes(data[at + 2 : at + 2 + base])
        (extents,) = unpack_from(">H", data, at + 2 + base)
        at += 4 + base
        step = (index if version else 0) + offset + length
        entries = (
            [data[at + i * step : at + (i + 1) * step] for i in range(extents)] if item in wanted else []
        )
        at += extents * step
        if entries and method < 2:
            area = data[slice(*idat)] if method == 1 else data
            yield item, b"".join(_extent(area, start, entry, offset, length) for entry in entries)


def _extent(area: bytes, start: int, entry: bytes, offset: int, length: int) -> bytes:
    at = start + int.from_bytes(entry[len(entry) - offset - length : len(entry) - length])
    size = int.from_bytes(entry[len(entry) - length :]) if length else 0
    body = area[at : at + size] if size else area[at:]
    if len(body) < size or len(body) > MAX_ITEM:
        raise ValueError("an item lies outside the file or is too large")
    return body
