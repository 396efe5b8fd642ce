"""Small drawings for hashing: gradients, shapes, noise, landscapes. Everything is drawn by code."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8]
Drawing = Callable[[int, int, np.random.Generator], npt.NDArray[np.float64]]


def gradient(height: int, width: int, chance: np.random.Generator) -> npt.NDArray[np.float64]:
    """Three slopes, one a colour: where running sums drift most."""
    y, x = np.linspace(0, 1, height)[:, None], np.linspace(0, 1, width)[None, :]
    slopes = [x * chance.uniform(-255, 255) + y * chance.uniform(-255, 255) for _ in range(3)]
    return np.stack(slopes, axis=2) + chance.uniform(0, 255)


def flat(height: int, width: int, chance: np.random.Generator) -> npt.NDArray[np.float64]:
    """One colour."""
    return np.ones((height, width, 1)) * chance.integers(0, 256, 3)


def noise(height: int, width: int, chance: np.random.Generator) -> npt.NDArray[np.float64]:
    """Every pixel by chance."""
    return chance.integers(0, 256, (height, width, 3)).astype(float)


def discs(height: int, width: int, chance: np.random.Generator) -> npt.NDArray[np.float64]:
    """Up to a dozen discs of plain colours."""
    y, x = np.mgrid[0:height, 0:width]
    picture = flat(height, width, chance)
    for _ in range(int(chance.integers(1, 12))):
        radius = chance.uniform(1, max(height, width) / 2)
        inside = (y - chance.uniform(0, height)) ** 2 + (x - chance.uniform(0, width)) ** 2 < radius**2
        picture[inside] = chance.integers(0, 256, 3)
    return picture


def chequers(height: int, width: int, chance: np.random.Generator) -> npt.NDArray[np.float64]:
    """Grey squares: many frequencies are equal, or nothing but rounding."""
    y, x = np.mgrid[0:height, 0:width]
    squares = (x // chance.integers(1, 40) + y // chance.integers(1, 40)) % 2
    return np.repeat((squares * chance.uniform(1, 255))[:, :, None], 3, axis=2)


def landscape(height: int, width: int, chance: np.random.Generator) -> npt.NDArray[np.float64]:
    """Noise on all scales, the coarser the stronger, slightly coloured."""
    total = np.zeros((height, width))
    cell = max(height, width) // 3 + 1
    while cell >= 1:
        cells = chance.normal(0, 1, (height // cell + 2, width // cell + 2))
        y, x = np.arange(height) // cell, np.arange(width) // cell
        total += cells[np.ix_(y, x)] * cell**0.5
        cell //= 2
    total *= chance.uniform(10, 60) / (total.std() + 1e-9)
    return (total + 128)[:, :, None] + chance.normal(0, 3, (height, width, 3))


def haze(height: int, width: int, chance: np.random.Generator) -> npt.NDArray[np.float64]:
    """A landscape with next to no contrast: quality far below 50."""
    return 100 + landscape(height, width, chance) / 30


DRAWINGS: dict[str, Drawing] = {
    drawing.__name__: drawing for drawing in (gradient, flat, noise, discs, chequers, landscape, haze)
}


def draw(kind: str, height: int, width: int, seed: int = 0) -> Pixels:
    """Return uint8[height, width, 3]."""
    return np.clip(DRAWINGS[kind](height, width, np.random.default_rng(seed)), 0, 255).astype(np.uint8)


def some(count: int, *, largest: int, seed: int) -> list[tuple[str, Pixels]]:
    """Return drawings of all kinds and of sides from 5 pixels, short ones as likely as long ones."""
    chance = np.random.default_rng(seed)
    kinds = list(DRAWINGS)
    found = []
    for index in range(count):
        height, width = (int(side) for side in np.exp(chance.uniform(np.log(5), np.log(largest), 2)))
        kind = kinds[index % len(kinds)]
        found.append((f"{kind} {width}x{height}", draw(kind, height, width, seed=seed * 1000 + index)))
    return found
