"""A picture's pixels, with everything that a hash or a reader has to know about how they came about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Pixels: TypeAlias = NDArray[np.uint8]
Want: TypeAlias = Literal["luma", "rgb"]

NOTES = {
    "alpha_ignored": "Transparency was dropped, as the peers' hashing does; hidden pixels are visible.",
    "animation_cut_short": "Later frames are missing or damaged; the first frame is whole.",
    "cmyk_converted": "Print colours were converted without their profile.",
    "damaged_data": "The decoder met damaged data and went on, as the peers' does; parts may be wrong.",
    "first_of_several": "The file holds several pictures; only the first was decoded.",
    "wide_samples_clipped": "Samples of more than 8 bits were cut off at 255, as the peers' hashing does.",
    "wide_samples_scaled": "Samples of more than 8 bits were scaled to 8.",
}


@dataclass(frozen=True, eq=False)
class Decoded:
    """One decoded picture, as stored: not rotated, so that hashes agree with everybody else's.

    ``pixels`` is ``(height, width)`` for luma or ``(height, width, 3)`` for RGB. ``scale`` is the
    number by which each side was divided while decoding (8 over 1 to 8; sides round up), ``full_width`` and
    ``full_height`` are the sides before that. ``orientation`` is EXIF's, 1 to 8. ``notes`` are keys of
    ``NOTES``. ``visible`` is a luma for human eyes where ``pixels`` had to follow a peer's conversion that
    leaves nothing to see.
    """

    pixels: Pixels
    full_width: int
    full_height: int
    scale: float
    media_type: str
    frames: int
    orientation: int
    decoder: str
    notes: tuple[str, ...] = ()
    visible: Pixels | None = None
