"""Drawn pictures and a small list for the tests of looking in bulk."""

from __future__ import annotations

import hashlib
import io
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image

from openhotline import hashing, media
from openhotline.known.lists import Known
from openhotline.known.opening import open_list
from openhotline.known.preparing import prepare


@lru_cache(maxsize=64)
def picture(seed: int, form: str = "JPEG", *, side: int = 300) -> bytes:
    """Draw soft noise: a picture with a good PDQ hash that is no other's."""
    noise = np.random.default_rng(seed).integers(0, 256, (24, 24, 3), dtype=np.uint8)
    drawn = Image.fromarray(noise).resize((side + 40, side), Image.Resampling.BICUBIC)
    stream = io.BytesIO()
    drawn.save(stream, form, **({"quality": 85} if form == "JPEG" else {}))
    return stream.getvalue()


def grey() -> bytes:
    """Draw an even surface, which says too little to be matched."""
    stream = io.BytesIO()
    Image.new("RGB", (300, 200), (90, 90, 90)).save(stream, "PNG")
    return stream.getvalue()


def strict_hash(data: bytes) -> hashing.PdqHash:
    """Hash at full resolution, in this process: the bytes are our own."""
    return hashing.pdq_strict(media.decode(data, want="rgb").pixels)


def flipped(value: bytes, bits: int) -> bytes:
    """Return a hash with so many of its bits turned over."""
    mask = int.from_bytes(bytes(32)) | sum(1 << (7 * bit % 256) for bit in range(bits))
    return (int.from_bytes(value) ^ mask).to_bytes(32)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def listed(folder: Path, *rows: str, name: str = "known") -> Known:
    """Prepare a list of ``algorithm,value,quality,reference`` rows and open it."""
    source = folder / f"{name}.csv"
    source.write_text("\n".join(("algorithm,value,quality,reference", *rows, "")))
    prepare(source, folder / name)
    return open_list(folder / name, name=name)
