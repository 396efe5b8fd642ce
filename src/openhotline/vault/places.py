"""Files by names that are plain text. A batch asks some twenty times per object, and parsing a ``Path`` costs more than
asking the system does; everything that is asked less often uses ``pathlib``.
"""

from __future__ import annotations

import os


def is_there(place: str) -> bool:
    """True if a file has this name."""
    return os.path.exists(place)  # noqa: PTH110


def find_size(place: str) -> int | None:
    """Return a file's bytes; None if there is none."""
    try:
        return os.stat(place).st_size  # noqa: PTH116
    except FileNotFoundError:
        return None


def read_named(place: str) -> tuple[bytes, bool] | None:
    """Return all of a small file, and whether it still has its name now that it was read; None if there is none."""
    try:
        with open(place, "rb", buffering=0) as stream:  # noqa: PTH123
            content = stream.readall()
            return content, _is_at(place, os.fstat(stream.fileno()))
    except FileNotFoundError:
        return None


def _is_at(place: str, file: os.stat_result) -> bool:
    try:
        return os.path.samestat(os.stat(place), file)  # noqa: PTH116
    except FileNotFoundError:
        return False


def remove(place: str) -> None:
    """Take a name away, if it is there."""
    try:
        os.unlink(place)  # noqa: PTH108
    except FileNotFoundError:
        return


def move(source: str, target: str) -> bool:
    """Give a file another name, making the folder for it; return False if there is no such file."""
    try:
        os.rename(source, target)  # noqa: PTH104
    except FileNotFoundError:
        if not is_there(source):
            return False
        os.makedirs(folder_of(target), mode=0o700, exist_ok=True)  # noqa: PTH103
        os.rename(source, target)  # noqa: PTH104
    return True


def folder_of(place: str) -> str:
    """Return the name of the folder that a file lies in."""
    return place.rpartition("/")[0]
