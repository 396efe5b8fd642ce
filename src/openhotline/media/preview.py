"""The preview: a small, grey, upright JPEG of at most 640 pixels on the longer side, made once per item. All that a
reader's screen is ever drawn from.

Contact sheets are drawn from it too, decoded at a smaller scale.
"""

from __future__ import annotations

import numpy as np
import simplejpeg
from PIL import Image

from openhotline.media.decoded import Decoded, Pixels
from openhotline.media.jpeg import choose_eighths
from openhotline.media.orientation import UPRIGHT, upright

LONGEST_SIDE = 640
QUALITY = 80
CLOSE_ENOUGH = 0.7
"""Of the wanted size: an exact resize of a megapixel costs more than everything else that a preview needs."""

LEAST_SIDE = round(CLOSE_ENOUGH * LONGEST_SIDE)
"""Pixels on the longer side that are near enough: to be asked of a scaled decode that a preview is made from."""


def make_preview(picture: Decoded | Pixels) -> bytes:
    """Return the preview of a decoded picture, or of luma pixels that already stand upright."""
    if isinstance(picture, Decoded):
        pixels = picture.pixels if picture.visible is None else picture.visible
        orientation = picture.orientation
    else:
        pixels, orientation = picture, UPRIGHT
    return encode(upright(_small_grey(pixels), orientation))


def shrink(image: Image.Image, longest: int) -> Image.Image:
    """Reduce so that the longer side is at most ``longest``: by whole boxes, then, where much is left,
    exactly.

    Averaging whole boxes is the fast way, and good enough when it ends near the wanted size (``CLOSE_ENOUGH``).
    """
    side = max(image.size)
    if side <= longest:
        return image
    step = -(-side // longest)
    if side / step >= CLOSE_ENOUGH * longest:
        return image.reduce(step)
    image = image.reduce(step - 1) if step > 2 else image
    factor = longest / max(image.size)
    size = (max(round(image.width * factor), 1), max(round(image.height * factor), 1))
    return image.resize(size, Image.Resampling.BOX)


def encode(grey: Pixels) -> bytes:
    """Return grey pixels as a compact JPEG."""
    rows = np.ascontiguousarray(grey)[:, :, np.newaxis]
    data = simplejpeg.encode_jpeg(rows, quality=QUALITY, colorspace="GRAY", colorsubsampling="Gray")
    return bytes(data)


def preview_size(preview: bytes) -> tuple[int, int]:
    """Return width and height; raises ValueError where the preview is damaged."""
    height, width, _, _ = simplejpeg.decode_jpeg_header(preview)
    return width, height


def read_preview(preview: bytes, *, least_side: int) -> Pixels:
    """Return a preview's pixels at the smallest scale that leaves ``least_side`` on its longer side, if it has them.

    Raises ValueError where it is damaged.
    """
    width, height = preview_size(preview)
    eighths = choose_eighths(width, height, None, least_side)
    pixels: Pixels = simplejpeg.decode_jpeg(
        preview, "GRAY", min_height=-(-height * eighths // 8), min_width=-(-width * eighths // 8)
    )
    return pixels[:, :, 0]


def _small_grey(pixels: Pixels) -> Pixels:
    if pixels.ndim == 2 and max(pixels.shape) <= LONGEST_SIDE:
        return pixels  # as it came from the decoder
    return np.asarray(shrink(Image.fromarray(pixels), LONGEST_SIDE).convert("L"))
