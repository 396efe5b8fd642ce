"""Hashes as machine words: 32 bytes are four unsigned 64-bit words, which the kernels compare."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from openhotline.errors import BadInput

HASH_BYTES = 32
WORDS = 4

Hashes = npt.NDArray[np.uint8]
Words = npt.NDArray[np.uint64]


def stack(values: Iterable[bytes]) -> Hashes:
    """Return uint8[n, 32] of hashes of 32 bytes each."""
    rows = list(values)
    if any(len(row) != HASH_BYTES for row in rows):
        raise BadInput("A hash to match has 32 bytes. Check the column that it was read from.")
    return np.frombuffer(b"".join(rows), np.uint8).reshape(-1, HASH_BYTES)


def pack(hashes: Hashes) -> Words:
    """Return uint64[4, n] of uint8[n, 32]: each word of all hashes side by side, for the vector units."""
    check_hashes(hashes)
    return np.ascontiguousarray(np.ascontiguousarray(hashes).view(np.uint64).T)


def check_hashes(hashes: Hashes) -> None:
    """Refuse what are no hashes."""
    if hashes.dtype != np.uint8 or hashes.ndim != 2 or hashes.shape[1] != HASH_BYTES:
        raise BadInput("Hashes to match are uint8[n, 32]. Convert them first.")


def aligned(size: int) -> npt.NDArray[np.uint64]:
    """Return uint64[size] that begins on a cache line, as the kernels demand of memory and want of codes."""
    room = np.empty(size + 8, np.uint64)
    start = -room.ctypes.data % 64 // 8
    return room[start : start + size]
