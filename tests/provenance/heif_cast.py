"""HEIC and AVIF files: real ones by their encoders, and tables of items written by hand."""

from __future__ import annotations

import io
import struct
from itertools import pairwise

import pillow_heif
from PIL import Image

PLAIN = Image.new("RGB", (16, 16), (120, 140, 130))


def avif(*, xmp: bytes = b"", exif: bytes = b"") -> bytes:
    stream = io.BytesIO()
    PLAIN.save(stream, "AVIF", **({"xmp": xmp} if xmp else {}), **({"exif": exif} if exif else {}))
    return stream.getvalue()


def heic(*, xmp: bytes = b"", exif: bytes = b"") -> bytes:
    stream = io.BytesIO()
    pillow_heif.from_pillow(PLAIN).save(
        stream, quality=60, **({"xmp": xmp} if xmp else {}), **({"exif": b"Exif\0\0" + exif} if exif else {})
    )
    return stream.getvalue()


def box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(body), name) + body


def by_hand(
    items: list[tuple[bytes, bytes]], *, in_idat: bool = False, version: int = 1, split: bool = False
) -> bytes:
    """A file whose items (type and content type, body) stand in ``idat`` or in ``mdat``; no picture in it.

    ``version`` is that of the table of places; ``split`` puts every item into two extents.
    """
    infos = b"".join(
        box(b"infe", struct.pack(">BxxxHH", 2, number, 0) + kind) for number, (kind, _) in enumerate(items, 1)
    )
    bodies = b"".join(body for _, body in items)

    def whole(start: int) -> bytes:
        places, at = b"", start
        for number, (_, body) in enumerate(items, 1):
            cuts = [0, len(body) // 2, len(body)] if split else [0, len(body)]
            extents = [(at + a, b - a) for a, b in pairwise(cuts)]
            places += struct.pack(">I" if version == 2 else ">H", number)
            places += struct.pack(">H", int(in_idat)) if version else b""
            places += struct.pack(">HH", 0, len(extents)) + b"".join(struct.pack(">II", *e) for e in extents)
            at += len(body)
        count = struct.pack(">I" if version == 2 else ">H", len(items))
        iloc = box(b"iloc", bytes([version, 0, 0, 0, 0x44, 0x00]) + count + places)
        iinf = box(b"iinf", bytes(4) + struct.pack(">H", len(items)) + infos)
        idat = box(b"idat", bodies) if in_idat else b""
        return box(b"ftyp", b"avif\0\0\0\0avifmif1") + box(b"meta", bytes(4) + iinf + iloc + idat)

    start = 0 if in_idat else len(whole(0)) + 8
    return whole(start) + (b"" if in_idat else box(b"mdat", bodies))


XMP_ITEM = b"mime\0application/rdf+xml\0"
EXIF_ITEM = b"Exif\0"
