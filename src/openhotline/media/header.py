"""Width and height from the header, without any decoder: the first guard against pixel bombs.

Only for formats whose decoder sets memory aside as soon as a file is opened, or whose header is this plain.
For the others Pillow reads the size without decoding, and the same check follows.
"""

from __future__ import annotations

from openhotline.media.limits import current
from openhotline.media.reasons import too_large, undecodable
from openhotline.media.sniff import APNG, GIF, PNG, WEBP


def check_size(width: int, height: int) -> None:
    """Raise TooLarge above the limit on pixels, Undecodable where there are none."""
    if width < 1 or height < 1:
        raise undecodable("damaged")
    if width * height > current().pixels:
        raise too_large("too_many_pixels")


def check_header(untrusted_bytes: bytes, media_type: str) -> None:
    """Check the size that the header declares, where this module can read it."""
    reader = {PNG: _png, APNG: _png, GIF: _gif, WEBP: _webp}.get(media_type)
    if reader is None:
        return
    size = reader(untrusted_bytes[:64])
    if size is None:
        raise undecodable("truncated" if len(untrusted_bytes) < 32 else "damaged")
    check_size(*size)


def _png(head: bytes) -> tuple[int, int] | None:
    if len(head) < 24 or head[12:16] != b"IHDR":
        return None
    return int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")


def _gif(head: bytes) -> tuple[int, int] | None:
    if len(head) < 10:
        return None
    return int.from_bytes(head[6:8], "little"), int.from_bytes(head[8:10], "little")


def _webp(head: bytes) -> tuple[int, int] | None:
    """Read the three kinds of first chunk (RFC 9649, sections 2.5 to 2.7)."""
    if len(head) < 30:
        return None
    kind = head[12:16]
    if kind == b"VP8X":
        return int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1
    if kind == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        return int.from_bytes(head[26:28], "little") & 0x3FFF, int.from_bytes(head[28:30], "little") & 0x3FFF
    return None
