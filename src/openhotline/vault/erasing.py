"""Making an object unreadable for good: first its key, then its bytes."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from openhotline.errors import OpenHotlineError
from openhotline.vault.durable import overwrite, overwrite_named, settle, sync_directory
from openhotline.vault.layout import Layout


@dataclass(frozen=True, slots=True)
class Erased:
    """What was there: ``key_file_sha256`` lets a copy of the key file in a backup be recognised."""

    removed: tuple[str, ...]
    key_file_sha256: str


def erase_all(layout: Layout, sha256: str) -> Erased:
    """Overwrite and unlink the key file, then unlink preview and object. Running it again finishes it."""
    key = layout.key(sha256)
    digest = hashlib.sha256(key.read_bytes()).hexdigest() if key.exists() else ""
    removed = remaining(layout, sha256)
    erase_file(key)
    for path in (layout.preview(sha256), layout.object(sha256)):
        remove_file(path)
    return Erased(removed=removed, key_file_sha256=digest)


def erase_file(path: Path) -> None:
    """Write zeros over a small file, see that they are there, and only then forget its name."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        size = overwrite(descriptor)
        if os.pread(descriptor, size, 0) != bytes(size):
            raise OpenHotlineError("A key could not be overwritten. Check the disk, then destroy it again.")
    finally:
        os.close(descriptor)
    remove_file(path)


def erase_files(root: Path, paths: Sequence[Path]) -> None:
    """Write zeros over many small files, wait for the disk once, and then forget their names."""
    for path in paths:
        overwrite_named(path)
    settle(root, paths)
    for path in paths:
        path.unlink()


def remove_file(path: Path) -> None:
    """Forget a name and wait until the disk has forgotten it too."""
    if path.exists():
        path.unlink()
        sync_directory(path.parent)


def remaining(layout: Layout, sha256: str) -> tuple[str, ...]:
    """Return which of an object's files exist."""
    files = {"key": layout.key(sha256), "preview": layout.preview(sha256), "object": layout.object(sha256)}
    return tuple(name for name, path in files.items() if path.exists())
