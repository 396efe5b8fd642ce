"""Every file below some paths, always in the same order, a folder's names in memory at a time."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

NOT_A_FILE = "It is neither a file nor a folder. Nothing was read."
NOT_FOLLOWED = "It is a link to a folder and was not followed. Name that folder itself."
NO_FOLDER = "The folder could not be read ({}). Check its permissions."


@dataclass(frozen=True, slots=True)
class Place:
    """A file's path as it was named, or what kept the walk from it."""

    path: str
    problem: str = ""


def walk(paths: Iterable[str]) -> Iterator[Place]:
    """Yield files in the order of ``paths``, and below each by name, a folder's at the place of its name."""
    for path in paths:
        if os.path.isdir(path):  # noqa: PTH112 - the spelling of the path is kept
            yield from _below(path)
        else:
            yield Place(path) if os.path.isfile(path) else Place(path, NOT_A_FILE)  # noqa: PTH113


def _below(folder: str) -> Iterator[Place]:
    """Walk without recursion, so that the depth of a folder is no limit."""
    open_folders = [_entries(folder)]
    while open_folders:
        entry = next(open_folders[-1], None)
        if entry is None:
            open_folders.pop()
        elif isinstance(entry, Place):
            yield entry
        elif entry.is_dir(follow_symlinks=False):
            open_folders.append(_entries(entry.path))
        else:
            yield _place(entry)


def _entries(folder: str) -> Iterator[os.DirEntry[str] | Place]:
    try:
        with os.scandir(folder) as found:
            return iter(sorted(found, key=lambda entry: entry.name))
    except OSError as problem:
        return iter([Place(folder, NO_FOLDER.format(problem.strerror))])


def _place(entry: os.DirEntry[str]) -> Place:
    try:
        if entry.is_dir():
            return Place(entry.path, NOT_FOLLOWED)
        return Place(entry.path) if entry.is_file() else Place(entry.path, NOT_A_FILE)
    except OSError as problem:
        return Place(entry.path, f"It could not be looked up ({problem.strerror}).")
