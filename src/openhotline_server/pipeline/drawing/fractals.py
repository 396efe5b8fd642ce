"""Rough lines, rough fields and branching lines: what makes a drawing look like a landscape."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from PIL import Image

Floats = npt.NDArray[np.float32]
Branch = tuple[float, float, float, float, int]  # from x, y to x, y; steps still to go


def ridge(rng: np.random.Generator, *, roughness: float, steps: int = 8) -> Floats:
    """Return 2**steps + 1 heights about 0, made by displacing midpoints; the first displacement is about 1.

    ``roughness`` (0 to 1) is how much of the displacement is left at half the distance.
    """
    line = rng.normal(0, 0.7, 2)
    size = 1.0
    for _ in range(steps):
        middle = (line[:-1] + line[1:]) / 2 + rng.normal(0, size, len(line) - 1)
        longer = np.empty(2 * len(line) - 1)
        longer[0::2], longer[1::2] = line, middle
        line, size = longer, size * roughness
    return line.astype(np.float32)


def field(
    rng: np.random.Generator, width: int, height: int, *, coarsest: int = 2, octaves: int = 6
) -> Floats:
    """Return ``height`` by ``width`` values from 0 to 1, a rough surface: noise of several scales."""
    small = (max(2, width // 2), max(2, height // 2))  # nobody sees noise finer than two pixels
    total = np.zeros((small[1], small[0]), dtype=np.float32)
    for octave in range(octaves):
        cells = coarsest * 2**octave + 1
        noise = Image.fromarray(rng.standard_normal((cells, cells)).astype(np.float32))
        total += np.asarray(noise.resize(small, Image.Resampling.BICUBIC)) * 0.55**octave
    low, high = float(total.min()), float(total.max())
    surface = Image.fromarray((total - low) / (high - low))
    return np.asarray(surface.resize((width, height), Image.Resampling.BILINEAR))


def branches(
    rng: np.random.Generator, x: float, y: float, *, length: float, angle: float = -90.0, steps: int = 7
) -> Iterator[Branch]:
    """Yield the lines of a tree that grows from (x, y); ``angle`` in degrees, -90 is up."""
    end_x = x + length * math.cos(math.radians(angle))
    end_y = y + length * math.sin(math.radians(angle))
    yield x, y, end_x, end_y, steps
    if steps == 0:
        return
    for side in (-1, 1):
        turned = angle + side * rng.uniform(14, 34)
        shorter = length * rng.uniform(0.66, 0.84)
        yield from branches(rng, end_x, end_y, length=shorter, angle=turned, steps=steps - 1)
