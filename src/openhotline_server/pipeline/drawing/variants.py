"""The same picture again, slightly changed: what re-posting does to a file."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Mapping

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFont

from openhotline.errors import WrongUsage

Change = Callable[[Image.Image, np.random.Generator], Image.Image]

CAPTIONS = ("drawn by a program, no. {}", "test picture {}", "no. {}", "a quiet place ({})")


def variant(picture: Image.Image, kind: str, seed: int) -> Image.Image:
    """Return a near duplicate: ``kind`` is one of :data:`VARIANTS`, ``seed`` decides how strong it is.

    Within 31 bits of the original in PDQ for nearly all drawn pictures; the tests measure it.
    """
    if kind not in VARIANTS:
        raise WrongUsage(f"There is no such variant. Choose one of {', '.join(VARIANTS)}.")
    return VARIANTS[kind](picture, np.random.default_rng(seed))


def _reencoded(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """Saved twice with loss, as a picture that passed through two services."""
    for quality in rng.integers(35, 80, 2):
        stream = io.BytesIO()
        picture.save(stream, "JPEG", quality=int(quality), subsampling=int(rng.integers(3)))
        picture = Image.open(stream).convert("RGB")
    return picture


def _resized(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    scale = rng.uniform(0.5, 0.9)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.resize(size, Image.Resampling.BICUBIC)


def _cropped(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """At most one part in a hundred from each side."""
    left, top, right, bottom = (math.ceil(side) for side in rng.uniform(0, 0.01, 4) * (picture.size * 2))
    box = (left, top, max(left + 1, picture.width - right), max(top + 1, picture.height - bottom))
    return picture.crop(box)


def _lit(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    return ImageEnhance.Brightness(picture).enhance(float(1 + rng.choice((-1, 1)) * rng.uniform(0.07, 0.18)))


def _captioned(picture: Image.Image, rng: np.random.Generator) -> Image.Image:
    """A bar along the lower edge with a few words."""
    number = int(rng.integers(1000))
    tall = max(4, round(picture.height * 0.02))
    changed = picture.copy()
    pen = ImageDraw.Draw(changed)
    pen.rectangle((0, changed.height - tall, changed.width, changed.height), fill=(36, 40, 46))
    words = CAPTIONS[number % len(CAPTIONS)].format(number)
    pen.text(
        (tall, changed.height - tall), words, fill=(236, 236, 230), font=ImageFont.load_default(tall * 0.7)
    )
    return changed


VARIANTS: Mapping[str, Change] = {
    "reencode": _reencoded,
    "resize": _resized,
    "crop": _cropped,
    "brightness": _lit,
    "caption": _captioned,
}
