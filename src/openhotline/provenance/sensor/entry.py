"""What a confined process returns of a stranger's file for a sensor's sake: the centre of its brightness, no more."""

from __future__ import annotations

from typing import Any

import numpy as np

from openhotline import media
from openhotline.provenance.sensor.residuals import centre

ENTRY = "openhotline.provenance.sensor.entry:centre_entry"


def warm() -> None:
    """Load every decoder before the process is closed to the outside."""
    media.prepare()


def centre_entry(untrusted_bytes: bytes) -> tuple[dict[str, Any], list[bytes]]:
    """Decode at full size, as stored and not turned, and return the sides of the whole and of its centre, and that."""
    picture = media.decode(untrusted_bytes, want="luma")
    cut = centre(picture.pixels).astype(np.uint8)
    rows, columns = cut.shape
    sides = {"width": picture.full_width, "height": picture.full_height, "rows": rows, "columns": columns}
    return sides, [cut.tobytes()]
