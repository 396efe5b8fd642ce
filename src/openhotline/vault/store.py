"""The vault: encrypted bytes under the name of their SHA-256, each with a key that can be forgotten."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from openhotline.errors import Conflict, Damaged, NotFound, WrongMasterKey
from openhotline.vault.batch import Batch, Readable, Stored
from openhotline.vault.checking import Problem, check_all
from openhotline.vault.destruction import Destruction, finish, order
from openhotline.vault.durable import explained, settle, write_file
from openhotline.vault.erasing import remaining
from openhotline.vault.layout import KINDS, Layout, checked, is_in_place
from openhotline.vault.locking import exclusive
from openhotline.vault.master import MasterKey
from openhotline.vault.reading import SealedStream, named
from openhotline.vault.rotation import PATIENCE, Rewrapped, begin, rewrap_keys
from openhotline.vault.sealing import Kind, damaged, unseal
from openhotline.vault.shelf import Shelf, destroyed
from openhotline.vault.staging import staging, sweep
from openhotline.vault.state import State, read_state, write_state


class Vault:
    """Several processes may have one vault open. Reading is safe in any number of threads."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    @classmethod
    def create(cls, root: Path, master: MasterKey) -> Vault:
        """Make an empty vault; raises Conflict if the folder holds any file.

        It is made when ``vault.json`` is there. Killed before that, make it again.
        """
        layout = Layout(root)
        with explained("be created"):
            root.mkdir(mode=0o700, parents=True, exist_ok=True)
            if any(path.is_file() for path in root.rglob("*") if layout.staging not in path.parents):
                raise Conflict(
                    "The folder for the new vault is not empty. Name another, or open the vault in it."
                )
            for folder in (layout.staging, *(root / kind for kind in KINDS)):
                folder.mkdir(mode=0o700, exist_ok=True)
            write_state(layout, State.new(master))
            settle(root, [root, root.parent])
        return cls.open(root, master)

    @classmethod
    def open(cls, root: Path, master: MasterKey) -> Vault:
        """Open a vault, removing what dead writers left behind; raises WrongMasterKey or NotInitialised."""
        layout = Layout(root)
        vault = cls(Shelf(layout, read_state(layout).keyring(master)))
        with explained("be opened"):
            for folder in (layout.staging, *(root / kind for kind in KINDS)):
                # A backup may have left out folders that were empty.
                folder.mkdir(mode=0o700, exist_ok=True)
            vault.cleanup()
        return vault

    @contextmanager
    def writing(self) -> Iterator[Batch]:
        """Store many objects with one wait for the disk: durable once the block has ended without error.

        If the block fails nothing of the batch is stored; if the disk does, at the very end, some objects may
        be, each of them whole. Put some hundreds at a time: a crash costs one batch.
        """
        shelf = self._shelf
        with staging(shelf.layout) as folder:
            batch = Batch(shelf, folder)
            yield batch
            batch.finish()

    def put_stream(self, source: Readable, preview: bytes | None = None, *, again: bool = False) -> Stored:
        """Store one object of any size, in the memory of two chunks."""
        with self.writing() as batch:
            return batch.put_stream(source, preview, again=again)

    def read(self, sha256: str) -> bytes:
        """Return an object's bytes, all of them verified, or raise NotFound, Destroyed or Damaged."""
        with self._opened(sha256, Kind.OBJECT) as (stream, key):
            return b"".join(named(unseal(stream, key=key, kind=Kind.OBJECT), sha256))

    def read_preview(self, sha256: str) -> bytes:
        """Return an object's preview; raises NotFound if it has none."""
        with self._opened(sha256, Kind.PREVIEW) as (stream, key):
            return b"".join(unseal(stream, key=key, kind=Kind.PREVIEW))

    def stream(self, sha256: str) -> io.BufferedReader:
        """Return an object as a forward-only stream. Each chunk is verified before any of it is handed out.

        A later chunk may still prove damaged: act on what was read only after the end was reached without
        error.
        """
        shelf, key = self._get_key(sha256)
        stream = _open(shelf, sha256, Kind.OBJECT)
        return io.BufferedReader(SealedStream(stream, key=key, sha256=sha256))

    def contains(self, sha256: str) -> bool:
        """True if the object is here and was not destroyed. Its bytes are not looked at."""
        layout = self._shelf.layout
        present = layout.key(checked(sha256)).exists() and layout.object(sha256).exists()
        return present and not self._shelf.is_destroyed(sha256)

    def has_preview(self, sha256: str) -> bool:
        """True if the object is here and has a preview."""
        return self._shelf.layout.preview(checked(sha256)).exists() and self.contains(sha256)

    def names(self) -> Iterator[str]:
        """Yield the name of every object that can be asked for, in order."""
        for path in self._shelf.layout.list_files("keys"):
            if is_in_place(path) and self.contains(path.name):
                yield path.name

    def destroy(self, sha256: str, *, at: datetime) -> Destruction:
        """Forget an object's key, then remove its bytes and its preview, and prove it. Twice is once.

        Once begun it goes on after a crash, and from its beginning nobody can read the object. Copies in
        backups stay unreadable only as long as the backup lacks the key file; the proof says how to
        recognise that.
        """
        shelf = self._shelf
        with explained("destroy an object"), exclusive(shelf.layout.lock):
            if shelf.is_destroyed(checked(sha256)):
                return finish(shelf, sha256)
            if not remaining(shelf.layout, sha256):
                raise NotFound("The vault holds no object of that name. Check the name and the vault.")
            with staging(shelf.layout, locked=True, keep=True) as folder:
                write_file(folder.destroy(sha256), [])
                settle(shelf.layout.root, [folder.destroy(sha256), folder.path, shelf.layout.staging])
                order(shelf.layout, sha256, at=at)
                return finish(shelf, sha256)

    def rewrap(self, new: MasterKey) -> Rewrapped:
        """Give the vault a new master key; the old one opens nothing afterwards. Cut short, run it again.

        Writers wait meanwhile: some three seconds of processor time for ten thousand objects. Other processes
        that have the vault open must be started again with the new key.
        """
        layout = self._shelf.layout
        with explained("be given a new master key"), exclusive(layout.lock, patience=PATIENCE):
            self._shelf = begin(self._shelf, new)
            with staging(layout, locked=True, keep=True) as folder:
                done = rewrap_keys(self._shelf, folder)
            write_state(layout, read_state(layout).only(new))
            self._shelf = Shelf(layout, (new,))
        return done

    def check(self, *, contents: bool = True) -> Iterator[Problem]:
        """Walk the vault and yield what is wrong; with ``contents`` every byte is read and verified."""
        return check_all(self._shelf, contents=contents)

    def cleanup(self) -> int:
        """Remove what writers that died left behind; return how many there were. Opening does it too."""
        return sweep(self._shelf)

    def _get_key(self, sha256: str) -> tuple[Shelf, bytes]:
        while True:
            shelf = self._shelf
            try:
                return shelf, shelf.get_key(checked(sha256))
            except WrongMasterKey:
                # Another thread of this process may have rotated the master key between our two steps.
                if shelf is self._shelf:
                    raise

    @contextmanager
    def _opened(self, sha256: str, kind: Kind) -> Iterator[tuple[BinaryIO, bytes]]:
        shelf, key = self._get_key(sha256)
        try:
            with explained("be read"), _open(shelf, sha256, kind) as stream:
                yield stream, key
        except Damaged as error:
            error.details = f"object {sha256}"
            raise


def _open(shelf: Shelf, sha256: str, kind: Kind) -> BinaryIO:
    path = shelf.layout.object(sha256) if kind is Kind.OBJECT else shelf.layout.preview(sha256)
    try:
        return path.open("rb")
    except FileNotFoundError:
        if shelf.is_destroyed(sha256):
            raise destroyed() from None
        if kind is Kind.PREVIEW:
            raise NotFound("This object has no preview. Make one and put it.") from None
        raise damaged("Its key is here, but its bytes are missing") from None
