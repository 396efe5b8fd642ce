"""JPEG by libjpeg-turbo: full RGB, or luma at a DCT scale that skips most of the inverse transform."""

from __future__ import annotations

import simplejpeg

from openhotline.media.decoded import Decoded, Want
from openhotline.media.header import check_size
from openhotline.media.orientation import jpeg_orientation
from openhotline.media.sniff import JPEG

# Only scales of 1/2, 1/4 and 1/8 have their own fast inverse transforms in libjpeg-turbo, and only they
# divide the picture into whole blocks, which is what scaled hashing relies on.
_SCALES = (8, 4, 2, 1)
_KNOWN_COLOURS = {"YCbCr", "Gray", "RGB"}


def decode_jpeg(
    untrusted_bytes: bytes, *, want: Want, min_short_side: int | None
) -> Decoded | tuple[str, ...]:
    """Decode a JPEG, or return notes for Pillow's attempt: print colours, rare samplings, damage."""
    try:
        height, width, colours, _ = simplejpeg.decode_jpeg_header(untrusted_bytes)
    except ValueError:
        return ()
    check_size(width, height)
    if colours not in _KNOWN_COLOURS:
        return ()
    scale = 1 if want == "rgb" else choose_scale(min(width, height), min_short_side)
    try:
        pixels = simplejpeg.decode_jpeg(
            untrusted_bytes,
            "RGB" if want == "rgb" else "GRAY",
            min_height=-(-height // scale),
            min_width=-(-width // scale),
        )
    except ValueError:
        return ("damaged_data",)
    return Decoded(
        pixels=pixels if want == "rgb" else pixels[:, :, 0],
        full_width=width,
        full_height=height,
        scale=scale,
        media_type=JPEG,
        frames=1,
        orientation=jpeg_orientation(untrusted_bytes),
        decoder=f"simplejpeg {simplejpeg.__version__}",
    )


def choose_scale(short_side: int, min_short_side: int | None) -> int:
    """Return the strongest reduction that keeps the shorter side at ``min_short_side`` pixels or more."""
    if min_short_side is None:
        return 1
    return next((scale for scale in _SCALES if -(-short_side // scale) >= min_short_side), 1)
