"""Calm colours: a few palettes, and how one colour becomes another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Palette:
    """Four colours from the light and far to the dark and near, and one to set against them."""

    sky: Colour
    haze: Colour
    far: Colour
    near: Colour
    accent: Colour


PALETTES = (
    Palette((120, 165, 205), (226, 232, 225), (140, 170, 176), (38, 66, 62), (232, 196, 120)),
    Palette((244, 214, 180), (250, 238, 215), (205, 160, 140), (82, 60, 72), (214, 108, 84)),
    Palette((84, 110, 150), (190, 205, 220), (118, 138, 168), (28, 38, 62), (240, 226, 190)),
    Palette((170, 205, 190), (236, 240, 220), (134, 172, 140), (44, 78, 56), (222, 150, 96)),
    Palette((206, 190, 220), (242, 232, 236), (166, 150, 186), (62, 54, 88), (240, 200, 150)),
    Palette((148, 190, 200), (232, 238, 236), (190, 178, 150), (104, 84, 62), (70, 120, 140)),
    Palette((60, 72, 108), (150, 140, 170), (96, 92, 130), (22, 24, 44), (236, 214, 160)),
    Palette((226, 222, 208), (244, 240, 230), (176, 180, 168), (70, 78, 80), (178, 96, 76)),
)


def blend(one: Colour, other: Colour, share: float) -> Colour:
    """Return the colour ``share`` of the way (0 to 1) from one to the other."""
    return (
        round(one[0] + (other[0] - one[0]) * share),
        round(one[1] + (other[1] - one[1]) * share),
        round(one[2] + (other[2] - one[2]) * share),
    )


def pick(rng: np.random.Generator) -> Palette:
    """Return one of the palettes."""
    return PALETTES[int(rng.integers(len(PALETTES)))]


def mixed(rng: np.random.Generator, palette: Palette) -> Colour:
    """Return a colour between two of a palette's."""
    five = (palette.sky, palette.haze, palette.far, palette.near, palette.accent)
    one, other = rng.choice(5, size=2, replace=False)
    return blend(five[int(one)], five[int(other)], float(rng.uniform(0, 0.6)))
