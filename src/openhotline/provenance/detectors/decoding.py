"""The entry of a confined process: a file in, its upright working picture out, with what stands against it."""

from __future__ import annotations

from typing import Any

import numpy as np

from openhotline.errors import OpenHotlineError
from openhotline.media import decode, prepare
from openhotline.media.orientation import upright
from openhotline.provenance.detectors.abstention import About, reasons_against
from openhotline.provenance.detectors.picture import Normalisation, working_picture

ENTRY = f"{__name__}:decode_entry"


def warm() -> None:
    """Load the decoders before the doors close."""
    prepare()


def decode_entry(untrusted_bytes: bytes, *, working_side: int) -> tuple[dict[str, Any], list[bytes]]:
    """Decode one picture. The header says why where there is none; the blob is uint8[height, width, 3]."""
    try:
        decoded = decode(untrusted_bytes, want="rgb")
    except OpenHotlineError as problem:
        return {"problem": problem.message}, []
    about = About(len(untrusted_bytes), decoded.frames, decoded.media_type)
    pixels = upright(decoded.pixels, decoded.orientation)
    small = np.asarray(working_picture(pixels, Normalisation(working_side)))
    head = {
        "width": decoded.full_width,
        "height": decoded.full_height,
        "media_type": decoded.media_type,
        "reasons": list(reasons_against(pixels, about)),
        "shape": list(small.shape),
    }
    return head, [small.tobytes()]
