"""Does a file end where it says it does? Told from its structure, because decoders say it in many words."""

from __future__ import annotations

import struct

from openhotline.media.sniff import AVIF, HEIC, JPEG, TIFF, WEBP


def cut_short(untrusted_bytes: bytes, media_type: str) -> bool:
    """Tell whether the file's own structure reaches beyond its last byte. Formats not known here: False."""
    if media_type == WEBP:
        return len(untrusted_bytes) < int.from_bytes(untrusted_bytes[4:8], "little") + 8
    if media_type == TIFF:
        order = "<" if untrusted_bytes[:2] == b"II" else ">"
        return len(untrusted_bytes) < 8 or struct.unpack_from(order + "I", untrusted_bytes, 4)[0] >= len(
            untrusted_bytes
        )
    if media_type in (HEIC, AVIF):
        return _boxes_reach_beyond(untrusted_bytes)
    return media_type == JPEG and b"\xff\xd9" not in untrusted_bytes[-4096:]


def _boxes_reach_beyond(untrusted_bytes: bytes) -> bool:
    """Walk the outermost boxes of an ISO base media file (ISO/IEC 14496-12, section 4.2)."""
    position = 0
    while position + 8 <= len(untrusted_bytes):
        size = int.from_bytes(untrusted_bytes[position : position + 4], "big")
        if size == 1:
            size = int.from_bytes(untrusted_bytes[position + 8 : position + 16], "big")
        if size == 0:
            return False
        if size < 8:
            return True
        position += size
    return position != len(untrusted_bytes)


def gif_frames(untrusted_bytes: bytes) -> tuple[int, bool]:
    """Count a GIF's frames undecoded, and tell whether its last block is there (GIF89a, section 17)."""
    frames, position = 0, 13 + _colour_table(untrusted_bytes[10:11])
    while position < len(untrusted_bytes):
        kind = untrusted_bytes[position]
        if kind == 0x3B:
            return frames, True
        if kind == 0x21:
            position = _after_blocks(untrusted_bytes, position + 2)
        elif kind == 0x2C:
            body = position + 10 + _colour_table(untrusted_bytes[position + 9 : position + 10]) + 1
            position = _after_blocks(untrusted_bytes, body)
            frames += position <= len(untrusted_bytes)
        else:
            return frames, False
    return frames, False


def _colour_table(flags: bytes) -> int:
    return 3 << ((flags[0] & 7) + 1) if flags and flags[0] & 0x80 else 0


def _after_blocks(untrusted_bytes: bytes, position: int) -> int:
    """Return where a chain of sub-blocks ends; one past the file's end where it does not."""
    while position < len(untrusted_bytes):
        length = untrusted_bytes[position]
        position += 1 + length
        if length == 0:
            return position
    return len(untrusted_bytes) + 1
