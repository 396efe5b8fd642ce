"""A picture brought to one size and one compression before a model sees it, and turned into the model's input.

Format and size give generated pictures away without a look at them (AUC 0.99 in a random split), so they are made the
same: the shorter side is reduced to ``working_side``, never enlarged, and everything is compressed as JPEG once more.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Normalisation:
    """``working_side``: pixels of the shorter side at most. ``jpeg_quality``: of the compression, 4:2:0."""

    working_side: int = 512
    jpeg_quality: int = 90


@dataclass(frozen=True)
class Preparation:
    """How a model wants its input. ``mean`` and ``std`` are of values from 0 to ``top``, in the model's order."""

    size: int = 224
    fit: str = "shorter_side"
    resample: str = "bicubic"
    colours: str = "RGB"
    layout: str = "NCHW"
    top: float = 1.0
    mean: tuple[float, float, float] = (0.48145466, 0.4578275, 0.40821073)
    std: tuple[float, float, float] = (0.26862954, 0.26130258, 0.27577711)


FITS = ("shorter_side", "stretch", "crop")
COLOURS = ("RGB", "BGR")
LAYOUTS = ("NCHW", "NHWC")
RESAMPLES = {
    "bicubic": Image.Resampling.BICUBIC,
    "bilinear": Image.Resampling.BILINEAR,
    "lanczos": Image.Resampling.LANCZOS,
    "nearest": Image.Resampling.NEAREST,
}

VARIANTS = ("as_it_is", "jpeg_88", "three_quarters")
"""What a stable score survives: nothing, one more compression, a smaller size."""


def working_picture(pixels: Pixels, how: Normalisation) -> Image.Image:
    """Return an upright RGB picture, uint8[height, width, 3], reduced to the working size."""
    picture = Image.fromarray(np.ascontiguousarray(pixels), "RGB")
    shorter = min(picture.size)
    if shorter <= how.working_side:
        return picture
    return picture.resize(
        _scaled(picture, how.working_side / shorter), Image.Resampling.BICUBIC, reducing_gap=3.0
    )


def variants(working: Image.Image, how: Normalisation) -> tuple[Image.Image, ...]:
    """Return the picture in the order of VARIANTS, each compressed last in the one same way."""
    smaller = working.resize(_scaled(working, 0.75), Image.Resampling.BICUBIC)
    pictures = (working, _through_jpeg(working, 88), smaller)
    return tuple(_through_jpeg(picture, how.jpeg_quality) for picture in pictures)


def tensor(picture: Image.Image, how: Preparation) -> NDArray[np.float32]:
    """Return the model's input, float32[1, 3, size, size] or [1, size, size, 3]."""
    resample = RESAMPLES[how.resample]
    if how.fit == "stretch":
        picture = picture.resize((how.size, how.size), resample)
    else:
        shorter = min(picture.size)
        if how.fit == "shorter_side" or shorter < how.size:
            picture = picture.resize(_scaled(picture, how.size / shorter), resample)
        picture = _centre(picture, how.size)
    values: NDArray[np.float32] = np.asarray(picture, np.float32) * np.float32(how.top / 255)
    if how.colours == "BGR":
        values = values[:, :, ::-1]
    mean, std = (np.asarray(each, np.float32) for each in (how.mean, how.std))
    values = ((values - mean) / std).astype(np.float32)
    if how.layout == "NCHW":
        values = values.transpose(2, 0, 1)
    return np.ascontiguousarray(values[None], np.float32)


def _scaled(picture: Image.Image, factor: float) -> tuple[int, int]:
    width, height = picture.size
    return max(round(width * factor), 1), max(round(height * factor), 1)


def _centre(picture: Image.Image, size: int) -> Image.Image:
    left, top = (picture.width - size) // 2, (picture.height - size) // 2
    return picture.crop((left, top, left + size, top + size))


def _through_jpeg(picture: Image.Image, quality: int) -> Image.Image:
    stream = io.BytesIO()
    picture.save(stream, "JPEG", quality=quality, subsampling="4:2:0")
    stream.seek(0)
    with Image.open(stream, formats=("JPEG",)) as opened:
        return opened.convert("RGB")
