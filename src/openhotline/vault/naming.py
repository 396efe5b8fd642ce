"""The moment a batch becomes part of the vault: under the lock, files get their names, keys last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from openhotline.errors import Conflict, Damaged, Destroyed
from openhotline.vault.durable import release, settle, write_file
from openhotline.vault.erasing import erase_all
from openhotline.vault.layout import KINDS, Layout
from openhotline.vault.locking import exclusive
from openhotline.vault.places import folder_of, is_there, move, remove
from openhotline.vault.sealing import Kind, seal, unseal
from openhotline.vault.shelf import Shelf
from openhotline.vault.staging import Staging, put_right
from openhotline.vault.state import read_state


@dataclass(frozen=True, slots=True)
class Entry:
    """One object of an open batch: the data key of its staged files; ``again`` if it lifts a destruction."""

    key: bytes
    again: bool


def give_names(shelf: Shelf, folder: Staging, entries: Mapping[str, Entry], met: Iterable[str]) -> None:
    """Make every staged object durable and visible. On any failure what was not whole is taken back.

    ``met`` names what the vault held already. Another writer may have named it a moment ago, so it is
    waited for.
    """
    staged = folder.list_names()
    settle(shelf.layout.root, [*staged, folder.path])
    release(name for name in staged if name.endswith(".object"))
    with exclusive(shelf.layout.lock):
        _check_master(shelf)
        for sha256, entry in entries.items():
            _reconcile(shelf, folder, sha256, entry)
        try:
            touched = _move_all(shelf.layout, folder, entries)
        except BaseException:
            put_right(shelf, folder)
            raise
        for sha256 in met:
            touched |= {folder_of(shelf.layout.place(kind, sha256)) for kind in ("objects", "keys")}
        settle(shelf.layout.root, [*touched, *(shelf.layout.root / kind for kind in KINDS)])


def usable_key(shelf: Shelf, sha256: str) -> bytes | None:
    """Return the data key of a stored object; None if its key file is missing or damaged."""
    try:
        return shelf.find_key(sha256)
    except Damaged:
        return None


def destroyed_before() -> Destroyed:
    """Return the error for whoever puts what was destroyed."""
    return Destroyed(
        "This content was destroyed as ordered, and is not kept again by itself. "
        "If a person decided so, put it with again=True."
    )


def _check_master(shelf: Shelf) -> None:
    if read_state(shelf.layout).current != shelf.masters[0].key_id:
        raise Conflict(
            "The vault was given a new master key meanwhile. Open it with the new key and try again."
        )


def _reconcile(shelf: Shelf, folder: Staging, sha256: str, entry: Entry) -> None:
    """Compare a staged object with what the vault holds by now: another writer may have come first."""
    if shelf.is_destroyed(sha256):
        if not entry.again:
            raise destroyed_before()
        erase_all(shelf.layout, sha256)
        return
    existing = usable_key(shelf, sha256)
    if existing is None:
        if not is_there(folder.place(sha256, "object")):
            raise Conflict("An object was removed while its preview was being stored. Try again.")
        # A preview whose key is lost would not open under the new one.
        remove(shelf.layout.place("previews", sha256))
        return
    _adopt(shelf, folder, sha256, entry, existing)


def _adopt(shelf: Shelf, folder: Staging, sha256: str, entry: Entry, existing: bytes) -> None:
    """Keep the key that is there; seal what was staged anew under it, where anything is needed at all."""
    staged, there = folder.object(sha256), shelf.layout.object(sha256)
    if staged.exists():
        if there.exists() and there.stat().st_size == staged.stat().st_size:
            staged.unlink()
        else:
            reseal(staged, Kind.OBJECT, entry.key, existing)
    if folder.preview(sha256).exists():
        reseal(folder.preview(sha256), Kind.PREVIEW, entry.key, existing)
    folder.key(sha256).unlink(missing_ok=True)


def reseal(path: Path, kind: Kind, old: bytes, new: bytes) -> None:
    """Seal a staged file anew under another data key."""
    fresh = path.with_suffix(".resealed")
    with path.open("rb") as stream:
        write_file(fresh, seal(unseal(stream, key=old, kind=kind), key=new, kind=kind), sync=True)
    fresh.rename(path)


def _move_all(layout: Layout, folder: Staging, entries: Mapping[str, Entry]) -> set[str]:
    """Objects and previews first, keys after them, tombstones of what is kept again last of all."""
    moved: list[str] = []
    for sha256 in entries:
        for part, kind in (("object", "objects"), ("preview", "previews")):
            if move(folder.place(sha256, part), layout.place(kind, sha256)):
                moved.append(layout.place(kind, sha256))
    for sha256 in entries:
        if move(folder.place(sha256, "key"), layout.place("keys", sha256)):
            moved.append(layout.place("keys", sha256))
    for sha256, entry in entries.items():
        if entry.again:
            layout.tombstone(sha256).unlink()
            moved.append(layout.place("tombstones", sha256))
    return set(map(folder_of, moved))
