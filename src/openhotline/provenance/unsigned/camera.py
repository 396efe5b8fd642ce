"""Second family: traces of a camera, and whether they agree with each other.

A camera writes its maker's name and a note in the maker's own format, and compresses with tables of its own.
Each can be written by anybody, so all of them together weigh little, and a missing one says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from openhotline.provenance.evidence import ASSERTED_UNSIGNED, CAMERA_TRACES, Evidence
from openhotline.provenance.rules import rules
from openhotline.provenance.unsigned.exif import Exif

STANDARD, OWN, UNKNOWN = "standard", "own", "unknown"

DOUBTS = {
    "agree": "Maker, maker note and the maker's own compression agree; a careful forger can copy all three.",
    "partly": "A maker is named, but not all of its traces are there, as after saving with a program.",
    "inconsistent": "A maker is named, but nothing else of a camera is there: that is easily added.",
}

# ITU-T T.81, table K.1 (luminance), row by row; libjpeg scales it by its quality from 1 to 100.
_LUMINANCE = (
    (16, 11, 10, 16, 24, 40, 51, 61),
    (12, 12, 14, 19, 26, 58, 60, 55),
    (14, 13, 16, 24, 40, 57, 69, 56),
    (14, 17, 22, 29, 51, 87, 80, 62),
    (18, 22, 37, 56, 68, 109, 103, 77),
    (24, 35, 55, 64, 81, 104, 113, 92),
    (49, 64, 78, 87, 103, 121, 120, 101),
    (72, 92, 95, 98, 112, 100, 103, 99),
)


def camera_traces(exif: Exif, tables: str) -> Iterator[Evidence]:
    """Yield one piece of evidence where a maker is named; ``tables`` is the quantisation table's family."""
    if not exif.make or rules().program("exif_make", exif.make.encode()):
        return  # some programs keep their settings in the camera's tags
    agreement = _agreement(exif, tables)
    yield Evidence(
        CAMERA_TRACES,
        f"exif_camera:{agreement}",
        "camera_capture_claimed",
        ASSERTED_UNSIGNED,
        rules().camera_weights[agreement],
        DOUBTS[agreement],
    )


def _agreement(exif: Exif, tables: str) -> str:
    if rules().program("exif_software", exif.software):
        return "inconsistent"
    software = exif.software.decode("latin-1").lower()
    edited = any(name in software for name in rules().editors)
    own = tables == OWN and not edited  # an editor's tables are its own, no camera's
    return ("inconsistent", "partly", "agree")[exif.maker_note + own]


def table_family(segment: bytes) -> str:
    """Return whether the luminance table of a DQT segment is libjpeg's at some quality, or another one."""
    at = 0
    while at < len(segment):
        wide, number = segment[at] >> 4, segment[at] & 15
        size = 128 if wide else 64
        table = segment[at + 1 : at + 1 + size]
        if len(table) != size:
            raise ValueError("a table ends outside its segment")
        if number == 0:
            # In two bytes a table may be libjpeg's as well, at a very low quality: then nothing is said.
            return UNKNOWN if wide else STANDARD if table in _standard_tables() else OWN
        at += 1 + size
    return UNKNOWN


@lru_cache(maxsize=1)
def _standard_tables() -> frozenset[bytes]:
    return frozenset(
        _scaled(5000 // quality if quality < 50 else 200 - 2 * quality) for quality in range(1, 101)
    )


def _scaled(percent: int) -> bytes:
    """Return the table as a file holds it: along the diagonals, to and fro."""
    order = sorted(
        ((row, column) for row in range(8) for column in range(8)),
        key=lambda place: (sum(place), place[0] if sum(place) % 2 else place[1]),
    )
    return bytes(min(255, max(1, (_LUMINANCE[row][column] * percent + 50) // 100)) for row, column in order)
