"""Lines of IPTC-IIM, the form before XMP: who is credited, and with what program it was made.

Format: IPTC-IIM 4.2, chapter 1 for the records; Adobe's image resource blocks around it, of which number
1028 holds them. A TIFF has them bare.
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import unpack_from

MAX_LINES = 2000

PLACES = {(2, 65): "iptc_program", (2, 110): "iptc_credit"}

_RECORDS, _MARK = 1028, 0x1C


def read_lines(block: bytes) -> tuple[tuple[str, bytes], ...]:
    """Return (place, value) of the lines that speak about origin; raises where the lengths make no sense."""
    bare = block[:1] == bytes([_MARK])
    records = (block,) if bare else tuple(_resources(block))
    return tuple(found for record in records for found in _lines(record))


def _resources(block: bytes) -> Iterator[bytes]:
    at = 0
    for _ in range(MAX_LINES):
        if len(block) - at < 12:
            return
        kind, number, name = unpack_from(">4sHB", block, at)
        if not kind.isalnum():
            raise ValueError("no resource here")
        at += 6 + (name + 2) // 2 * 2
        (size,) = unpack_from(">I", block, at)
        if at + 4 + size > len(block):
            raise ValueError("a resource ends outside its segment")
        if number == _RECORDS:
            yield block[at + 4 : at + 4 + size]
        at += 4 + (size + 1) // 2 * 2
    raise ValueError("too many resources")


def _lines(record: bytes) -> Iterator[tuple[str, bytes]]:
    at = 0
    for _ in range(MAX_LINES):
        if len(record) - at < 5 or record[at] != _MARK:  # what fills up the end
            return
        _, number, kind, size = unpack_from(">BBBH", record, at)
        if size > 0x7FFF or at + 5 + size > len(record):
            raise ValueError("a line ends outside its record")
        place = PLACES.get((number, kind))
        if place:
            yield place, record[at + 5 : at + 5 + size]
        at += 5 + size
    raise ValueError("too many lines")
