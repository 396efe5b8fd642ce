"""A JPEG's luma at an eighth of its size, read from the DC coefficients alone: libjpeg-turbo's pixels, sooner.

At that scale a pixel is the mean of a block of 8 x 8, and the mean is the block's first coefficient. All others
only have to be stepped over, several at a time. Whatever is not an ordinary baseline JPEG, whole to its last bit,
gives None: the caller's decoder then says what it always said.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from openhotline.media.decoded import Pixels
from openhotline.media.eighth.scan import Scan, read_scan

DECODER = "openhotline-eighth 1"
"""Kept with every hash made from these pixels. To be counted up when a change could alter one of them."""

BLOCK = 8

SMALLEST = 5
"""Pixels of the longer side. Below, two eighths give the same size, and simplejpeg, asked for a size, takes those."""


def read_luma(untrusted_bytes: bytes) -> Pixels | None:
    """Return uint8[ceil(height / 8), ceil(width / 8)], or None. Loads numba at its first picture.

    The caller has made sure, by the decoder that is copied here, that the header is in order and that the colours
    are YCbCr or grey; an RGB JPEG has no luma to read.
    """
    scan = read_scan(untrusted_bytes)
    if scan is None or max(scan.width, scan.height) < SMALLEST:
        return None
    from openhotline.media.eighth import lookups, walk

    tables = [table for pair in scan.pairs for table in pair]
    counts = _numbers([table.counts for table in tables])
    symbols = _numbers([table.symbols.ljust(256, b"\0") for table in tables])
    steps = np.empty((len(tables), lookups.ENTRIES), np.int32)
    lookups.build(counts, symbols, steps)
    luma = np.empty(_whole_units(scan), np.uint8)
    places = np.arange(scan.across * scan.down)
    whole = walk.walk(
        np.frombuffer(untrusted_bytes, np.uint8),
        scan.start,
        steps,
        lookups.WIDTH,
        counts,
        symbols,
        2 * np.array(scan.blocks),
        places // scan.across,
        places % scan.across,
        scan.restart,
        scan.quantum,
        scan.across,
        scan.down,
        luma,
    )
    height, width = -(-scan.height // BLOCK), -(-scan.width // BLOCK)
    return np.ascontiguousarray(luma[:height, :width]) if whole else None


def _whole_units(scan: Scan) -> tuple[int, int]:
    """Return the luma blocks down and across, with those that fill up the last units (ITU-T T.81, A.2.4)."""
    down, across = -(-scan.height // (BLOCK * scan.down)), -(-scan.width // (BLOCK * scan.across))
    return down * scan.down, across * scan.across


def _numbers(rows: list[bytes]) -> NDArray[np.int32]:
    return np.frombuffer(b"".join(rows), np.uint8).reshape(len(rows), -1).astype(np.int32)
