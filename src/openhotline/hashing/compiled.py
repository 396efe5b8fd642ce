"""The door to numba, which ``media`` holds: importing this module loads it too. Kernels left of media enter here."""

from openhotline.media.compiled import (
    BYTES_1D,
    BYTES_2D,
    INDICES,
    INTEGER,
    NOTHING,
    OUT_INDICES,
    OUT_SINGLES_1D,
    OUT_SINGLES_2D,
    OUT_SINGLES_3D,
    REAL,
    RELAXED,
    SINGLE,
    SINGLES_1D,
    SINGLES_2D,
    WORDS_2D,
    compiled,
)

__all__ = [
    "BYTES_1D",
    "BYTES_2D",
    "INDICES",
    "INTEGER",
    "NOTHING",
    "OUT_INDICES",
    "OUT_SINGLES_1D",
    "OUT_SINGLES_2D",
    "OUT_SINGLES_3D",
    "REAL",
    "RELAXED",
    "SINGLE",
    "SINGLES_1D",
    "SINGLES_2D",
    "WORDS_2D",
    "compiled",
]
