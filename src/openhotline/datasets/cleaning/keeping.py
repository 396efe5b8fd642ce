"""The folder of a cleaning: the data written so far, and what was done to each source.

``data`` is the cleaned data set. A source is finished when its note stands in ``work``: it is written after the data have
their names and are on the disk, so that a process killed at any moment loses what was under way and nothing else.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from openhotline.datasets.sealed.files import writing
from openhotline.datasets.sealed.sealing import SUMMARY
from openhotline.errors import BadInput, Busy, Conflict
from openhotline.vault import durable
from openhotline.vault.locking import try_lock

DATA, WORK = "data", "work"
_ASKED, _LOCK, _STAGING, _NOTES = "asked.json", ".lock", "staging", "notes"
_NOTES_IN_A_FOLDER = 1000


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file of the cleaned data set: its name below ``data``, and what :data:`tables.WRITTEN` tells of it."""

    file: str
    sha256: str
    size: int
    kept: int
    removed: int
    rewritten: bool


@dataclass(frozen=True, slots=True)
class Note:
    """What was done to one source: ``removed`` are rows of :data:`tables.REMOVED`, ``whys`` counts members."""

    source: str
    files: Sequence[NewFile]
    removed: Sequence[Sequence[str | None]]
    kept: int
    whys: Mapping[str, int] = field(default_factory=dict)


class Keeping:
    """The folder ``out``. Use :func:`kept`, which holds its lock."""

    def __init__(self, out: Path) -> None:
        self.out, self.data, self._work = out, out / DATA, out / WORK

    def begin(self, asked: Mapping[str, Any]) -> Mapping[str, Any]:
        """Write down what was asked, or return what was asked before; raises Conflict where that differs."""
        if (self.out / SUMMARY).is_file():
            raise Conflict("This folder holds a cleaned data set already. Name another folder with --out.")
        self._work.mkdir(mode=0o700, exist_ok=True)
        self.data.mkdir(mode=0o700, exist_ok=True)
        place = self._work / _ASKED
        if place.is_file():
            before: dict[str, Any] = json.loads(place.read_bytes())
            if any(before.get(name) != value for name, value in asked.items() if name != "started_at"):
                raise Conflict(
                    "This folder holds a cleaning that was asked otherwise. Give the same audit and options to go on "
                    "with it, or name another folder with --out."
                )
            return before
        with writing(place) as stream:
            stream.write(json.dumps(dict(asked), sort_keys=True).encode() + b"\n")
        return dict(asked)

    def staging(self) -> Path:
        """Return an empty folder for what has no name yet."""
        place = self._work / _STAGING
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(mode=0o700, parents=True)
        return place

    def put(self, staged: Mapping[str, Path]) -> None:
        """Give files their names, once their bytes are on the disk. A file of the name is replaced."""
        if not staged:
            return
        durable.settle(self.out, list(staged.values()))
        folders = set()
        for name, path in staged.items():
            target = self.data / name
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.rename(target)
            folders.add(target.parent)
        # The folders above are new as well, perhaps.
        above = {folder for one in folders for folder in one.parents if folder.is_relative_to(self.data)}
        durable.settle(self.out, sorted(folders | above))

    def note(self, number: int, note: Note) -> None:
        """Say that a source is finished. When this returns it is on the disk."""
        with writing(self._place(number)) as stream:
            stream.write(json.dumps(asdict(note)).encode())

    def find_note(self, number: int, source: str) -> Note | None:
        """Return the note of a source whose files are there, if it is finished."""
        try:
            told = json.loads(self._place(number).read_bytes())
            files = tuple(NewFile(**file) for file in told.pop("files"))
            note = Note(files=files, **told)
        except (FileNotFoundError, ValueError, TypeError, KeyError):
            return None
        return note if note.source == source and all(self._is_there(file) for file in files) else None

    def notes(self, count: int) -> Iterator[Note]:
        """Yield all notes in order; every source is finished."""
        for number in range(count):
            told = json.loads(self._place(number).read_bytes())
            yield Note(files=tuple(NewFile(**file) for file in told.pop("files")), **told)

    def forget(self) -> None:
        """Take away what only work under way needed."""
        shutil.rmtree(self._work, ignore_errors=True)

    def _is_there(self, file: NewFile) -> bool:
        path = self.data / file.file
        return path.is_file() and path.stat().st_size == file.size

    def _place(self, number: int) -> Path:
        return self._work / _NOTES / f"{number // _NOTES_IN_A_FOLDER:03d}" / f"{number:06d}.json"


@contextmanager
def kept(out: Path) -> Iterator[Keeping]:
    """Hold the folder; raises Busy while another process is at work in it, BadInput where it is somebody else's."""
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    if any(out.iterdir()) and not (out / _LOCK).is_file():
        raise BadInput("The folder of --out holds other files. Name a new or an empty one.")
    lock = try_lock(out / _LOCK)
    if lock is None:
        raise Busy(
            "Another cleaning is at work in this folder. Wait until it is done, or name another with --out."
        )
    try:
        yield Keeping(out)
    finally:
        os.close(lock)
