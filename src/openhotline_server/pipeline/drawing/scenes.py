"""The pictures themselves: hills, coasts, trees, skies, still lifes, tiles and shapes. No people, no beings.

Every scene draws on a small canvas; ``draw`` enlarges it and adds the grain of a real file.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw

from openhotline_server.pipeline.drawing.colours import Colour, Palette, blend, mixed, pick
from openhotline_server.pipeline.drawing.fractals import Floats, field, ridge
from openhotline_server.pipeline.drawing.things import ball, box, cone, disc, fir, tile, tree

Canvas = Image.Image
Scene = Callable[[np.random.Generator, int, int], Canvas]


def hills(rng: np.random.Generator, width: int, height: int) -> Canvas:
    """Ridges one behind the other in the haze, under a low sun or moon."""
    palette = pick(rng)
    canvas = _sky(rng, palette, width, height)
    pen = ImageDraw.Draw(canvas)
    size = height * rng.uniform(0.04, 0.14)
    disc(pen, rng.uniform(0.1, 0.9) * width, rng.uniform(0.1, 0.5) * height, size, palette)
    layers = int(rng.integers(2, 7))
    base = rng.uniform(0.25, 0.5)
    for layer in range(layers):
        share = (layer + 1) / layers
        middle = (base + (1 - base) * (share - 1 / layers) + rng.uniform(-0.06, 0.06)) * height
        line = ridge(rng, roughness=rng.uniform(0.42, 0.62)) * rng.uniform(0.05, 0.17) * height + middle
        _ground(pen, line, width, height, blend(palette.far, palette.near, share))
    if rng.random() < 0.5:
        for _ in range(int(rng.integers(2, 9))):
            tall = height * rng.uniform(0.1, 0.3)
            fir(pen, rng.uniform(0, width), height * rng.uniform(0.86, 1), tall, palette)
    return canvas


def coast(rng: np.random.Generator, width: int, height: int) -> Canvas:
    """A map of islands: deep and shallow water, beach, grass and rock."""
    palette = pick(rng)
    surface = field(rng, width, height, coarsest=int(rng.integers(2, 5)))
    sea = float(rng.uniform(0.4, 0.6))
    deep, shallow = blend(palette.sky, palette.near, 0.5), blend(palette.sky, palette.haze, 0.4)
    stops = (0.0, sea * 0.7, sea, sea + 0.03, sea + 0.18, 1.0)
    colours = (
        palette.near,
        deep,
        shallow,
        palette.haze,
        blend(palette.far, palette.near, 0.4),
        palette.accent,
    )
    return _tinted(surface, stops, colours)


def grove(rng: np.random.Generator, width: int, height: int) -> Canvas:
    """Some bare or leafy trees on a rise."""
    palette = pick(rng)
    canvas = _sky(rng, palette, width, height)
    pen = ImageDraw.Draw(canvas)
    line = ridge(rng, roughness=0.4) * height * 0.08 + height * rng.uniform(0.6, 0.88)
    _ground(pen, line, width, height, blend(palette.far, palette.near, 0.6))
    leafy = rng.random() < 0.7
    for _ in range(int(rng.integers(1, 5))):
        x = rng.uniform(0.08, 0.92)
        root = float(line[int(x * (len(line) - 1))])
        tree(pen, rng, x * width, root + 3, height * rng.uniform(0.12, 0.22), palette, leafy=leafy)
    return canvas


def clouds(rng: np.random.Generator, width: int, height: int) -> Canvas:
    """A sky full of cloud over a flat horizon."""
    palette = pick(rng)
    surface = field(rng, width, height, coarsest=int(rng.integers(2, 5)))
    canvas = _tinted(
        surface, (0.0, 0.45, 0.6, 1.0), (palette.near, palette.sky, palette.haze, (250, 248, 244))
    )
    line = ridge(rng, roughness=0.45) * height * 0.03 + height * rng.uniform(0.7, 0.95)
    _ground(ImageDraw.Draw(canvas), line, width, height, palette.near)
    return canvas


def still_life(rng: np.random.Generator, width: int, height: int) -> Canvas:
    """Balls, boxes, cones and jars on a table in light from one side."""
    palette = pick(rng)
    canvas = _sky(rng, palette, width, height)
    pen = ImageDraw.Draw(canvas)
    edge = height * rng.uniform(0.5, 0.75)
    pen.rectangle((0, edge, width, height), fill=blend(palette.far, palette.accent, rng.uniform(0, 0.7)))
    for _ in range(int(rng.integers(3, 8))):
        size = height * rng.uniform(0.12, 0.34)
        x, foot = rng.uniform(0, width), edge + (height - edge) * rng.uniform(0.1, 0.8)
        colour = mixed(rng, palette)
        pen.ellipse(
            (x - size * 0.7, foot - size * 0.09, x + size * 0.9, foot + size * 0.09), fill=palette.near
        )
        (ball, box, cone)[int(rng.integers(3))](pen, x, foot, size, colour)
    return canvas


def tiles(rng: np.random.Generator, width: int, height: int) -> Canvas:
    """A floor of quarter circles, triangles and plain tiles."""
    palette = pick(rng)
    canvas = Image.new("RGB", (width, height), palette.haze)
    pen = ImageDraw.Draw(canvas)
    side = max(width, height) / int(rng.integers(3, 9))
    for top in np.arange(0, height, side):
        for left in np.arange(0, width, side):
            pen.rectangle((left, top, left + side, top + side), fill=mixed(rng, palette))
            tile(pen, rng, float(left), float(top), side, palette)
    return canvas


def shapes(rng: np.random.Generator, width: int, height: int) -> Canvas:
    """Large shapes that shine through each other."""
    palette = pick(rng)
    canvas = _sky(rng, palette, width, height)
    pen = ImageDraw.Draw(canvas, "RGBA")
    for _ in range(int(rng.integers(5, 14))):
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        size = min(width, height) * rng.uniform(0.08, 0.42)
        fill = (*mixed(rng, palette), int(rng.integers(120, 245)))
        corners = int(rng.integers(2, 7))
        if corners == 2:
            pen.ellipse((x - size, y - size, x + size, y + size), fill=fill)
        else:
            pen.regular_polygon((x, y, size), corners, rotation=float(rng.uniform(0, 360)), fill=fill)
    return canvas


def waves(rng: np.random.Generator, width: int, height: int) -> Canvas:
    """Bands that swing one below the other: dunes, or water."""
    palette = pick(rng)
    canvas = _sky(rng, palette, width, height)
    pen = ImageDraw.Draw(canvas)
    bands = int(rng.integers(5, 14))
    xs = np.linspace(0, 1, 257)
    for band in range(bands):
        swing = np.sin(xs * rng.uniform(3, 16) + rng.uniform(0, 6)) * rng.uniform(0.02, 0.09)
        swing += np.sin(xs * rng.uniform(2, 7) + rng.uniform(0, 6)) * rng.uniform(0.02, 0.12)
        line = (swing + 0.15 + 0.85 * band / bands) * height
        _ground(pen, line.astype(np.float32), width, height, mixed(rng, palette))
    return canvas


SCENES: tuple[Scene, ...] = (hills, coast, grove, clouds, still_life, tiles, shapes, waves)


def _sky(rng: np.random.Generator, palette: Palette, width: int, height: int) -> Canvas:
    """A slope of light in any direction."""
    angle = rng.uniform(-0.9, 0.9)
    down = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    across = np.linspace(-0.5, 0.5, width, dtype=np.float32)[None, :]
    slope = np.clip(down * math.cos(angle) + across * math.sin(angle), 0, 1)
    return _tinted(
        slope, (0.0, 0.6, 1.0), (palette.sky, palette.haze, blend(palette.haze, palette.accent, 0.4))
    )


def _tinted(surface: Floats, stops: tuple[float, ...], colours: tuple[Colour, ...]) -> Canvas:
    """Colour values from 0 to 1 like the heights on a map: ``colours`` at ``stops``, blended in between."""
    levels = np.linspace(0, 1, 256)
    table = [np.interp(levels, stops, [colour[band] for colour in colours]) for band in range(3)]
    grey = Image.fromarray((surface * 255).astype(np.uint8))
    return Image.merge("RGB", [grey.point([int(v) for v in band]) for band in table])


def _ground(pen: ImageDraw.ImageDraw, line: Floats, width: int, height: int, colour: Colour) -> None:
    xs = np.linspace(0, width, len(line))
    pen.polygon([(0, height), *zip(xs.tolist(), line.tolist(), strict=True), (width, height)], fill=colour)
