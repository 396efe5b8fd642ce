"""One file of named arrays: written whole or not at all, mapped into memory, and checked before it is believed.

The layout is described in ``docs/reference/index-format.md``. What the arrays say is at the end of the file, so
that a writer needs to pass over its data only once; a file that was cut short therefore has no end and is refused.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import os
import secrets
import struct
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from openhotline.errors import BadInput, Damaged, NotFound
from openhotline.vault import durable

Array = npt.NDArray[Any]

MAGIC = b"OpenHotline arrays 1\n"
TAIL_MAGIC = b"whole.1\n"
TAIL = struct.Struct("<Q32s8s")
"""How long the description before it is, its SHA-256, and the last eight bytes of the file."""

ALIGNMENT, HUGE, LARGE = 64, 2 << 20, 8 << 20
"""Bytes. Arrays begin on a cache line; large ones on a huge page, so that they can lie in such pages."""

TYPES = ("|u1", "<u2", "<u4", "<u8", "<i8")
TEMPORARY = ".new"


@dataclass(frozen=True)
class Sections:
    """A file's arrays, read-only and in place, and what its writer said about them."""

    path: Path
    about: Mapping[str, Any]
    arrays: Mapping[str, Array]
    digests: Mapping[str, str]
    starts: Mapping[str, int]
    everything: npt.NDArray[np.uint64]
    """The file from its first byte up to the description, for kernels that read several arrays by position."""

    def verify(self) -> None:
        """Read every byte; raises Damaged where one is not what was written."""
        for name, array in self.arrays.items():
            if hashlib.sha256(_bytes(array)).hexdigest() != self.digests[name]:
                raise damaged(self.path, f"section {name}")

    def get(self, name: str, kinds: tuple[str, ...], *shape: int) -> Array:
        """Return one array, after checking that it has one of these types and this shape."""
        array = self.arrays.get(name)
        if array is None or array.dtype.str not in kinds or array.shape != shape:
            raise damaged(self.path, f"section {name}")
        return array


def damaged(path: Path, what: str) -> Damaged:
    """Return the error for a file that is not what was written."""
    return Damaged(
        "A file of a list's index is damaged. Build the list's index again from the list.",
        details=f"{path}: {what}",
    )


def write(
    path: Path, about: Mapping[str, Any], arrays: Iterable[tuple[str, Array]], *, prefix: str = ""
) -> None:
    """Write a file: it appears under its name when every byte of it is on the disk."""
    temporary = path.with_name(f"{prefix}{secrets.token_hex(8)}{TEMPORARY}")
    durable.write_file(temporary, _pieces(about, arrays), sync=True)
    try:
        temporary.rename(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    durable.sync_directory(path.parent)


def read(path: Path) -> Sections:
    """Map a file. Its description is checked at once, its arrays by ``verify``."""
    try:
        with path.open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            if size < len(MAGIC) + TAIL.size:
                raise damaged(path, "too short")
            mapped = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    except FileNotFoundError:
        raise NotFound("There is no such index file. Build it first.", details=str(path)) from None
    about, end = _description(path, mapped)
    _ask_for_huge_pages(mapped)
    try:
        sections = {section["name"]: section for section in about.pop("sections")}
        arrays = {name: _array(path, mapped, section, end) for name, section in sections.items()}
        digests = {name: str(section["sha256"]) for name, section in sections.items()}
        starts = {name: int(section["at"]) for name, section in sections.items()}
    except (KeyError, TypeError, ValueError, AttributeError):
        raise damaged(path, "description") from None
    everything = np.frombuffer(mapped, "<u8", end // 8)
    return Sections(path, about, arrays, digests, starts, everything)


def _pieces(about: Mapping[str, Any], arrays: Iterable[tuple[str, Array]]) -> Iterator[bytes | memoryview]:
    yield MAGIC
    at, sections = len(MAGIC), []
    for name, array in arrays:
        if array.dtype.str not in TYPES:
            raise BadInput(f"An index file holds no arrays of type {array.dtype}. Convert it first.")
        padding = -at % (HUGE if array.nbytes >= LARGE else ALIGNMENT)
        yield bytes(padding)
        at += padding
        content = _bytes(array)
        yield content
        sections.append(
            {
                "name": name,
                "type": array.dtype.str,
                "shape": list(array.shape),
                "at": at,
                "sha256": hashlib.sha256(content).hexdigest(),
            }
        )
        at += len(content)
    description = json.dumps({**about, "sections": sections}, sort_keys=True).encode()
    yield description
    yield TAIL.pack(len(description), hashlib.sha256(description).digest(), TAIL_MAGIC)


def _description(path: Path, mapped: mmap.mmap) -> tuple[dict[str, Any], int]:
    """Return what is said at the end of the file, and where the arrays stop."""
    if mapped[: len(MAGIC)] != MAGIC:
        raise damaged(path, "not an index file, or of a version that this program does not know")
    length, digest, end = TAIL.unpack(mapped[-TAIL.size :])
    start = len(mapped) - TAIL.size - length
    if end != TAIL_MAGIC or start < len(MAGIC):
        raise damaged(path, "cut short")
    text = mapped[start : start + length]
    if hashlib.sha256(text).digest() != digest:
        raise damaged(path, "description")
    about = json.loads(text)
    return about, start


def _array(path: Path, mapped: mmap.mmap, section: Mapping[str, Any], end: int) -> Array:
    kind, shape, at = section["type"], tuple(section["shape"]), section["at"]
    if kind not in TYPES or any(not isinstance(side, int) or side < 0 for side in shape):
        raise damaged(path, f"section {section['name']}")
    count = int(np.prod(shape, dtype=object))
    if at % ALIGNMENT or at < 0 or at + count * np.dtype(kind).itemsize > end:
        raise damaged(path, f"section {section['name']}")
    if not count:
        return np.empty(shape, kind)
    return np.frombuffer(mapped, kind, count, at).reshape(shape)


def _bytes(array: Array) -> memoryview:
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8).data


def _ask_for_huge_pages(mapped: mmap.mmap) -> None:
    """Save the processor's look-ups of addresses, where system and file system can."""
    advice = getattr(mmap, "MADV_HUGEPAGE", None)
    if advice is not None:
        with suppress(OSError):
            mapped.madvise(advice)
