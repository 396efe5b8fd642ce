"""The hashes of a picture's eight turns and mirrorings, from one transform.

Turning a picture by a quarter transposes its frequencies; mirroring it changes the sign of every odd one.
Order and bits as ``pdqhash.compute_dihedral``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from openhotline.hashing import cosine
from openhotline.hashing.geometry import is_too_small
from openhotline.hashing.pdq import PdqHash, without_hash
from openhotline.hashing.strict import check_picture, transform

VARIANTS = (
    "original",
    "rotate_90",
    "rotate_180",
    "rotate_270",
    "flip_x",
    "flip_y",
    "flip_plus_1",
    "flip_minus_1",
)
"""Turns are against the clock; x swaps top and bottom, y left and right, the others mirror at a diagonal."""

# Frequencies count from 1, so the first, third, ... are the odd ones.
_ODD = np.where(np.arange(cosine.FREQUENCIES) % 2 == 0, -1, 1).astype(np.float32)


def dihedral(rgb: npt.NDArray[np.uint8], *, decoder: str = "") -> tuple[PdqHash, ...]:
    """Return eight strict hashes in the order of VARIANTS. All share the original's quality."""
    check_picture(rgb)
    if is_too_small(*rgb.shape[:2]):
        return (without_hash("strict", decoder),) * len(VARIANTS)
    samples, spectrum = transform(rgb, variants=_turned)
    return tuple(cosine.finish(samples, turned, "strict", decoder) for turned in _turned(spectrum))


def _turned(spectrum: npt.NDArray[Any]) -> list[npt.NDArray[Any]]:
    turned = spectrum.T
    down, across = _ODD[:, None], _ODD[None, :]
    return [
        spectrum,
        turned * down,
        spectrum * down * across,
        turned * across,
        spectrum * down,
        spectrum * across,
        turned,
        turned * down * across,
    ]
