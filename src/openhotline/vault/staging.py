"""A folder for what is not finished yet, and the broom for those whose writer died.

Each folder's ``lock`` is held by its writer. If it can be taken, the writer is gone, and what it left is
put right:

- ``<name>.key`` is still here but ``<name>.object`` is not: the object had been named, its key had not.
  The object is noise without the key and is removed.
- ``<name>.destroy`` is here and the tombstone stands: a destruction, or a putting again, was cut short.
  It is ended as a destruction.
- ``<name>.old`` and ``<name>.rewrapped`` are wrapped keys of a rotation; what is no key file is overwritten.
- Everything else was never named and goes with the folder.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from openhotline.errors import Busy, Damaged
from openhotline.vault.destruction import finish
from openhotline.vault.durable import explained
from openhotline.vault.erasing import erase_files
from openhotline.vault.layout import Layout
from openhotline.vault.locking import exclusive, try_lock
from openhotline.vault.shelf import Shelf


@dataclass(frozen=True, slots=True)
class Staging:
    """One writer's folder."""

    path: Path

    def place(self, sha256: str, ending: str) -> str:
        """Return where a part of an object lies, as text; see ``Layout.place``."""
        return f"{self.path}/{sha256}.{ending}"

    def list_names(self) -> list[str]:
        """Return every file in it, as text."""
        return [f"{self.path}/{name}" for name in os.listdir(self.path)]  # noqa: PTH208

    def object(self, sha256: str) -> Path:
        return Path(self.place(sha256, "object"))

    def preview(self, sha256: str) -> Path:
        return Path(self.place(sha256, "preview"))

    def key(self, sha256: str) -> Path:
        return Path(self.place(sha256, "key"))

    def rewrapped(self, sha256: str) -> Path:
        return Path(f"{self.path}/{sha256}.rewrapped")

    def old(self, sha256: str) -> Path:
        """A second name for a key file that a rotation replaces, until its bytes are overwritten."""
        return Path(f"{self.path}/{sha256}.old")

    def destroy(self, sha256: str) -> Path:
        return Path(f"{self.path}/{sha256}.destroy")

    def incoming(self, number: int) -> Path:
        """Where a stream goes whose name is known only at its end."""
        return Path(f"{self.path}/{number}.incoming")


@contextmanager
def staging(layout: Layout, *, locked: bool = False, keep: bool = False) -> Iterator[Staging]:
    """Make a folder and remove it in the end.

    ``locked``: the caller holds the vault's lock already. ``keep``: after an error the folder stays for
    the next sweep, because what it tells of must be carried on.
    """
    folder = Staging(layout.staging / secrets.token_hex(8))
    if locked:
        descriptor = _occupy(folder)
    else:
        # Under the lock, so that no broom sees the folder before its own lock is held.
        with explained("be written to"), exclusive(layout.lock):
            descriptor = _occupy(folder)
    try:
        yield folder
    except BaseException:
        if not keep:
            shutil.rmtree(folder.path, ignore_errors=True)
        raise
    else:
        shutil.rmtree(folder.path, ignore_errors=True)
    finally:
        os.close(descriptor)


def sweep(shelf: Shelf, *, patience: float = 0.0) -> int:
    """Put right what dead writers left; return how many. Does nothing while the vault is being changed."""
    folder = shelf.layout.staging
    if not any(folder.iterdir()):
        return 0
    try:
        with exclusive(shelf.layout.lock, patience=patience):
            return sum(_sweep_one(shelf, Staging(path)) for path in list(folder.iterdir()))
    except Busy:
        return 0


def put_right(shelf: Shelf, folder: Staging) -> None:
    """Undo, or carry on, what the names in a folder tell of. The caller holds the vault's lock."""
    keys = [left for left in list(folder.path.iterdir()) if not _put_one_right(shelf, folder, left)]
    erase_files(shelf.layout.root, keys)


def list_abandoned(layout: Layout) -> list[Path]:
    """Folders whose writer is gone. The caller holds the vault's lock."""
    return [path for path in layout.staging.iterdir() if not _is_occupied(Staging(path))]


def _occupy(folder: Staging) -> int:
    folder.path.mkdir(mode=0o700)
    descriptor = try_lock(folder.path / "lock")
    if descriptor is None:
        raise Busy("Another process took this writer's place in the vault. Try again.")
    return descriptor


def _is_occupied(folder: Staging) -> bool:
    if not folder.path.is_dir():
        return False
    descriptor = try_lock(folder.path / "lock")
    if descriptor is None:
        return True
    os.close(descriptor)
    return False


def _sweep_one(shelf: Shelf, folder: Staging) -> bool:
    if _is_occupied(folder):
        return False
    if not folder.path.is_dir():
        folder.path.unlink()
        return True
    try:
        put_right(shelf, folder)
    except Damaged:
        # A damaged tombstone must not keep the vault shut. The folder stays, and `check` reports it.
        return False
    shutil.rmtree(folder.path)
    return True


def _put_one_right(shelf: Shelf, folder: Staging, left: Path) -> bool:
    """Return False if the file holds a wrapped key that must be overwritten."""
    layout, name, kind = shelf.layout, left.stem, left.suffix
    if kind == ".key" and not folder.object(name).exists() and not layout.key(name).exists():
        layout.object(name).unlink(missing_ok=True)
        layout.preview(name).unlink(missing_ok=True)
    elif kind == ".destroy" and layout.tombstone(name).exists():
        finish(shelf, name)
    return not (kind == ".rewrapped" or (kind == ".old" and _is_replaced(layout.key(name), left)))


def _is_replaced(key: Path, old: Path) -> bool:
    """True once another file has the key's name. Before that ``old`` is the key file itself."""
    return key.exists() and not key.samefile(old)
