"""An entry that works with what it is given."""

from __future__ import annotations

import hashlib
import os
import signal
from collections.abc import Sequence

KEPT: dict[str, object] = {}


def warm(blobs: Sequence[bytes], *, word: str) -> None:
    KEPT["word"] = word
    KEPT["digests"] = [hashlib.sha256(blob).hexdigest() for blob in blobs]


def tell(untrusted_bytes: bytes) -> tuple[dict[str, object], list[bytes]]:
    """Tell what was given; die of the word "crash"."""
    if untrusted_bytes == b"crash":
        os.kill(os.getpid(), signal.SIGSEGV)
        os.abort()
    return KEPT, []
