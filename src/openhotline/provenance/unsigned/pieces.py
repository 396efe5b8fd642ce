"""The parts of an image file that may speak about its origin, cut out without decoding a pixel.

Every reader walks the lengths that a file states and yields what it passes; it raises where they make no
sense. What was found until then stays found. Nothing is trusted: counts and sizes are bounded.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from struct import unpack_from

EXIF, XMP, XMP_EXTENSION, TEXT, TABLE = "exif", "xmp", "xmp_extension", "text", "table"
IPTC, COMMENT = "iptc", "comment"

MAX_SEGMENTS = 20_000  # of a file; a 100-megapixel PNG in 8 kB chunks has about as many
MAX_TEXTS = 500
MAX_COMMENT = 64 * 1024  # bytes of a comment that are looked at
MAX_INFLATED = 4 * 1024 * 1024  # bytes, of all compressed texts of a file together

_XMP_HEADER = b"http://ns.adobe.com/xap/1.0/\x00"
_EXTENSION_HEADER = b"http://ns.adobe.com/xmp/extension/\x00"
_PHOTOSHOP_HEADER = b"Photoshop 3.0\x00"
_PROFILE = "raw profile type "  # as ImageMagick puts other formats' metadata into PNG texts
_PROFILES = {"exif": EXIF, "app1": EXIF, "xmp": XMP, "iptc": IPTC, "8bim": IPTC}
_TIFF_STARTS = (b"II*\x00\x08\x00\x00\x00", b"MM\x00*\x00\x00\x00\x08")


@dataclass(frozen=True)
class Piece:
    """``kind`` is one of the names above; ``key`` is the keyword of a PNG text."""

    kind: str
    data: bytes
    key: str = ""


def jpeg_pieces(data: bytes) -> Iterator[Piece]:
    """Yield EXIF, XMP, IPTC, comments and quantisation tables from the segments before the first scan."""
    if data[:2] != b"\xff\xd8":
        raise ValueError("no JPEG")
    at = 2
    for _ in range(MAX_SEGMENTS):
        if data[at : at + 2] == b"\xff\xff":  # a fill byte
            at += 1
            continue
        lead, marker, length = unpack_from(">BBH", data, at)
        if lead != 0xFF or length < 2:
            raise ValueError("no segment here")
        if marker in (0xDA, 0xD9):
            return
        body = data[at + 4 : at + 2 + length]
        if len(body) != length - 2:
            raise ValueError("a segment ends outside the file")
        yield from _jpeg_segment(marker, body)
        at += 2 + length
    raise ValueError("too many segments")


def _jpeg_segment(marker: int, body: bytes) -> Iterator[Piece]:
    if marker == 0xE1 and body.startswith(b"Exif\x00"):
        yield Piece(EXIF, body[6:])
    elif marker == 0xE1 and body.startswith(_XMP_HEADER):
        yield Piece(XMP, body[len(_XMP_HEADER) :])
    elif marker == 0xE1 and body.startswith(_EXTENSION_HEADER):
        yield Piece(XMP_EXTENSION, body[len(_EXTENSION_HEADER) :])
    elif marker == 0xDB:
        yield Piece(TABLE, body)
    elif marker == 0xED and body.startswith(_PHOTOSHOP_HEADER):
        yield Piece(IPTC, body[len(_PHOTOSHOP_HEADER) :])
    elif marker == 0xFE:
        yield Piece(COMMENT, body[:MAX_COMMENT])


def joined(parts: list[bytes]) -> bytes:
    """Join the parts of an extended XMP packet: each begins with 32 letters, the length and its place."""
    placed = [(unpack_from(">I", part, 36)[0], part[40:]) for part in parts if len(part) >= 40]
    return b"".join(part for _, part in sorted(placed))


def png_pieces(data: bytes) -> Iterator[Piece]:
    """Yield EXIF, XMP and texts from all chunks; check sums are not checked, for a forger would mend them."""
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        raise ValueError("no PNG")
    at, texts, room = 8, 0, MAX_INFLATED
    for _ in range(MAX_SEGMENTS):
        length, name = unpack_from(">I4s", data, at)
        if name == b"IEND":
            return
        if at + 12 + length > len(data):
            raise ValueError("a chunk ends outside the file")
        if name == b"eXIf":
            yield Piece(EXIF, data[at + 8 : at + 8 + length])
        elif name in (b"tEXt", b"zTXt", b"iTXt"):
            piece, room = _png_text(name, data[at + 8 : at + 8 + length], room)
            texts += 1
            yield piece
        at += 12 + length
        if texts > MAX_TEXTS:
            raise ValueError("too many texts")
    raise ValueError("too many chunks")


def _png_text(name: bytes, body: bytes, room: int) -> tuple[Piece, int]:
    """Return a text and how many bytes may still be inflated."""
    key, _, rest = body.partition(b"\x00")
    packed = name == b"zTXt"
    if name == b"zTXt":
        rest = rest[1:]
    elif name == b"iTXt":
        packed, rest = rest[:1] == b"\x01", rest[2:].split(b"\x00", 2)[-1]
    if packed:
        inflater = zlib.decompressobj()
        rest = inflater.decompress(rest, room)
        if inflater.unconsumed_tail or not inflater.eof:
            raise ValueError("a text does not end or is too large")
        room -= len(rest)
    return _text_piece(key.decode("latin-1"), rest), room


def _text_piece(key: str, text: bytes) -> Piece:
    """Return what a text holds: a packet, a profile in hexadecimal digits, or words."""
    if key == "XML:com.adobe.xmp":
        return Piece(XMP, text, key)
    kind = _PROFILES.get(key[len(_PROFILE) :].lower()) if key.lower().startswith(_PROFILE) else None
    if kind is None:
        return Piece(TEXT, text, key)
    # A line break, the profile's name, its length, and the digits in lines.
    try:
        profile = bytes.fromhex("".join(text.decode("ascii").split()[2:]))
    except ValueError:
        return Piece(
            kind, text, key
        )  # whoever reads it will find that it is damaged; later chunks still count
    if profile.startswith(_XMP_HEADER):
        return Piece(XMP, profile[len(_XMP_HEADER) :], key)
    return Piece(kind, profile.removeprefix(b"Exif\x00\x00"), key)


def webp_pieces(data: bytes) -> Iterator[Piece]:
    """Yield EXIF and XMP from the chunks."""
    if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
        raise ValueError("no WebP")
    at, end = 12, 8 + unpack_from("<I", data, 4)[0]
    for _ in range(MAX_SEGMENTS):
        if at >= end:
            return
        name, length = unpack_from("<4sI", data, at)
        body = data[at + 8 : at + 8 + length]
        if len(body) != length:
            raise ValueError("a chunk ends outside the file")
        if name == b"EXIF":
            yield Piece(EXIF, body.removeprefix(b"Exif\x00\x00"))
        elif name == b"XMP ":
            yield Piece(XMP, body)
        at += 8 + length + length % 2
    raise ValueError("too many chunks")


def tiff_pieces(data: bytes) -> Iterator[Piece]:
    """Yield the file itself: a TIFF is the form that EXIF has in the others."""
    if data[:4] not in (b"II*\x00", b"MM\x00*"):
        raise ValueError("no TIFF")
    yield Piece(EXIF, data)


def other_pieces(data: bytes) -> Iterator[Piece]:
    """Yield EXIF from wherever it starts: HEIC, AVIF and the rest."""
    for start in _TIFF_STARTS:
        at = data.find(start)
        if at >= 0:
            yield Piece(EXIF, data[at:])
            return
