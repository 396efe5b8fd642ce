"""The fine noise of a real file, so that drawn pictures weigh what photographs weigh."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from PIL import Image, ImageChops

_SIDE = 1024  # pixels; a larger picture repeats the pattern
_STRENGTHS = (3.0, 5.0, 7.5, 10.0)  # standard deviation of brightness, of 255


def grained(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Return the picture with noise in its brightness. Cost: about 4 ms a megapixel."""
    strength = _STRENGTHS[int(rng.integers(len(_STRENGTHS)))]
    left, top = (int(rng.integers(_SIDE)) for _ in range(2))
    layer = _window(strength, left, top, picture.size)
    return ImageChops.add(picture, Image.merge("RGB", (layer, layer, layer)), 1, -128)


def _window(strength: float, left: int, top: int, size: tuple[int, int]) -> Image.Image:
    """Return a piece of the endless pattern whose corner is at (left, top)."""
    pattern, window = _pattern(strength), Image.new("L", size)
    for y in range(-top, size[1], _SIDE):
        for x in range(-left, size[0], _SIDE):
            window.paste(pattern, (x, y))
    return window


@lru_cache(maxsize=len(_STRENGTHS))
def _pattern(strength: float) -> Image.Image:
    noise = np.random.default_rng(20231024).normal(128, strength, (_SIDE, _SIDE))
    return Image.fromarray(noise.clip(0, 255).astype(np.uint8))
