"""PDQ from a scaled decode of the brightness alone: for bulk, with a self-check.

The operator's weights are summed over what each scaled pixel covers, so the hash approximates the one of the
*full* picture. Hashing a thumbnail as if it were the picture would not: windows and positions would move.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from openhotline.errors import BadInput
from openhotline.hashing import cosine, operator
from openhotline.hashing.geometry import is_too_small
from openhotline.hashing.pdq import PdqHash, without_hash

FAST_SHORTER_SIDE = 256
"""Pixels to ask of the scaled decode; at 128 the self-check misses more (same source as SELF_CHECK_LIMIT)."""

EIGHTHS = 8


def pdq_fast(
    luma: npt.NDArray[np.uint8], *, width: int | None = None, height: int | None = None, decoder: str = ""
) -> PdqHash:
    """Hash a grey uint8[height, width], decoded small from a picture of ``width`` by ``height`` pixels.

    Without them the picture is taken as decoded at its own size. Ask ``is_certain`` of the answer: where it
    is false, the caller decodes in full and hashes by :func:`pdq_strict`.
    """
    luma = _grey(luma)
    height, width = height or luma.shape[0], width or luma.shape[1]
    if luma.shape[0] > height or luma.shape[1] > width:
        raise BadInput("The scaled picture is larger than the full one. Give the full size.")
    if is_too_small(height, width):
        return without_hash("fast", decoder)
    vertical, horizontal = steps(height, width, *luma.shape)
    samples = operator.samples(
        luma, operator.side(height, luma.shape[0], vertical), operator.side(width, luma.shape[1], horizontal)
    )
    return cosine.finish(samples, cosine.frequencies(samples), "fast", decoder)


def steps(height: int, width: int, scaled_height: int, scaled_width: int) -> tuple[float, float]:
    """Return how many pixels one scaled pixel covers, down and across.

    A JPEG decoder scales by eighths and rounds the size up, so its step is 8/n and the last pixel covers
    less. Any other scaling is taken as even.
    """
    for eighths in range(EIGHTHS, 0, -1):
        if (-(-height * eighths // EIGHTHS), -(-width * eighths // EIGHTHS)) == (scaled_height, scaled_width):
            return EIGHTHS / eighths, EIGHTHS / eighths
    return height / scaled_height, width / scaled_width


def _grey(luma: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    if luma.ndim == 3 and luma.shape[2] == 1:
        luma = luma[:, :, 0]
    if luma.ndim != 2 or luma.dtype != np.uint8:
        raise BadInput("A fast hash is made from grey uint8[height, width]. Decode the brightness alone.")
    return luma
