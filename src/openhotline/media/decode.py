"""Bytes in, pixels out. To be called inside a confined process; see ``confined``."""

from __future__ import annotations

from openhotline.media.decoded import Decoded, Want
from openhotline.media.jpeg import decode_jpeg
from openhotline.media.raster import decode_raster
from openhotline.media.reasons import undecodable
from openhotline.media.sniff import JPEG, sniff


def decode(
    untrusted_bytes: bytes,
    *,
    want: Want,
    min_short_side: int | None = None,
    min_long_side: int | None = None,
) -> Decoded:
    """Decode a picture's first frame.

    ``want="rgb"`` gives, pixel for pixel, what Pillow's ``Image.open(...).convert("RGB")`` gives: the input
    of strict hashing. ``want="luma"`` gives grey; a JPEG is then decoded at the smallest of 1/1, 1/2, 1/4,
    1/8 whose shorter side keeps ``min_short_side`` pixels; with ``min_long_side`` at the smallest of all eighths
    that keeps that as well. Raises Undecodable or TooLarge; ``reasons.reason_of`` reads the code.
    """
    if not untrusted_bytes:
        raise undecodable("empty")
    media_type = sniff(untrusted_bytes)
    if media_type is None:
        raise undecodable("not_a_picture")
    if media_type != JPEG:
        return decode_raster(untrusted_bytes, media_type, want=want)
    decoded = decode_jpeg(
        untrusted_bytes, want=want, min_short_side=min_short_side, min_long_side=min_long_side
    )
    if isinstance(decoded, Decoded):
        return decoded
    return decode_raster(untrusted_bytes, JPEG, want=want, notes=decoded)
