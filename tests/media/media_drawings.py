"""Pictures drawn by code: bands, waves and a corner mark that tells which way is up."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pillow_heif
from PIL import Image

pillow_heif.register_heif_opener()


def landscape(width: int = 160, height: int = 120, *, seed: int = 0) -> Image.Image:
    """Draw hills under a sky, with grain, and a white mark at the top left."""
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float64)
    ridge = height * (0.55 + 0.15 * np.sin(columns / width * 7 + seed) + 0.05 * np.sin(columns / width * 31))
    sky, ground = 120 + 90 * rows / height, 40 + 60 * np.sin(rows / 5 + columns / 9) ** 2
    grey = np.where(rows < ridge, sky, ground) + np.random.default_rng(seed).normal(0, 4, rows.shape)
    colour = np.stack([grey * 0.9, grey, grey * 1.05 + 10], axis=-1)
    colour[: height // 6, : width // 6] = 255
    return Image.fromarray(np.clip(colour, 0, 255).astype(np.uint8))


def saved(picture: Image.Image, kind: str, **options: Any) -> bytes:
    """Return the picture as a file of that kind."""
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def animated(kind: str, frames: int = 3) -> bytes:
    """Return a short film of hills."""
    pictures = [landscape(48, 36, seed=seed) for seed in range(frames)]
    return saved(pictures[0], kind, save_all=True, append_images=pictures[1:], duration=80)


def with_orientation(picture: Image.Image, kind: str, orientation: int) -> bytes:
    """Return a file whose EXIF block asks for that orientation."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return saved(picture, kind, exif=exif)


def pillow_rgb(data: bytes) -> np.ndarray[Any, Any]:
    """Return what the peers' hashing sees."""
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


# One small file of every kind: name, media type, bytes.
def every_kind() -> list[tuple[str, str, bytes]]:
    hills = landscape()
    return [
        ("jpeg", "image/jpeg", saved(hills, "JPEG", quality=90)),
        ("progressive", "image/jpeg", saved(hills, "JPEG", quality=90, progressive=True)),
        ("grey jpeg", "image/jpeg", saved(hills.convert("L"), "JPEG")),
        ("cmyk jpeg", "image/jpeg", saved(hills.convert("CMYK"), "JPEG")),
        ("rgb jpeg", "image/jpeg", saved(hills, "JPEG", keep_rgb=True)),
        ("png", "image/png", saved(hills, "PNG")),
        ("palette png", "image/png", saved(hills.quantize(32), "PNG")),
        ("bilevel png", "image/png", saved(hills.convert("1"), "PNG")),
        ("alpha png", "image/png", saved(hills.convert("RGBA"), "PNG")),
        ("grey alpha png", "image/png", saved(hills.convert("LA"), "PNG")),
        ("apng", "image/apng", animated("PNG")),
        ("gif", "image/gif", saved(hills, "GIF")),
        ("film gif", "image/gif", animated("GIF")),
        ("webp", "image/webp", saved(hills, "WEBP")),
        ("lossless webp", "image/webp", saved(hills, "WEBP", lossless=True)),
        ("alpha webp", "image/webp", saved(_half_transparent(hills), "WEBP")),
        ("film webp", "image/webp", animated("WEBP")),
        ("tiff", "image/tiff", saved(hills, "TIFF")),
        ("lzw tiff", "image/tiff", saved(hills, "TIFF", compression="tiff_lzw")),
        ("cmyk tiff", "image/tiff", saved(hills.convert("CMYK"), "TIFF")),
        ("pages tiff", "image/tiff", animated("TIFF")),
        ("bmp", "image/bmp", saved(hills, "BMP")),
        ("heic", "image/heic", saved(hills, "HEIF", quality=80)),
        ("avif", "image/avif", saved(hills, "AVIF", quality=80)),
        ("film avif", "image/avif", animated("AVIF")),
    ]


def _half_transparent(picture: Image.Image) -> Image.Image:
    see_through = picture.copy()
    see_through.putalpha(Image.linear_gradient("L").resize(picture.size))
    return see_through


def sixteen_bit(kind: str, peak: int = 65535) -> bytes:
    """Return a grey ramp of 16-bit samples up to ``peak``."""
    ramp = np.linspace(0, peak, 96 * 64).reshape(64, 96).astype(np.uint16)
    return saved(Image.fromarray(ramp), kind)
