"""Many objects, one wait for the disk.

1. While the batch is open, sealed files are written into a staging folder of its own. Nothing has a name yet.
2. At the end one sync brings them all to the disk.
3. Under the vault's lock objects and previews get their names, and after them the keys: an object whose
   key has its name is whole. File systems keep renames in order (one journal), so this holds after a
   power cut as well.
4. A second sync brings the names to the disk. Only then does the ``with`` block end.

Killed before 3, nothing happened. Killed within 3, some objects are whole and the next opening removes
the rest.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from openhotline.errors import BadInput
from openhotline.vault.durable import explained, write_file
from openhotline.vault.layout import checked
from openhotline.vault.naming import Entry, destroyed_before, give_names, reseal, usable_key
from openhotline.vault.places import is_there
from openhotline.vault.sealing import CHUNK, Kind, seal, slices
from openhotline.vault.shelf import Shelf
from openhotline.vault.staging import Staging
from openhotline.vault.wrapping import wrap


class Readable(Protocol):
    """Anything with ``read(n) -> bytes``: an open file, a response, a member of an archive."""

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Stored:
    """An object's name and its size in bytes."""

    sha256: str
    size: int


class Batch:
    """Made by ``Vault.writing``; for one thread. Nothing is stored before its block has ended well."""

    def __init__(self, shelf: Shelf, folder: Staging) -> None:
        self._shelf = shelf
        self._folder = folder
        self._entries: dict[str, Entry] = {}
        self._streams = 0
        self._met: set[str] = set()

    def put(
        self,
        data: bytes,
        preview: bytes | None = None,
        *,
        again: bool = False,
        sha256: str | None = None,
    ) -> Stored:
        """Store bytes under their SHA-256. What is there stays as it is; a lost or cut-off file is healed.

        ``sha256`` spares hashing bytes that the caller has hashed in this process; a wrong one is found by
        every later read.

        Raises Destroyed for content that was destroyed, unless ``again``: a person decided to keep it
        after all.
        """
        stored = Stored(checked(sha256) if sha256 else hashlib.sha256(data).hexdigest(), len(data))
        with explained("store an object"):
            if self._is_new(stored, again=again):
                entry = self._entry(stored.sha256)
                sealed = seal(slices(data), key=entry.key, kind=Kind.OBJECT)
                write_file(self._folder.place(stored.sha256, "object"), sealed)
                self._add(stored.sha256, entry)
            if preview is not None:
                self._offer_preview(stored.sha256, preview)
        return stored

    def put_stream(self, source: Readable, preview: bytes | None = None, *, again: bool = False) -> Stored:
        """Store what ``source`` gives until it ends, in the memory of two chunks."""
        self._streams += 1
        incoming = self._folder.incoming(self._streams)
        key, digest, size = os.urandom(32), hashlib.sha256(), 0

        def chunks() -> Iterator[bytes]:
            nonlocal size
            while chunk := _read_fully(source):
                digest.update(chunk)
                size += len(chunk)
                yield chunk

        with explained("store an object"):
            write_file(incoming, seal(chunks(), key=key, kind=Kind.OBJECT))
            stored = Stored(digest.hexdigest(), size)
            try:
                if self._is_new(stored, again=again):
                    self._take_in(incoming, stored.sha256, key)
            finally:
                incoming.unlink(missing_ok=True)
            if preview is not None:
                self._offer_preview(stored.sha256, preview)
        return stored

    def put_preview(self, sha256: str, preview: bytes) -> None:
        """Store a preview, in the place of an earlier one, for an object that is stored or in this batch."""
        with explained("store a preview"):
            if checked(sha256) not in self._entries:
                self._shelf.get_key(sha256)
            self._write_preview(sha256, preview)

    def finish(self) -> None:
        """Steps 2 to 4. Called by ``Vault.writing`` when its block ends without an error."""
        if self._entries or self._met:
            with explained("store a batch"):
                give_names(self._shelf, self._folder, self._entries, self._met)

    def _is_new(self, stored: Stored, *, again: bool) -> bool:
        if stored.sha256 in self._entries and is_there(self._folder.place(stored.sha256, "object")):
            return False
        if self._shelf.is_destroyed(stored.sha256):
            if not again:
                raise destroyed_before()
            return True
        there = (
            self._shelf.holds(stored.sha256, stored.size)
            and usable_key(self._shelf, stored.sha256) is not None
        )
        # What another writer has named may not be on the disk yet; the batch waits for it all the same.
        if there:
            self._met.add(stored.sha256)
        return not there

    def _take_in(self, incoming: Path, sha256: str, key: bytes) -> None:
        entry = self._entry(sha256, key)
        if entry.key != key:
            reseal(incoming, Kind.OBJECT, key, entry.key)
        incoming.rename(self._folder.object(sha256))
        self._add(sha256, entry)

    def _entry(self, sha256: str, key: bytes | None = None) -> Entry:
        return self._entries.get(sha256) or Entry(
            key=key or os.urandom(32), again=self._shelf.is_destroyed(sha256)
        )

    def _add(self, sha256: str, entry: Entry) -> None:
        if entry.again:
            write_file(self._folder.destroy(sha256), [])
        wrapped = wrap(entry.key, sha256=sha256, master=self._shelf.masters[0])
        write_file(self._folder.place(sha256, "key"), [wrapped])
        self._entries[sha256] = entry

    def _offer_preview(self, sha256: str, preview: bytes) -> None:
        if sha256 in self._entries or not is_there(self._shelf.layout.place("previews", sha256)):
            self._write_preview(sha256, preview)

    def _write_preview(self, sha256: str, preview: bytes) -> None:
        # Alone, a preview needs no key file: when it gets its name it is sealed anew under its object's key.
        entry = self._entries.setdefault(sha256, self._entry(sha256))
        sealed = seal(slices(preview), key=entry.key, kind=Kind.PREVIEW)
        write_file(self._folder.place(sha256, "preview"), sealed)


def _read_fully(source: Readable, size: int = CHUNK) -> bytes:
    """Read until ``size`` bytes are there or the source ends: a socket may give fewer than asked for."""
    try:
        parts = [source.read(size)]
        while parts[-1] and (missing := size - sum(map(len, parts))) > 0:
            parts.append(source.read(missing))
    except OSError as error:
        raise BadInput(
            "What was to be stored could not be read to its end. Check the source, then try again.",
            details=str(error),
        ) from error
    return b"".join(parts)
