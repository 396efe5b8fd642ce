"""Generation settings that a program hid in the lowest bits of a PNG's pixels ("stealth pnginfo").

The bits begin with a word of fifteen letters, down the first column of pixels: one bit of each alpha value, or
one of red, green and blue. Only that word is read: the column needs no more than the first rows, and of them
only their first pixel, which PNG's filters join to nothing but the pixel above. Each row is looked at only
while the word still fits, so an ordinary PNG costs as much as inflating one to eight rows.
Source of the form: the parsers of d3x-at/sd-parsers, which decode the whole picture for it.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from struct import unpack_from

WORDS = {4: (b"stealth_pnginfo", b"stealth_pngcomp"), 3: (b"stealth_rgbinfo", b"stealth_rgbcomp")}
MAX_ROW = 4 * 30_000  # bytes
MAX_CHUNKS = 1000  # of pixels, until the word has ended

_HEADER = 33  # the signature and the first chunk
_COLOURS = {2: 3, 6: 4}  # PNG's colour type, and its bytes a pixel


def hides_settings(png: bytes) -> bool:
    """Whether the word is there; raises where the file's own lengths make no sense."""
    if len(png) < _HEADER or png[12:16] != b"IHDR":
        return False
    width, _, depth, colour, _, _, woven = unpack_from(">IIBBBBB", png, 16)
    size = _COLOURS.get(colour, 0)
    if depth != 8 or not size or woven or width * size > MAX_ROW:
        return False
    forms = [4, 3] if size == 4 else [3]
    columns = {form: WORDS[form] for form in forms}
    bits: dict[int, list[int]] = {form: [] for form in forms}
    for pixel in _first_pixels(png, width * size, size):
        for form in forms:
            bits[form] += [pixel[3] & 1] if form == 4 else [value & 1 for value in pixel[:3]]
        forms = [form for form in forms if _fits(bits[form], columns[form])]
        if not forms:
            return False
        if any(len(bits[form]) >= 120 for form in forms):
            return True
    return False


def _fits(bits: list[int], words: tuple[bytes, ...]) -> bool:
    whole = len(bits) // 8
    packed = bytes(
        sum(bit << 7 - i for i, bit in enumerate(bits[at : at + 8])) for at in range(0, whole * 8, 8)
    )
    return any(word.startswith(packed[:15]) for word in words)


def _first_pixels(png: bytes, row: int, size: int) -> Iterator[bytes]:
    """Yield the first pixel of each row, from the top."""
    inflater, above = zlib.decompressobj(), bytes(size)
    waiting = bytearray()
    for body in _pixel_chunks(png):
        rest = body
        while rest or len(waiting) > row:
            waiting += inflater.decompress(rest, 8 * (row + 1))
            rest = inflater.unconsumed_tail
            while len(waiting) > row:
                above = _unfiltered(waiting[0], waiting[1 : 1 + size], above)
                del waiting[: row + 1]
                yield above


def _unfiltered(kind: int, values: bytearray, above: bytes) -> bytes:
    """Undo a filter at the left edge, where the pixel to the left counts as zero (PNG, section 9)."""
    if kind in (2, 4):  # "up", and Paeth's, which chooses the one above
        return bytes((value + up) & 255 for value, up in zip(values, above, strict=True))
    if kind == 3:
        return bytes((value + up // 2) & 255 for value, up in zip(values, above, strict=True))
    return bytes(values)


def _pixel_chunks(png: bytes) -> Iterator[bytes]:
    at = 8
    for _ in range(MAX_CHUNKS):
        if at + 12 > len(png):
            return
        length, name = unpack_from(">I4s", png, at)
        if name == b"IDAT":
            yield png[at + 8 : at + 8 + length]
        elif name == b"IEND":
            return
        at += 12 + length
