"""JPEGs of noise, coded symbol by symbol: any Huffman tables, samplings and restarts that the standard allows."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

SAMPLINGS = ((1, 1), (2, 1), (2, 2), (1, 2), (4, 1))
END_OF_BLOCK, SIXTEEN_ZEROS = 0x00, 0xF0


@dataclass
class Bits:
    """Collects bits, stuffs a zero behind every 0xFF."""

    data: bytearray = field(default_factory=bytearray)
    waiting: int = 0
    count: int = 0

    def put(self, value: int, length: int) -> None:
        self.waiting = self.waiting << length | value
        self.count += length
        while self.count >= 8:
            self.count -= 8
            byte = self.waiting >> self.count & 255
            self.data += b"\xff\0" if byte == 255 else bytes([byte])
        self.waiting &= (1 << self.count) - 1

    def marker(self, code: int) -> None:
        if self.count:
            self.put((1 << (8 - self.count)) - 1, 8 - self.count)
        self.data += bytes([0xFF, code])


class Code:
    """A Huffman code of random lengths, up to 16 bits, for all of ``must`` and some of ``others``."""

    def __init__(self, chance: random.Random, must: list[int], others: list[int]) -> None:
        symbols = must + chance.sample(others, chance.randrange(len(others) + 1))
        chance.shuffle(symbols)
        steep = chance.random()
        lengths = [0]  # of a complete code with one more than the symbols: the longest, all ones, is dropped
        while len(lengths) <= len(symbols):
            lengths.sort()
            short = [at for at, length in enumerate(lengths) if length < 16]
            split = short[-1] if chance.random() < steep else chance.choice(short)
            lengths[split] += 1
            lengths.append(lengths[split])
        lengths = sorted(lengths)[:-1]
        self.counts = [lengths.count(length) for length in range(1, 17)]
        self.codes, code, before = {}, 0, 0
        for symbol, length in zip(symbols, lengths, strict=True):
            code <<= length - before
            self.codes[symbol] = (code, length)
            code, before = code + 1, length

    def segment(self, number: int) -> bytes:
        return bytes([number, *self.counts, *self.codes])


def coded_jpeg(chance: random.Random, *, wild: bool = False) -> bytes:
    """Return a baseline JPEG of a few units. ``wild`` levels climb, some beyond what a decoder can hold,
    and its blocks may have too many coefficients.
    """
    grey = chance.random() < 0.2
    across, down = chance.choice(SAMPLINGS)
    blocks = [0] if grey else [0] * (across * down) + [1, 2]
    width, height = chance.randrange(1, 80), chance.randrange(1, 80)
    units = -(-width // (8 if grey else 8 * across)) * -(-height // (8 if grey else 8 * down))
    restart = chance.choice([0, 0, 1, 2, 5])
    kinds = [chance.randrange(2) for _ in range(3)]
    ac_symbols = sorted({*range(256)} - {END_OF_BLOCK, SIXTEEN_ZEROS, 0x01})
    dc = [Code(chance, [0, 1], list(range(2, 12))) for _ in range(2)]
    ac = [Code(chance, [END_OF_BLOCK, SIXTEEN_ZEROS, 0x01], ac_symbols) for _ in range(2)]
    bits, level = Bits(), 0
    for unit in range(units):
        if restart and unit and unit % restart == 0:
            bits.marker(0xD0 + (unit // restart - 1) % 8)
            level = 0
        for block in blocks:
            tables = dc[kinds[block]], ac[kinds[block]]
            difference = _block(chance, bits, *tables, level, wild=wild)
            level += difference if block == 0 else 0
    bits.marker(0xD9)
    components = bytes([1, 0x22 if grey and chance.random() < 0.5 else across << 4 | down, 0])
    components += b"" if grey else bytes([2, 0x11, 1, 3, 0x11, 1])
    count = len(components) // 3
    quantisers = [bytes([number]) + bytes(chance.randrange(1, 256) for _ in range(64)) for number in (0, 1)]
    scan = bytes([count]) + b"".join(bytes([n + 1, kinds[n] * 0x11]) for n in range(count)) + b"\0\x3f\0"
    frame = bytes([8]) + height.to_bytes(2, "big") + width.to_bytes(2, "big") + bytes([count]) + components
    parts = [
        _segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0"),
        _segment(0xDB, b"".join(quantisers)),
        _segment(chance.choice([0xC0, 0xC1]), frame),
        _segment(0xC4, b"".join(code.segment(n) for n, code in enumerate(dc))),
        _segment(0xC4, b"".join(code.segment(0x10 | n) for n, code in enumerate(ac))),
        _segment(0xDD, restart.to_bytes(2, "big")),
        _segment(0xDA, scan),
    ]
    return b"\xff\xd8" + b"".join(parts) + bytes(bits.data)


def _segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body


def _block(chance: random.Random, bits: Bits, dc: Code, ac: Code, level: int, *, wild: bool) -> int:
    """Code one block of noise; return the difference of its DC coefficient."""
    size = max(dc.codes) if wild else chance.choice(list(dc.codes))
    value = (1 << size) - 1 if wild else chance.getrandbits(size) if size else 0
    difference = value if not size or value >> (size - 1) else value - (1 << size) + 1
    if not wild and abs(level + difference) > 32767:
        size = value = difference = 0
    bits.put(*dc.codes[size])
    bits.put(value, size)
    at, ends = 1, chance.choice([0.02, 0.2, 0.6])
    symbols = list(ac.codes)
    while at < 64:
        symbol = END_OF_BLOCK if chance.random() < ends else chance.choice(symbols)
        run, size = symbol >> 4, symbol & 15
        after = at + run + 1 if size or run == 15 else 64
        if after > 64 and not wild:
            continue
        bits.put(*ac.codes[symbol])
        bits.put(chance.getrandbits(size) if size else 0, size)
        at = after
    return difference
