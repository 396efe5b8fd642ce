"""Single things to put into a scene: a sun, trees, solids on a table, a tile."""

from __future__ import annotations

import numpy as np
from PIL import ImageDraw

from openhotline_server.pipeline.drawing.colours import Colour, Palette, blend, mixed
from openhotline_server.pipeline.drawing.fractals import branches

Pen = ImageDraw.ImageDraw

_LIGHT: Colour = (255, 255, 255)
_SHADE: Colour = (20, 24, 30)


def disc(pen: Pen, x: float, y: float, size: float, palette: Palette) -> None:
    """A pale sun or moon."""
    pen.ellipse((x - size, y - size, x + size, y + size), fill=blend(palette.accent, (255, 252, 240), 0.5))


def fir(pen: Pen, x: float, foot: float, tall: float, palette: Palette) -> None:
    """A fir from four triangles; its foot is at (x, foot)."""
    for step in range(4):
        wide, top = tall * (0.12 + 0.06 * step), foot - tall * (1 - 0.2 * step)
        pen.polygon(
            [(x, top), (x - wide, top + tall * 0.34), (x + wide, top + tall * 0.34)], fill=palette.near
        )


def tree(
    pen: Pen,
    rng: np.random.Generator,
    x: float,
    foot: float,
    length: float,
    palette: Palette,
    *,
    leafy: bool,
) -> None:
    """A tree of branching lines whose trunk is ``length`` high."""
    leaf = blend(mixed(rng, palette), palette.far, 0.4)
    for from_x, from_y, to_x, to_y, left in branches(rng, x, foot, length=length):
        pen.line((from_x, from_y, to_x, to_y), fill=palette.near, width=max(1, round(left * length / 45)))
        if leafy and left < 2:
            size = length * 0.07
            pen.ellipse((to_x - size, to_y - size, to_x + size, to_y + size), fill=leaf)


def ball(pen: Pen, x: float, foot: float, size: float, colour: Colour) -> None:
    """A ball that stands on (x, foot), lit from the upper left."""
    radius, dark, bright = size / 2, blend(colour, _SHADE, 0.55), blend(colour, _LIGHT, 0.35)
    for step in range(12):
        share = step / 12
        r, off = radius * (1 - share * 0.9), radius * share * 0.35
        cx, cy = x - off, foot - radius - off
        pen.ellipse((cx - r, cy - r, cx + r, cy + r), fill=blend(dark, bright, share))


def box(pen: Pen, x: float, foot: float, size: float, colour: Colour) -> None:
    """A box with its side and its top in view."""
    half, lift = size * 0.4, size * 0.22
    pen.rectangle((x - half, foot - size, x + half, foot), fill=colour)
    right, back, head = x + half, x + half + lift, foot - size
    side = [(right, foot), (back, foot - lift), (back, head - lift), (right, head)]
    top = [(x - half, head), (x - half + lift, head - lift), (back, head - lift), (right, head)]
    pen.polygon(side, fill=blend(colour, _SHADE, 0.45))
    pen.polygon(top, fill=blend(colour, _LIGHT, 0.35))


def cone(pen: Pen, x: float, foot: float, size: float, colour: Colour) -> None:
    """A cone in stripes of light."""
    half = size * 0.42
    for step in range(10):
        share = step / 10
        left = x - half + 2 * half * share
        shade = blend(blend(colour, _LIGHT, 0.3), blend(colour, _SHADE, 0.5), share)
        pen.polygon([(x, foot - size * 1.3), (left, foot), (left + 2 * half / 10 + 1, foot)], fill=shade)


def tile(pen: Pen, rng: np.random.Generator, left: float, top: float, side: float, palette: Palette) -> None:
    """A quarter circle, half a square, a disc, or nothing, on the square that is there."""
    kind, turn, colour = int(rng.integers(4)), int(rng.integers(4)), mixed(rng, palette)
    right, bottom = left + side, top + side
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    if kind == 0:
        x, y = corners[turn]
        pen.pieslice((x - side, y - side, x + side, y + side), turn * 90, turn * 90 + 90, fill=colour)
    elif kind == 1:
        pen.polygon(corners[:turn] + corners[turn + 1 :], fill=colour)
    elif kind == 2:
        inset = side * rng.uniform(0.1, 0.3)
        pen.ellipse((left + inset, top + inset, right - inset, bottom - inset), fill=colour)
