"""EXIF orientation: read it without decoding, apply it to what people see. Hashes never see it applied."""

from __future__ import annotations

import struct

from openhotline.media.decoded import Pixels

UPRIGHT = 1
_TAG = 0x0112
_NO_LENGTH = {0x01, *range(0xD0, 0xD9)}


def jpeg_orientation(untrusted_bytes: bytes) -> int:
    """Return the EXIF orientation of a JPEG, 1 where there is none or it makes no sense."""
    position = 2
    while position + 4 <= len(untrusted_bytes) and untrusted_bytes[position] == 0xFF:
        marker = untrusted_bytes[position + 1]
        if marker == 0xFF or marker in _NO_LENGTH:
            position += 1 if marker == 0xFF else 2
            continue
        if marker in (0xDA, 0xD9):
            break
        length = int.from_bytes(untrusted_bytes[position + 2 : position + 4], "big")
        if marker == 0xE1 and untrusted_bytes[position + 4 : position + 10] == b"Exif\0\0":
            return exif_orientation(untrusted_bytes[position + 10 : position + 2 + length])
        position += 2 + length
    return UPRIGHT


def exif_orientation(block: bytes) -> int:
    """Return the orientation in the first directory of an EXIF block (TIFF 6.0, section 2)."""
    order = {b"II": "<", b"MM": ">"}.get(block[:2])
    if order is None or len(block) < 10:
        return UPRIGHT
    start = struct.unpack_from(order + "I", block, 4)[0]
    if start + 2 > len(block):
        return UPRIGHT
    count = struct.unpack_from(order + "H", block, start)[0]
    for entry in range(start + 2, min(start + 2 + 12 * count, len(block) - 11), 12):
        tag, kind = struct.unpack_from(order + "HH", block, entry)
        if tag == _TAG:
            value = struct.unpack_from(order + ("H" if kind == 3 else "I"), block, entry + 8)[0]
            return sensible(value)
    return UPRIGHT


def sensible(value: object) -> int:
    """Return an orientation of 1 to 8 whatever a file claims."""
    return value if isinstance(value, int) and 1 <= value <= 8 else UPRIGHT


def upright(pixels: Pixels, orientation: int) -> Pixels:
    """Return a view of ``pixels`` turned and mirrored so that the picture stands as it was meant."""
    if orientation >= 5:
        pixels = pixels.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return pixels
