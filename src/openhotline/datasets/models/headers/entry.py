"""The one door of the confined process: the bytes of a header in, what stands in it out."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from typing import Any

from openhotline.datasets.models.headers import (
    dangers,
    gguf_header,
    onnx_walk,
    safetensors_header,
    shard_index,
    torch_pickles,
    zip_directory,
)
from openhotline.datasets.models.headers.found import Reply, Short, Unfit

READERS: dict[str, Callable[..., Reply]] = {
    "dangers": dangers.read,
    "gguf": gguf_header.read,
    "index": shard_index.read,
    "onnx": onnx_walk.read,
    "safetensors": safetensors_header.read,
    "torch": torch_pickles.read,
    "torch_old": torch_pickles.read_old,
    "zip": zip_directory.read,
}

_DAMAGE = (
    *(ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError, RecursionError),
    *(struct.error, zlib.error),
)

LARGEST_UNPACKED = 64 << 20
"""Bytes of a member of an archive; more is a bomb."""


def warm() -> None:
    """Load the scanner while files can still be opened."""
    dangers.scanner()


def header_entry(
    untrusted_bytes: bytes, *, form: str, whole: bool = True, packed: bool = False, **arguments: Any
) -> Reply:
    """Read one header. ``whole`` says that there is no more of the file behind, or before, what is given.

    ``packed`` bytes are unpacked first (zip's method 8). The answer's header may hold ``problem``, a key of
    ``problems.WORDS``, or ``need``: how many bytes to give instead.
    """
    try:
        data = _unpacked(untrusted_bytes) if packed else untrusted_bytes
        return READERS[form](data, **arguments)
    except Unfit as refused:
        return {"problem": refused.problem}, []
    except Short as more:
        return ({"problem": "damaged"} if whole else {"need": more.needed}), []
    except _DAMAGE:
        if not whole and form == "torch_old":  # a pickle does not say how long it is
            return {"need": 2 * len(untrusted_bytes)}, []
        return {"problem": "damaged"}, []


def _unpacked(untrusted_bytes: bytes) -> bytes:
    machine = zlib.decompressobj(-15)
    found = machine.decompress(untrusted_bytes, LARGEST_UNPACKED)
    if not machine.eof:
        raise Unfit("too_large" if machine.unconsumed_tail else "damaged")
    return found
