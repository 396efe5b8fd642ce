"""What may have happened to a listed picture before it came into a collection: each way by name, from pixels to a file.

These are what services do to what passes through them: encode, scale, trim an edge, drop colour, change the format. The
last two are told for honesty: PDQ follows neither a mirrored picture nor one of which a good part is gone.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import Any

from PIL import Image, ImageEnhance, ImageOps

Change = Callable[[Image.Image], bytes]


def encoded(picture: Image.Image, form: str, **how: Any) -> bytes:
    """Return a file of the form that Pillow calls so."""
    stream = io.BytesIO()
    picture.save(stream, form, **how)
    return stream.getvalue()


def _jpeg(quality: int, **how: Any) -> Change:
    return lambda picture: encoded(picture, "JPEG", quality=quality, **how)


def _as(form: str, **how: Any) -> Change:
    return lambda picture: encoded(picture, form, **how)


def _scaled(scale: float) -> Change:
    def change(picture: Image.Image) -> bytes:
        size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        return encoded(picture.resize(size, Image.Resampling.LANCZOS), "JPEG", quality=85)

    return change


def _cropped(share: float) -> Change:
    """Take ``share`` of a side from each of the four."""

    def change(picture: Image.Image) -> bytes:
        across, down = round(picture.width * share), round(picture.height * share)
        box = (across, down, picture.width - across, picture.height - down)
        return encoded(picture.crop(box), "JPEG", quality=85)

    return change


def _twice(picture: Image.Image) -> bytes:
    """As what passed through two services: half the size and quality 60, then full size again and quality 50."""
    half = picture.resize((picture.width // 2, picture.height // 2), Image.Resampling.BICUBIC)
    with Image.open(io.BytesIO(encoded(half, "JPEG", quality=60))) as again:
        return encoded(again.resize(picture.size, Image.Resampling.BICUBIC), "JPEG", quality=50)


def _grey(picture: Image.Image) -> bytes:
    return encoded(picture.convert("L"), "JPEG", quality=85)


def _brighter(picture: Image.Image) -> bytes:
    return encoded(ImageEnhance.Brightness(picture).enhance(1.15), "JPEG", quality=85)


def _mirrored(picture: Image.Image) -> bytes:
    return encoded(ImageOps.mirror(picture), "JPEG", quality=85)


CHANGES: Mapping[str, tuple[str, Change]] = {
    "jpeg 95": ("jpg", _jpeg(95, subsampling=0)),
    "jpeg 75": ("jpg", _jpeg(75)),
    "jpeg 50": ("jpg", _jpeg(50)),
    "jpeg 30": ("jpg", _jpeg(30)),
    "jpeg 75, progressive": ("jpg", _jpeg(75, progressive=True)),
    "png": ("png", _as("PNG", compress_level=1)),
    "webp 80": ("webp", _as("WEBP", quality=80, method=0)),
    "webp 40": ("webp", _as("WEBP", quality=40, method=0)),
    "avif 60": ("avif", _as("AVIF", quality=60, speed=10)),
    "gif, 256 colours": ("gif", _as("GIF")),
    "tiff": ("tif", _as("TIFF")),
    "scaled to 2.00": ("jpg", _scaled(2.0)),
    "scaled to 1.50": ("jpg", _scaled(1.5)),
    "scaled to 0.75": ("jpg", _scaled(0.75)),
    "scaled to 0.50": ("jpg", _scaled(0.5)),
    "scaled to 0.25": ("jpg", _scaled(0.25)),
    "cropped by 1 in 100 a side": ("jpg", _cropped(0.01)),
    "cropped by 2 in 100 a side": ("jpg", _cropped(0.02)),
    "cropped by 4 in 100 a side": ("jpg", _cropped(0.04)),
    "grey": ("jpg", _grey),
    "brighter by 15 in 100": ("jpg", _brighter),
    "through two services": ("jpg", _twice),
    "cropped by 10 in 100 a side": ("jpg", _cropped(0.10)),
    "mirrored": ("jpg", _mirrored),
}
"""By name: the ending of the file's name, and what makes it of the original's pixels."""
