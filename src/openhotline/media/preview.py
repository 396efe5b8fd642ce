"""The preview: a small, grey, upright JPEG, made once per item. All that a reader's screen is ever drawn
from.

Layout: an ordinary JPEG of at most 640 pixels on the longer side. Directly behind its JFIF header stands one
APP12 segment that begins with ``OHTILE`` and holds a second JPEG of at most 192 pixels, from which contact
sheets are drawn: decoding twenty-four small pictures costs a tenth of decoding twenty-four large ones.
"""

from __future__ import annotations

import numpy as np
import simplejpeg
from PIL import Image

from openhotline.media.decoded import Decoded, Pixels
from openhotline.media.orientation import UPRIGHT, upright

LONGEST_SIDE = 640
TILE_SIDE = 192
QUALITY = 80
CLOSE_ENOUGH = 0.7
"""Of the wanted size: an exact resize of a megapixel costs more than everything else that a preview needs."""

LEAST_SIDE = round(CLOSE_ENOUGH * LONGEST_SIDE)
"""Pixels on the longer side that are near enough: to be asked of a scaled decode that a preview is made from."""

_TILE_AT = 20  # SOI (2) and the JFIF segment (18), as libjpeg-turbo writes them
_TILE_MARK = b"OHTILE"


def make_preview(picture: Decoded | Pixels) -> bytes:
    """Return the preview of a decoded picture, or of luma pixels that already stand upright."""
    if isinstance(picture, Decoded):
        pixels = picture.pixels if picture.visible is None else picture.visible
        orientation = picture.orientation
    else:
        pixels, orientation = picture, UPRIGHT
    small = _small_grey(pixels)
    main = encode(upright(small, orientation))
    if max(small.shape) <= TILE_SIDE:
        return main
    tile = np.asarray(shrink(Image.fromarray(small), TILE_SIDE))
    return _with_tile(main, encode(upright(tile, orientation)))


def preview_tile(preview: bytes) -> bytes:
    """Return the small JPEG inside a preview; the preview itself where it is small enough."""
    if preview[_TILE_AT : _TILE_AT + 2] != b"\xff\xec":
        return preview
    length = int.from_bytes(preview[_TILE_AT + 2 : _TILE_AT + 4], "big")
    body = preview[_TILE_AT + 4 : _TILE_AT + 2 + length]
    return body[len(_TILE_MARK) :] if body.startswith(_TILE_MARK) else preview


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


def decode_grey(data: bytes) -> Pixels:
    """Return the pixels of a grey JPEG that this module made."""
    pixels: Pixels = simplejpeg.decode_jpeg(data, "GRAY")[:, :, 0]
    return pixels


def _small_grey(pixels: Pixels) -> Pixels:
    if pixels.ndim == 2 and max(pixels.shape) <= LONGEST_SIDE:
        return pixels  # as it came from the decoder
    return np.asarray(shrink(Image.fromarray(pixels), LONGEST_SIDE).convert("L"))


def _with_tile(main: bytes, tile: bytes) -> bytes:
    body = _TILE_MARK + tile
    length = len(body) + 2
    if length > 0xFFFF:
        return main
    return b"".join((main[:_TILE_AT], b"\xff\xec", length.to_bytes(2, "big"), body, main[_TILE_AT:]))
