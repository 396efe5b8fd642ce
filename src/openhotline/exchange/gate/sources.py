"""One list as it was named: a file of any form, a prepared folder, or the directory of an index.

A file is prepared by a process of its own, so that answering does not wait for it; what cannot be taken leaves
the edition before in force, and is told. Replace a list file by renaming a whole one over it.
"""

from __future__ import annotations

import hashlib
import shutil
import time
from pathlib import Path

from openhotline.errors import BadInput, OpenHotlineError
from openhotline.known.apart import prepare_apart
from openhotline.known.lists import Known
from openhotline.known.opening import open_list
from openhotline.known.preparing import ROWS

STILL = 0.2
"""Seconds for which a file must not change before it is read."""

OLD = "The edition before stays in force."

Signature = tuple[int, int, int]


class Source:
    """``known`` is the list in force; ``problem`` says why it is not the newest, and is empty where it is."""

    def __init__(self, path: Path, prepared: Path) -> None:
        self.path, self.name = path, path.stem if path.is_file() else path.name
        self._prepared = prepared / self.name
        self.problem = ""
        self._seen = self._signature()
        self.known = self._load()
        self._tidy(self.known)

    def refresh(self) -> bool:
        """Load the list if it has changed and keeps still; return whether another state is in force."""
        try:
            now = self._signature()
            if now == self._seen or not self._still(now):
                return False
            self._seen = now
            fresh = self._load()
            self.problem = ""
            before, self.known = self.known, fresh
        except OSError:
            self.problem = f"The list's file cannot be read. {OLD}"
            return False
        except OpenHotlineError as error:
            self.problem = f"{error.message} {OLD}"
            return False
        self._tidy(before, fresh)
        return True

    def _signature(self) -> Signature | None:
        """Return what tells a file from a changed one; None for an index, which tells of its changes itself."""
        rows = self.path / ROWS
        found = (rows if rows.is_file() else self.path).stat()
        whole = rows.is_file() or self.path.is_file()
        return (found.st_mtime_ns, found.st_size, found.st_ino) if whole else None

    def _still(self, now: Signature | None) -> bool:
        time.sleep(STILL)
        return self._signature() == now

    def _load(self) -> Known:
        if self.path.is_file():
            return self._from_file()
        return open_list(self.path, name=self.name)

    def _from_file(self) -> Known:
        folder = self._prepared / _digest_of(self.path)[:16]
        try:
            found = open_list(folder, name=self.name)
        except OpenHotlineError:
            shutil.rmtree(folder, ignore_errors=True)
            prepare_apart(self.path, folder)
            found = open_list(folder, name=self.name)
        if found.edition != folder.name:
            shutil.rmtree(folder, ignore_errors=True)
            raise BadInput("The list changed while it was read. Replace it by renaming a whole file over it.")
        return found

    def _tidy(self, *needed: Known) -> None:
        """Remove what was prepared earlier, but not the list before: questions over it may still be under way."""
        names = {known.edition for known in needed}
        for old in self._prepared.iterdir() if self._prepared.is_dir() else ():
            if old.name not in names:
                shutil.rmtree(old, ignore_errors=True)


def _digest_of(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
