"""Small baseline JPEGs of every sampling, and ways to hurt them."""

from __future__ import annotations

import random

import numpy as np
import simplejpeg
from coded_jpegs import coded_jpeg
from media_drawings import landscape, saved

_MARKERS = (0x00, 0xC0, 0xC4, 0xD0, 0xD1, 0xD7, 0xD9, 0xDA, 0xDC, 0xDD, 0xFE, 0xFF)


def small_jpegs() -> list[bytes]:
    """Return files of a few kilobytes, with and without restarts, by three encoders."""
    hills = landscape(73, 51)
    pixels = np.asarray(hills)
    files = [
        bytes(simplejpeg.encode_jpeg(pixels, quality, colorsubsampling=sampling))
        for sampling in ("444", "422", "420", "440", "411")
        for quality in (30, 90)
    ]
    options: tuple[dict[str, int], ...] = ({"optimize": 1}, {"restart_marker_blocks": 2}, {"progressive": 1})
    files += [saved(hills, "JPEG", quality=85, **option) for option in options]
    files += [saved(hills.convert("L"), "JPEG", quality=85, **option) for option in options]
    return files + [coded_jpeg(random.Random(seed), wild=seed % 4 == 0) for seed in range(20)]


def hurt(data: bytes, chance: random.Random) -> bytes:
    """Change, drop or add some bytes, more often than not in the header."""
    hurt = bytearray(data)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
        at = chance.randrange(2, min(len(hurt), chance.choice((700, len(hurt)))))
        way = chance.random()
        if way < 0.5:
            hurt[at] = chance.choice((chance.randrange(256), hurt[at] ^ 1 << chance.randrange(8), 0, 255))
        elif way < 0.6:
            del hurt[at : at + chance.randrange(1, 5)]
        elif way < 0.7:
            hurt[at:at] = chance.randbytes(chance.randrange(1, 5))
        elif way < 0.85:
            hurt[at : at + 2] = bytes((255, chance.choice(_MARKERS)))
        elif way < 0.9:
            del hurt[max(at, 8) :]
        elif way < 0.95:
            hurt += chance.randbytes(chance.randrange(9))
        else:
            hurt[at : at + 64] = bytes([chance.choice((0, 1, 255))]) * 64
    return bytes(hurt)
