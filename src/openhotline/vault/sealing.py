"""Bytes in, sealed file out: AES-256-GCM in chunks, so that a film needs no more memory than a picture.

The construction is STREAM (Hoang, Reyhanitabar, Rogaway, Vizár, CRYPTO 2015), laid out as age v1 does it,
with a key per file as Tink's AES-GCM-HKDF derives it:

1. The file's key is HKDF(object's key, salt = 32 random bytes, info = kind and chunk size). Sealing twice
   never repeats a key with a nonce, and a preview can never be taken for its object.
2. The nonce is the chunk's index and a byte that is 1 in the last chunk only. A chunk that was dropped,
   repeated or moved, and a file that was cut off or lengthened at a chunk's bound, fail to open.
3. Every bit of the file enters 1 or is covered by a tag, so every altered bit is noticed.

``docs/reference/vault-format.md`` describes the bytes.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable, Iterator
from enum import Enum
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from openhotline.errors import Damaged
from openhotline.vault.durable import Piece
from openhotline.vault.master import derive

CHUNK = 1 << 20
"""Bytes of plain text in every chunk but the last."""

TAG = 16
SALT = 32
LARGEST_CHUNK = 1 << 26

_START = struct.Struct(">8sI")
HEADER = _START.size + SALT


class Kind(Enum):
    """What a sealed file holds; the value stands at its beginning."""

    OBJECT = b"OHVOBJ1\n"
    PREVIEW = b"OHVPRE1\n"


def seal(chunks: Iterable[Piece], *, key: bytes, kind: Kind, chunk: int = CHUNK) -> Iterator[bytes]:
    """Yield the pieces of a sealed file. Every item of ``chunks`` but the last is ``chunk`` bytes long."""
    start, salt = _START.pack(kind.value, chunk), os.urandom(SALT)
    cipher = _cipher(key, start, salt)
    yield start + salt
    waiting = iter(chunks)
    index, held = 0, next(waiting, b"")
    for following in waiting:
        yield cipher.encrypt(_nonce(index, last=False), held, None)
        index, held = index + 1, following
    yield cipher.encrypt(_nonce(index, last=True), held, None)


def unseal(stream: BinaryIO, *, key: bytes, kind: Kind) -> Iterator[bytes]:
    """Yield the plain chunks, each after its tag was verified; raises Damaged at the first that fails."""
    size = os.fstat(stream.fileno()).st_size
    head = stream.read(HEADER)
    chunk = _chunk_size(head, kind)
    cipher = _cipher(key, head[: _START.size], head[_START.size :])
    last = count_chunks(size, chunk) - 1
    for index in range(last + 1):
        try:
            yield cipher.decrypt(_nonce(index, last=index == last), stream.read(chunk + TAG), None)
        except (InvalidTag, ValueError):
            raise damaged(f"Chunk {index + 1} of {last + 1} is not what was written") from None


def slices(data: Piece, chunk: int = CHUNK) -> Iterator[Piece]:
    """Cut bytes into chunks without copying them."""
    if len(data) <= chunk:
        yield data
        return
    view = memoryview(data)
    for start in range(0, len(view), chunk):
        yield view[start : start + chunk]


def sealed_size(plain: int, chunk: int = CHUNK) -> int:
    """Bytes of a sealed file with ``plain`` bytes in it."""
    return HEADER + plain + TAG * max(1, -(-plain // chunk))


def count_chunks(sealed: int, chunk: int) -> int:
    """Chunks in a sealed file of so many bytes. A cut-off one counts, and will not open."""
    return max(1, -(-(sealed - HEADER) // (chunk + TAG)))


def damaged(what: str) -> Damaged:
    """Return the error for a stored file that is not what was written."""
    return Damaged(f"A stored object is damaged. {what}. Restore it from a backup.")


def _chunk_size(head: bytes, kind: Kind) -> int:
    if len(head) == HEADER:
        name, chunk = _START.unpack_from(head)
        if name == kind.value and 0 < chunk <= LARGEST_CHUNK:
            return int(chunk)
    raise damaged("Its beginning is not that of a sealed file of its kind")


def _cipher(key: bytes, start: bytes, salt: bytes) -> AESGCM:
    return AESGCM(derive(key, start, salt=salt))


def _nonce(index: int, *, last: bool) -> bytes:
    return index.to_bytes(11, "big") + (b"\1" if last else b"\0")
