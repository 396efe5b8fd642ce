"""The markers before a JPEG's entropy-coded data, read only where they say the ordinary (ITU-T T.81, annex B)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

SOI, SOF0, SOF1, DHT, SOS, DQT, DRI, COM = 0xD8, 0xC0, 0xC1, 0xC4, 0xDA, 0xDB, 0xDD, 0xFE
APPLICATIONS = range(0xE0, 0xF0)

LARGEST_DC_CATEGORY = 11
"""Bits of a difference between 8-bit samples' DC coefficients (table F.1); decoders allow more."""

MOST_BLOCKS = 10
"""In one unit of an interleaved scan (section B.2.3)."""

WHOLE_SPECTRUM = bytes((0, 63, 0))


@dataclass(frozen=True)
class Huffman:
    """``counts`` holds the number of codes of 1 to 16 bits, ``symbols`` what they stand for, shortest first."""

    counts: bytes
    symbols: bytes


@dataclass(frozen=True)
class Scan:
    """The only scan of a baseline JPEG. It is grey, or its luma is sampled no more coarsely than its colours.

    A unit (MCU) holds ``across`` times ``down`` luma blocks, then those of the colours; ``blocks`` has the number
    of each one's tables in ``pairs`` (DC, AC). ``quantum`` is the luma's DC quantiser, ``restart`` the units
    between restart markers or 0, ``start`` where the coded data begin, in bytes.
    """

    width: int
    height: int
    across: int
    down: int
    blocks: tuple[int, ...]
    pairs: tuple[tuple[Huffman, Huffman], ...]
    quantum: int
    restart: int
    start: int


@dataclass(frozen=True)
class _Component:
    identifier: int
    across: int
    down: int
    quantiser: int


class _UnusualError(Exception):
    """Something that another decoder had better look at."""


def read_scan(untrusted_bytes: bytes) -> Scan | None:
    """Return what has to be known before the coded data, or None where anything is unusual."""
    try:
        return _read(untrusted_bytes)
    except _UnusualError:
        return None


def _read(untrusted_bytes: bytes) -> Scan:
    quantisers: dict[int, int] = {}
    tables: dict[int, Huffman] = {}
    restart, frame = 0, b""
    for marker, body, end in _segments(untrusted_bytes):
        if marker == DQT:
            quantisers |= _quantisers(body)
        elif marker == DHT:
            tables |= _tables(body)
        elif marker == DRI:
            _need(len(body) == 2)
            restart = int.from_bytes(body, "big")
        elif marker in (SOF0, SOF1):
            _need(not frame)
            frame = body
        elif marker == SOS:
            return _scan(frame, body, quantisers, tables, restart, end)
        else:
            _need(marker in APPLICATIONS or marker == COM)
    raise _UnusualError


def _segments(untrusted_bytes: bytes) -> Iterator[tuple[int, bytes, int]]:
    """Yield each segment's marker, its body, and where it ends."""
    position = 2
    while position + 4 <= len(untrusted_bytes):
        lead, marker = untrusted_bytes[position : position + 2]
        length = int.from_bytes(untrusted_bytes[position + 2 : position + 4], "big")
        end = position + 2 + length
        _need(lead == 0xFF and length >= 2 and end <= len(untrusted_bytes))
        yield marker, untrusted_bytes[position + 4 : end], end
        position = end


def _quantisers(body: bytes) -> dict[int, int]:
    """Return the first value of each table: the one for DC coefficients."""
    _need(len(body) % 65 == 0)
    found = {body[at]: body[at + 1] for at in range(0, len(body), 65)}
    _need(all(number < 4 for number in found))  # above it, precision: 16 bits are no baseline
    return found


def _tables(body: bytes) -> dict[int, Huffman]:
    """Return Huffman tables by class and number, as in the file: 0x00 to 0x03 are for DC, 0x10 to 0x13 for AC."""
    found = {}
    while body:
        _need(len(body) >= 17 and body[0] & 0xEF < 4)
        counts = body[1:17]
        size = sum(counts)
        symbols = body[17 : 17 + size]
        _need(0 < size <= 256 and len(symbols) == size)
        # No code is all ones (section C.2). A lookup of any width then has room for every code of its width.
        _need(sum(count << (15 - index) for index, count in enumerate(counts)) < 1 << 16)
        _need(body[0] >= 0x10 or max(symbols) <= LARGEST_DC_CATEGORY)
        found[body[0]] = Huffman(counts, symbols)
        body = body[17 + size :]
    return found


def _scan(
    frame: bytes,
    body: bytes,
    quantisers: dict[int, int],
    tables: dict[int, Huffman],
    restart: int,
    start: int,
) -> Scan:
    components = _components(frame)
    _need(len(body) == 4 + 2 * len(components) and body[0] == len(components))
    _need(body[-3:] == WHOLE_SPECTRUM)
    _need(body[1:-3:2] == bytes(component.identifier for component in components))
    pairs = [_pair(chosen, tables) for chosen in body[2:-3:2]]
    different = tuple(dict.fromkeys(pairs))
    _need(all(component.quantiser in quantisers for component in components))
    blocks = tuple(
        different.index(pair)
        for pair, component in zip(pairs, components, strict=True)
        for _ in range(component.across * component.down)
    )
    _need(len(blocks) <= MOST_BLOCKS)
    luma = components[0]
    return Scan(
        width=int.from_bytes(frame[3:5], "big"),
        height=int.from_bytes(frame[1:3], "big"),
        across=luma.across,
        down=luma.down,
        blocks=blocks,
        pairs=different,
        quantum=quantisers[luma.quantiser],
        restart=restart,
        start=start,
    )


def _components(frame: bytes) -> list[_Component]:
    """Read the frame header: 8 bits a sample, grey or three colours."""
    _need(len(frame) >= 6 and frame[0] == 8 and frame[5] in (1, 3) and len(frame) == 6 + 3 * frame[5])
    _need(any(frame[1:3]) and any(frame[3:5]))
    found = [
        _Component(frame[at], frame[at + 1] >> 4, frame[at + 1] & 15, frame[at + 2])
        for at in range(6, len(frame), 3)
    ]
    _need(len({component.identifier for component in found}) == len(found))
    _need(all(1 <= side <= 4 for component in found for side in (component.across, component.down)))
    if len(found) == 1:  # not interleaved: a unit is one block, whatever the factors say (section A.2.2)
        return [_Component(found[0].identifier, 1, 1, found[0].quantiser)]
    # A decoder that scales reads a luma coarser than the colours at another scale than theirs.
    _need(found[0].across == max(component.across for component in found))
    _need(found[0].down == max(component.down for component in found))
    return found


def _pair(chosen: int, tables: dict[int, Huffman]) -> tuple[Huffman, Huffman]:
    dc, ac = tables.get(chosen >> 4), tables.get(0x10 | chosen & 15)
    if dc is None or ac is None:
        raise _UnusualError
    return dc, ac


def _need(ordinary: bool) -> None:
    if not ordinary:
        raise _UnusualError
