"""Writing so that it stays written: whole files, synced before they are named.

``syncfs(2)`` brings a whole batch to the disk in one journal commit, where one ``fsync`` per file costs
one each. Python has no name for it, so it is called through ctypes; elsewhere than on Linux every file is
fsynced instead.
"""

from __future__ import annotations

import ctypes
import errno
import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from openhotline.errors import OpenHotlineError
from openhotline.vault.places import remove

Piece: TypeAlias = bytes | memoryview

FEW = 4
"""Up to so many files are fsynced one by one: syncfs also writes what other programs have waiting."""

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def write_file(path: Path | str, pieces: Iterable[Piece], *, sync: bool = False) -> int:
    """Write a file that only its owner may read; return its size. On any failure nothing of it remains."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        written = sum(_write_all(descriptor, piece) for piece in pieces)
        if sync:
            os.fsync(descriptor)
    except BaseException:
        remove(str(path))
        raise
    finally:
        os.close(descriptor)
    return written


def replace_file(path: Path, content: bytes, *, staging: Path) -> None:
    """Put ``content`` in the place of a file: after a crash there is the old one or the new one."""
    temporary = staging / f"{secrets.token_hex(8)}.new"
    write_file(temporary, [content], sync=True)
    temporary.rename(path)
    sync_directory(path.parent)


def overwrite(descriptor: int) -> int:
    """Write zeros over an open file's bytes and wait for the disk; return how many."""
    size = _write_zeros(descriptor)
    os.fsync(descriptor)
    return size


def overwrite_named(path: Path) -> None:
    """Write zeros over a file's bytes. They are on the disk only after :func:`settle`."""
    with path.open("r+b", buffering=0) as stream:
        _write_zeros(stream.fileno())


def settle(root: Path, paths: Sequence[Path | str]) -> None:
    """Wait until these files and folders, and the names in these folders, are on the disk."""
    if len(paths) <= FEW or not _sync_whole(root):
        for path in paths:
            sync_directory(path)


def release(paths: Iterable[Path | str]) -> None:
    """Let the system forget what it holds in memory of files that are on the disk already; they stay as they are.

    Sealed evidence is seldom read again soon. Its memory serves the next files at once, and what is needed more often,
    such as the database, is not pushed out by it.
    """
    if not hasattr(os, "posix_fadvise"):
        return
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)


def sync_directory(path: Path | str) -> None:
    """Wait until a folder's names, or a file's bytes, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def explained(doing: str) -> Iterator[None]:
    """Turn what the operating system says into a sentence with something to do."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            message = f"The disk is full, so the vault could not {doing}. Nothing half-written was kept. "
            message += "Free some space and run it again."
        else:
            message = f"The vault could not {doing}. Check the disk and who owns the vault's folder."
        raise OpenHotlineError(message, details=str(error)) from error


def _write_all(descriptor: int, piece: Piece) -> int:
    view = memoryview(piece)
    while view:
        view = view[os.write(descriptor, view) :]
    return len(piece)


def _write_zeros(descriptor: int) -> int:
    size = os.fstat(descriptor).st_size
    os.lseek(descriptor, 0, os.SEEK_SET)
    return _write_all(descriptor, bytes(size))


def _sync_whole(root: Path) -> bool:
    """Sync the file system that holds ``root``; False where the system cannot."""
    if _syncfs is None:
        return False
    descriptor = os.open(root, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if _syncfs(descriptor) == 0:
            return True
        code = ctypes.get_errno()
    finally:
        os.close(descriptor)
    if code in {errno.ENOSYS, errno.EOPNOTSUPP}:
        return False
    raise OSError(code, os.strerror(code))


def _find_syncfs() -> Callable[[int], int] | None:
    try:
        found: Callable[[int], int] = ctypes.CDLL(None, use_errno=True).syncfs
    except (OSError, AttributeError):
        return None
    return found


_syncfs = _find_syncfs()
