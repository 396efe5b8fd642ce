"""Landscapes drawn by code: sky, ridges, grain; as JPEGs they cost a decoder about what photographs cost."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import simplejpeg
from PIL import Image

Pixels = npt.NDArray[np.uint8]


def draw(width: int, height: int, seed: int, *, grain: float = 2.0) -> Pixels:
    """Return uint8[height, width, 3]: ridges behind each other under a sky, with texture on all scales.

    ``grain`` is the finest texture's standard deviation in grey levels: it decides the bits a pixel costs.
    """
    chance = np.random.default_rng(seed)
    picture = np.empty((height, width, 3), np.float32)
    top, bottom = chance.uniform(90, 230, 3), chance.uniform(150, 250, 3)
    picture[:] = np.linspace(top, bottom, height)[:, None, :]
    rows = np.arange(height)[:, None]
    for depth in np.sort(chance.uniform(0.25, 0.9, 6)):
        ridge = height * (depth - 0.25 * _line(width, chance))
        picture[rows >= ridge[None, :]] = chance.uniform(20, 200, 3) * (0.5 + 0.5 * depth)
    texture = _texture(height, width, chance, grain)
    picture += texture[:, :, None] * chance.uniform(0.8, 1.2, 3).astype(np.float32)
    return np.clip(picture, 0, 255).astype(np.uint8)


def jpeg(pixels: Pixels, quality: int = 90) -> bytes:
    """Return a baseline JPEG with halved colour, as cameras write it."""
    return bytes(simplejpeg.encode_jpeg(pixels, quality=quality, colorspace="RGB", colorsubsampling="420"))


def _line(width: int, chance: np.random.Generator) -> npt.NDArray[np.float64]:
    at = np.linspace(0, 1, width)
    line = np.zeros(width)
    for k in range(8):
        points = 3 * 2**k
        line += np.interp(at, np.linspace(0, 1, points), chance.random(points)) / 2**k
    return line


def _texture(height: int, width: int, chance: np.random.Generator, grain: float) -> npt.NDArray[np.float32]:
    """Sum noise of halving cell sizes, with less contrast the finer it is; the finest is a sensor's grain."""
    total = np.zeros((height, width), np.float32)
    cell = max(height, width) // 4
    while cell >= 1:
        shape = (-(-height // cell) + 1, -(-width // cell) + 1)
        noise = Image.fromarray(chance.normal(0, 1, shape).astype(np.float32))
        total += grain * cell**0.5 * np.asarray(noise.resize((width, height), Image.Resampling.BILINEAR))
        cell //= 2
    return total
