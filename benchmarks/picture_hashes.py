"""PDQ hashes of pictures by the million: crops of drawn pictures, each turned and mirrored in eight ways.

Hashes by chance flatter an index: their bits are independent, so every bucket is equally full. Hashes of pictures
are not like that: their frequencies hang together, and crops that overlap are near each other. So these are real
hashes: samples by the product's linear operator, cosine transform, median; only the bookkeeping is done for many
crops at once. Crops below the matchable quality are left out, as lists leave them out.

The pictures are "dead leaves", discs and rectangles of one grey each, dropped on one another: the usual model of
what photographs have in common (things of all sizes that hide each other; Lee, Mumford and Huang 2001). Their sizes
are chosen so that the hashes hang together as those of photographs do. Measured as how much fuller than by chance
the 16-bit bucket of a hash is, on average over the places where such a bucket can lie, and at worst: 1.7 and 2.7,
2.4 and 4.5 for crops of the two photographs that scikit-learn ships, 2.1 and 3.3 for these (all without crops that
come again).
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from openhotline.hashing import MATCHABLE_QUALITY, VARIANTS, cosine, operator

Hashes = npt.NDArray[np.uint8]
Samples = npt.NDArray[np.float32]

WIDTH, HEIGHT = 960, 720
SMALLEST, LARGEST, STEEPNESS = 0.05, 0.6, 0.8
"""Radii as shares of the height; how many there are falls with this power of the radius."""

LEAVES = 70
SIDES = np.unique(np.geomspace(96, 700, 24).astype(int))
CROPS = 1000
"""Of one picture; three quarters of them are good enough, which makes 6,000 hashes."""

AGAIN, SHIFT = 0.3, 2
"""Three in ten crops are an earlier one again, each as likely: so a few come often and most once. Up to two pixels
away, they are near duplicates."""

ODD = np.where(np.arange(cosine.FREQUENCIES) % 2 == 0, -1, 1).astype(np.float32)


def picture_hashes(count: int, seed: int = 0, *, processes: int = 1) -> Hashes:
    """Return uint8[count, 32] in an order by chance; the same for the same count and seed."""
    seeds = [1_000_003 * seed + number for number in range(-(-count // (CROPS * 5)) + 4)]
    if processes > 1:
        with ProcessPoolExecutor(processes) as pool:
            parts = list(pool.map(of_picture, seeds, chunksize=4))
    else:
        parts = [of_picture(number) for number in seeds]
    hashes = np.concatenate(parts)
    if len(hashes) < count:
        raise RuntimeError(f"only {len(hashes)} of {count} hashes have the quality to be matched")
    return hashes[np.random.default_rng(seed).permutation(len(hashes))[:count]]


def cached(path: Path, count: int, *, processes: int = 1) -> Hashes:
    """Return picture hashes from a file of them, made first if it is not there."""
    if not path.exists():
        temporary = path.with_suffix(".new.npy")
        np.save(temporary, picture_hashes(count, processes=processes))
        temporary.rename(path)
    hashes: Hashes = np.load(path, mmap_mode="r")[:count]
    return np.ascontiguousarray(hashes)


def of_picture(seed: int, crops: int = CROPS) -> Hashes:
    """Return the hashes of one picture's crops that are good enough, eight of each."""
    chance = np.random.default_rng(seed)
    picture = leaves(chance)
    samples = np.empty((crops, 64, 64), np.float32)
    for number, (left, top, width, height) in enumerate(places(chance, crops)):
        sides = operator.side(height, height, 1.0), operator.side(width, width, 1.0)
        samples[number] = operator.samples(picture[top : top + height, left : left + width], *sides)
    return hash_all(samples[qualities(samples) >= MATCHABLE_QUALITY])


def places(chance: np.random.Generator, crops: int) -> list[tuple[int, int, int, int]]:
    """Return left, top, width and height of each crop; some are another one again, a few pixels away."""
    chosen: list[tuple[int, int, int, int]] = []
    for _ in range(crops):
        if chosen and chance.random() < AGAIN:
            left, top, width, height = chosen[int(chance.integers(len(chosen)))]
            left = int(np.clip(left + chance.integers(-SHIFT, SHIFT + 1), 0, WIDTH - width))
            top = int(np.clip(top + chance.integers(-SHIFT, SHIFT + 1), 0, HEIGHT - height))
        else:
            width, height = (int(side) for side in chance.choice(SIDES, 2))
            left, top = int(chance.integers(0, WIDTH - width)), int(chance.integers(0, HEIGHT - height))
        chosen.append((left, top, width, height))
    return chosen


def leaves(chance: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Draw a grey picture: discs and rectangles on one another."""
    picture = Image.new("L", (WIDTH, HEIGHT), int(chance.integers(0, 256)))
    canvas = ImageDraw.Draw(picture)
    small, large = SMALLEST**-STEEPNESS, LARGEST**-STEEPNESS
    for share in chance.random(LEAVES):
        radius = HEIGHT * (small + (large - small) * share) ** (-1 / STEEPNESS)
        x, y = chance.uniform(0, WIDTH), chance.uniform(0, HEIGHT)
        flat, grey = radius * chance.uniform(0.4, 1.0), int(chance.integers(0, 256))
        if chance.random() < 0.5:
            canvas.ellipse((x - radius, y - flat, x + radius, y + flat), fill=grey)
        else:
            angle = chance.uniform(0, np.pi)
            turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
            corners = np.array([[-radius, -flat], [radius, -flat], [radius, flat], [-radius, flat]]) @ turn
            canvas.polygon([(x + across, y + down) for across, down in corners.tolist()], fill=grey)
    return np.asarray(picture)


def hash_all(samples: Samples) -> Hashes:
    """Return uint8[8n, 32] of samples [n, 64, 64]: what ``cosine.finish`` does, for the eight variants of each."""
    spectra = cosine.DCT @ samples @ cosine.DCT.T
    turned = spectra.transpose(0, 2, 1)
    down, across = ODD[:, None], ODD[None, :]
    signs = (1, down * across, down, across)
    variants = [spectra * sign for sign in signs] + [turned * sign for sign in signs]
    flat = np.stack(variants, axis=1).reshape(len(VARIANTS) * len(samples), -1)
    median = np.partition(flat, cosine.MEDIAN_RANK, axis=1)[:, cosine.MEDIAN_RANK, None]
    return np.packbits((flat > median)[:, ::-1], axis=1)


def qualities(samples: Samples) -> npt.NDArray[np.int64]:
    """Return what ``cosine.quality`` says of each."""
    total = np.zeros(len(samples), np.int64)
    for axis in (1, 2):
        steps = np.abs(np.diff(samples, axis=axis)) * np.float32(100) / np.float32(255)
        total += steps.astype(np.int32).sum(axis=(1, 2))
    return np.minimum(total // cosine.QUALITY_DIVISOR, 100)
