"""The hashes of a picture's eight turns and mirrorings. Runs inside a confined process, as a look does."""

from __future__ import annotations

from typing import Any

from openhotline import hashing, media
from openhotline.datasets.scan import warm
from openhotline.errors import BadInput

__all__ = ["turn_entry", "warm"]


def turn_entry(untrusted_bytes: bytes) -> tuple[dict[str, Any], list[bytes]]:
    """Decode and hash a file; ``turned`` holds eight hashes in the order of ``hashing.VARIANTS``."""
    try:
        full = media.decode(untrusted_bytes, want="rgb")
    except BadInput as problem:
        return {"failure": problem.message, "reason": media.reason_of(problem)}, []
    turned = hashing.dihedral(full.pixels, decoder=full.decoder)
    return {
        "turned": [pdq.hex for pdq in turned],
        "quality": turned[0].quality,
        "decoder": full.decoder,
    }, []
