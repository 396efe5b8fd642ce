"""An original for the one eye that may see it: decoded and drawn anew in a confined process, never passed on.

Nothing of the file survives but its first frame's pixels: no metadata, no trailing bytes, nothing a browser's decoder
could stumble over.
"""

from __future__ import annotations

import io

from PIL import Image

from openhotline.media.decode import decode
from openhotline.media.orientation import upright

LONGEST_SIDE = 2048  # pixels: more than any screen of a desk shows at once
QUALITY = 90


def redraw_entry(untrusted_bytes: bytes) -> tuple[dict[str, object], list[bytes]]:
    """Return the first frame in colour, upright, at most 2,048 pixels on its longer side, as a fresh JPEG."""
    decoded = decode(untrusted_bytes, want="rgb")
    picture = Image.fromarray(upright(decoded.pixels, decoded.orientation))
    picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
    fresh = io.BytesIO()
    picture.save(fresh, "JPEG", quality=QUALITY)
    return {"media_type": "image/jpeg", "width": picture.width, "height": picture.height}, [fresh.getvalue()]


def warm() -> None:
    """Load the decoders and the encoder before the process is closed off."""
    Image.init()
    blank = io.BytesIO()
    Image.new("RGB", (8, 8)).save(blank, "JPEG")
    redraw_entry(blank.getvalue())
