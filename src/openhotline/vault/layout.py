"""Where things lie in a vault's folder.

::

    vault.json              what this folder is, and a check value for the master key
    lock                    held while names change
    objects/ab/abcd...      sealed bytes
    previews/ab/abcd...     a sealed preview, under the same key
    keys/ab/abcd...         the object's key, wrapped by the master key: without this file the bytes are noise
    tombstones/ab/abcd...   when and how an object was destroyed
    staging/<token>/        what is not finished; removed by the next opening if its writer is gone
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from openhotline.errors import WrongUsage

_NAME = re.compile(r"[0-9a-f]{64}", re.ASCII)

KINDS = ("objects", "previews", "keys", "tombstones")


@dataclass(frozen=True, slots=True)
class Layout:
    """Paths under one root. An object's name is its SHA-256 in lower-case hexadecimal."""

    root: Path

    @property
    def state(self) -> Path:
        return self.root / "vault.json"

    @property
    def lock(self) -> Path:
        return self.root / "lock"

    @property
    def staging(self) -> Path:
        return self.root / "staging"

    def object(self, sha256: str) -> Path:
        return self._path("objects", sha256)

    def preview(self, sha256: str) -> Path:
        return self._path("previews", sha256)

    def key(self, sha256: str) -> Path:
        return self._path("keys", sha256)

    def tombstone(self, sha256: str) -> Path:
        return self._path("tombstones", sha256)

    def place(self, kind: str, sha256: str) -> str:
        """Return the same as text, for whoever asks often: parsing a ``Path`` costs more than asking the system."""
        return f"{self.root}/{kind}/{sha256[:2]}/{sha256}"

    def _path(self, kind: str, sha256: str) -> Path:
        return Path(self.place(kind, sha256))

    def list_files(self, kind: str) -> Iterator[Path]:
        """Every file of one kind in the order of names; memory holds one of 256 folders at a time."""
        for folder in sorted((self.root / kind).iterdir()):
            yield from sorted(folder.iterdir()) if folder.is_dir() else (folder,)


def checked(sha256: str) -> str:
    """Return the name if it is one. Anything else must not come near a path."""
    if not _NAME.fullmatch(sha256):
        raise WrongUsage("An object's name is its SHA-256: 64 lower-case hexadecimal digits.")
    return sha256


def is_in_place(path: Path) -> bool:
    """True if a file's name is an object's name and it lies in that name's folder."""
    return _NAME.fullmatch(path.name) is not None and path.parent.name == path.name[:2]
