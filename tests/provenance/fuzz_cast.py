"""Whole files of every format with something in each place that a parser reads, and what damages them."""

from __future__ import annotations

import json
import random
import struct
from collections.abc import Callable
from functools import lru_cache

from generator_cast import FOOOCUS, GRAPH, LAW, LINES, NOVEL, app13, comment, hidden, profile
from heif_cast import EXIF_ITEM, XMP_ITEM, avif, by_hand, heic
from manifest_cast import said as manifest
from manifest_cast import signed
from PIL import Image
from provenance_cast import (
    DETAILS,
    MAKE,
    MAKER_NOTE,
    MODEL,
    OWN_TABLES,
    SOFTWARE,
    TRAINED,
    extended,
    jpeg,
    png,
    tiff,
    webp,
)

MEDIA_TYPES = (
    *("image/jpeg", "image/png", "image/apng", "image/webp", "image/tiff", "image/heic", "image/avif"),
    *("image/gif", "image/bmp", None),
)
NUMBERS = (0, 1, 2, 3, 7, 8, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
WORDS = (
    *(
        b":xmpmeta",
        b"<rdf:RDF",
        b"<!DOCTYPE x [",
        b"&a;",
        b"8BIM",
        b"II*\0",
        b"MM\0*",
        b"Exif\0\0",
        b"Steps: ",
    ),
    *(
        b'{"class_type"',
        b"Hashes: {",
        b"jumb",
        b"uuid",
        b"meta",
        b"iloc",
        b"infe",
        b"mdat",
        b"\xff\xeb",
        b"\xff\xd9",
    ),
)


def _exif() -> bytes:
    written = Image.Exif()
    tags = {
        MAKE: "Drawn Optics",
        MODEL: "DO-1",
        SOFTWARE: "1.02",
        270: LINES,
        315: "Rita",
        33723: b"\x1c\x02n\0\1x",
    }
    for tag, value in tags.items():
        written[tag] = value
    details = written.get_ifd(DETAILS)
    details[MAKER_NOTE], details[37510], details[42033] = (
        b"DRAWN" * 9,
        b"ASCII\0\0\0" + FOOOCUS.encode(),
        "SN-1",
    )
    return written.tobytes().removeprefix(b"Exif\0\0")


@lru_cache(maxsize=1)
def whole_files() -> tuple[bytes, ...]:
    """One of each kind; the signed ones get fresh keys in every process, so they differ in some bytes."""
    exif = _exif()
    lines = app13((2, 110, b"Made with Google AI"), (2, 65, b"drawn"))
    texts = {
        "parameters": LINES,
        "prompt": GRAPH,
        "AIGC": LAW,
        **NOVEL,
        **profile("exif", b"Exif\0\0" + exif),
    }
    return (
        jpeg(xmp=TRAINED, exif=exif, tables=OWN_TABLES, segments=lines + comment(LINES)),
        jpeg(segments=extended(TRAINED, 3)),
        png(texts, xmp=TRAINED),
        png(texts, xmp=TRAINED, packed=True),
        png({"parameters": json.dumps({"base_model": "m", "seed": 1}), "Dream": '"a" -S 4'}),
        hidden(b"stealth_pngcomp", colours=4, kind=3),
        hidden(b"stealth_rgbinfo", colours=3, kind=2),
        webp(xmp=TRAINED, exif=exif),
        tiff(xmp=TRAINED),
        exif,
        avif(xmp=TRAINED, exif=exif),
        heic(xmp=TRAINED, exif=exif),
        by_hand([(XMP_ITEM, TRAINED), (EXIF_ITEM, bytes(4) + exif)], in_idat=True),
        by_hand([(XMP_ITEM, TRAINED)], version=2, split=True),
        *(
            signed(manifest("trainedAlgorithmicMedia"), media_type=kind)
            for kind in ("image/jpeg", "image/png")
        ),
        TRAINED,
    )


def _flipped(data: bytearray, chance: random.Random) -> None:
    for _ in range(chance.choice((1, 1, 2, 8, 60))):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _numbered(data: bytearray, chance: random.Random) -> None:
    """Write an extreme number where a length may stand."""
    form = chance.choice((">H", "<H", ">I", "<I"))
    size = struct.calcsize(form)
    at = chance.randrange(max(1, len(data) - size))
    data[at : at + size] = struct.pack(form, chance.choice(NUMBERS) & (256**size - 1))


def _cut(data: bytearray, chance: random.Random) -> None:
    del data[chance.randrange(len(data)) :]


def _dropped(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data))
    del data[at : at + chance.choice((1, 2, 4, 100))]


def _repeated(data: bytearray, chance: random.Random) -> None:
    at, size = chance.randrange(len(data)), chance.choice((1, 4, 12, 64, 1000))
    data[at:at] = data[at : at + size] * chance.choice((1, 3, 200))


def _worded(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data))
    data[at : at + chance.choice((0, 8))] = chance.choice(WORDS) * chance.choice((1, 1, 50))


def _spliced(data: bytearray, chance: random.Random) -> None:
    other = chance.choice(whole_files())
    start = chance.randrange(len(other))
    at = chance.randrange(len(data))
    data[at:] = other[start : start + chance.choice((20, 500, 100_000))]


DAMAGES: tuple[Callable[[bytearray, random.Random], None], ...] = (
    *(_flipped, _numbered, _cut, _dropped, _repeated, _worded, _spliced),
)


def damaged(chance: random.Random) -> bytes:
    """A whole file with one to four damages."""
    data = bytearray(chance.choice(whole_files()))
    for _ in range(chance.randint(1, 4)):
        if data:
            chance.choice(DAMAGES)(data, chance)
    return bytes(data[:400_000])
