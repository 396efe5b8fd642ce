"""JPEG by libjpeg-turbo: full RGB, or luma at a DCT scale that skips most of the inverse transform.

At an eighth the luma of an ordinary file is read by ``eighth``, to the same pixels.
"""

from __future__ import annotations

import simplejpeg

from openhotline.media import eighth
from openhotline.media.decoded import Decoded, Want
from openhotline.media.header import check_size
from openhotline.media.orientation import jpeg_orientation
from openhotline.media.sniff import JPEG

# libjpeg-turbo scales by eighths. Of them 1, 2, 4 and 8 have vectorised inverse transforms: enough for a hash alone. The
# others cost no more than the next larger of these, and spare a preview its resizing.
_FAST_EIGHTHS = (1, 2, 4, 8)
_EIGHTHS = tuple(range(1, 9))
_KNOWN_COLOURS = {"YCbCr", "Gray", "RGB"}


def decode_jpeg(
    untrusted_bytes: bytes, *, want: Want, min_short_side: int | None, min_long_side: int | None = None
) -> Decoded | tuple[str, ...]:
    """Decode a JPEG, or return notes for Pillow's attempt: print colours, rare samplings, damage."""
    try:
        height, width, colours, _ = simplejpeg.decode_jpeg_header(untrusted_bytes)
    except (KeyError, ValueError):  # KeyError: the sampling is 4:4:1, for which simplejpeg has no name
        return ()
    check_size(width, height)
    if colours not in _KNOWN_COLOURS:
        return ()
    eighths = 8 if want == "rgb" else choose_eighths(width, height, min_short_side, min_long_side)
    pixels, decoder = None, eighth.DECODER
    if eighths == 1 and colours != "RGB":
        pixels = eighth.read_luma(untrusted_bytes)
    if pixels is None:
        try:
            decoded = simplejpeg.decode_jpeg(
                untrusted_bytes,
                "RGB" if want == "rgb" else "GRAY",
                min_height=-(-height * eighths // 8),
                min_width=-(-width * eighths // 8),
            )
        except ValueError:
            return ("damaged_data",)
        pixels = decoded if want == "rgb" else decoded[:, :, 0]
        decoder = f"simplejpeg {simplejpeg.__version__}"
    return Decoded(
        pixels=pixels,
        full_width=width,
        full_height=height,
        scale=8 / eighths,
        media_type=JPEG,
        frames=1,
        orientation=jpeg_orientation(untrusted_bytes),
        decoder=decoder,
    )


def choose_eighths(width: int, height: int, min_short_side: int | None, min_long_side: int | None) -> int:
    """Return the fewest eighths that keep both sides at the pixels asked for; 8 where none do, or nothing is asked."""
    if min_short_side is None and min_long_side is None:
        return 8
    short, long = sorted((width, height))
    return next(
        (
            n
            for n in (_FAST_EIGHTHS if min_long_side is None else _EIGHTHS)
            if -(-short * n // 8) >= (min_short_side or 0) and -(-long * n // 8) >= (min_long_side or 0)
        ),
        8,
    )
