"""Simulated sensors: drawn landscapes under a random multiplicative pattern, with shot noise, as JPEG files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache

import numpy as np
import numpy.typing as npt
import simplejpeg
from benchmarks.landscapes import draw, jpeg

from openhotline.provenance.sensor import SensorPattern, learn

Pixels = npt.NDArray[np.uint8]

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
WIDTH, HEIGHT = 768, 576
STRENGTH = 0.01  # of the light


@cache
def sensor(number: int, width: int = WIDTH, height: int = HEIGHT) -> npt.NDArray[np.float32]:
    """The factor by which a sensor multiplies the light, a pixel at a time."""
    chance = np.random.default_rng(10_000 + number)
    return (1 + STRENGTH * chance.standard_normal((height, width, 1))).astype(np.float32)


def exposed(scene: npt.NDArray[np.floating], factor: npt.NDArray[np.float32], seed: int) -> Pixels:
    """What a sensor makes of a scene: its pattern, and noise that grows with the light as photons have it."""
    chance = np.random.default_rng(seed)
    light = scene * factor
    noise = chance.standard_normal(light.shape).astype(np.float32) * np.sqrt(np.maximum(light, 1) * 0.05)
    return np.clip(light + noise, 0, 255).astype(np.uint8)


@cache
def photograph(number: int, seed: int, width: int = WIDTH, height: int = HEIGHT, quality: int = 90) -> bytes:
    """A JPEG file of a drawn landscape by sensor ``number``."""
    scene = draw(width, height, seed, grain=1.0)
    return jpeg(exposed(scene, sensor(number, width, height), seed + 500), quality)


def luma(data: bytes) -> Pixels:
    pixels: Pixels = simplejpeg.decode_jpeg(data, "GRAY")[:, :, 0]
    return pixels


def flat(number: int, seed: int, width: int = WIDTH, height: int = HEIGHT) -> Pixels:
    """An evenly lit wall."""
    scene = np.full((height, width, 3), 170.0, np.float32)
    return exposed(scene, sensor(number, width, height), seed + 900)


def frames(
    number: int, seeds: Sequence[int] = range(4), width: int = WIDTH, height: int = HEIGHT
) -> list[Pixels]:
    return [luma(jpeg(flat(number, 37 * number + seed, width, height))) for seed in seeds]


@cache
def device(number: int, width: int = WIDTH, height: int = HEIGHT) -> SensorPattern:
    return learn(frames(number, width=width, height=height), name=f"camera {number}", at=AT)
