"""Reading one file that anybody may be writing to, replacing or withholding."""

from __future__ import annotations

import os
import stat
from io import FileIO

from openhotline.datasets.walk import Place
from openhotline.hashing import Digests, digests, digests_of_stream

LARGEST_PICTURE = 96 * 2**20
"""Bytes. A larger file is digested piece by piece and not decoded: two files a worker are held in memory."""

TOO_LARGE = "It is larger than 96 MiB and was not decoded."
CHANGED = "It changed while it was read. Run it again once nobody writes to it."
UNREADABLE = "It could not be read ({}). Check its permissions or the disk."


class FileChangedError(ValueError):
    """The file was written to while it was read."""


def read(place: Place) -> tuple[Digests, bytes | None]:
    """Return a file's digests, and its bytes unless they are too many. Raises OSError or ValueError."""
    if place.problem:
        raise ValueError
    with open(place.path, "rb", buffering=0, opener=_open) as file:
        before = os.fstat(file.fileno())
        if not stat.S_ISREG(before.st_mode):
            raise OSError(0, "it is no ordinary file")
        found = _read_whole(file) if before.st_size <= LARGEST_PICTURE else (digests_of_stream(file), None)
        after = os.fstat(file.fileno())
    if not (found[0].size == before.st_size == after.st_size and before.st_mtime_ns == after.st_mtime_ns):
        raise FileChangedError
    return found


def sentence(problem: OSError | ValueError) -> str:
    """Say why a file could not be read."""
    if isinstance(problem, FileChangedError):
        return CHANGED
    words = problem.strerror if isinstance(problem, OSError) else None
    return UNREADABLE.format(words or type(problem).__name__)


def _read_whole(file: FileIO) -> tuple[Digests, bytes | None]:
    untrusted_bytes = file.read(LARGEST_PICTURE + 1) or b""
    while more := file.read(LARGEST_PICTURE + 1 - len(untrusted_bytes)):  # a read may end early
        untrusted_bytes += more
    if len(untrusted_bytes) > LARGEST_PICTURE:
        raise FileChangedError
    return digests(untrusted_bytes), untrusted_bytes


def _open(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK)  # a pipe put in a file's place must not hold everything up
