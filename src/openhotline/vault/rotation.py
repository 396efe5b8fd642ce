"""Giving a vault a new master key: every object's key is wrapped anew, the objects are not touched.

1. ``vault.json`` names both keys from here on; it holds the old one sealed under the new one.
2. Key files are wrapped anew, some hundreds at a time: written beside, synced, renamed into place, and
   the old file's bytes overwritten. A key file names its master key, so it is always plain which are
   done.
3. ``vault.json`` names the new key only.

Killed anywhere, the vault opens with either key, and rotating again goes on from there. The vault's lock
is held all the time: readers go on, writers wait.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from openhotline.errors import Conflict, Damaged
from openhotline.vault.durable import settle, write_file
from openhotline.vault.erasing import erase_files
from openhotline.vault.layout import is_in_place
from openhotline.vault.master import MasterKey
from openhotline.vault.shelf import Shelf
from openhotline.vault.staging import Staging
from openhotline.vault.state import read_state, write_state
from openhotline.vault.wrapping import UnknownMaster, unwrap, wrap, wrapped_by

PATIENCE = 3600.0
"""Seconds to wait for the vault's lock: an operator's command can wait for an import's batch, and longer."""

AT_ONCE = 4096
"""Key files between two syncs: a sync costs some tens of milliseconds, a staged key file 4 KiB of disk."""


@dataclass(frozen=True, slots=True)
class Rewrapped:
    """``keys`` were wrapped anew. ``damaged`` names objects whose key file opens with neither master key."""

    keys: int
    damaged: tuple[str, ...]


def begin(shelf: Shelf, new: MasterKey) -> Shelf:
    """Step 1, or the way back into it. The caller holds the lock."""
    state = read_state(shelf.layout)
    if new.key_id == state.current:
        return Shelf(shelf.layout, state.keyring(new))
    if state.previous:
        raise Conflict("The vault is still being given another new key. Finish that with the same key first.")
    old = shelf.masters[0]
    shelf.check_current()
    write_state(shelf.layout, state.rotating(old=old, new=new))
    return Shelf(shelf.layout, (new, old))


def rewrap_keys(shelf: Shelf, folder: Staging) -> Rewrapped:
    """Step 2. ``shelf.masters`` is the new key and the old one; the caller holds the lock."""
    keys, damaged = 0, list[str]()
    for paths in _in_groups(path for path in shelf.layout.list_files("keys") if is_in_place(path)):
        fresh: list[Path] = []
        for path in paths:
            try:
                if _rewrap(shelf, folder, path):
                    fresh.append(path)
            except (Damaged, UnknownMaster):
                damaged.append(path.name)
        _replace(shelf, folder, fresh)
        keys += len(fresh)
    return Rewrapped(keys=keys, damaged=tuple(damaged))


def _rewrap(shelf: Shelf, folder: Staging, path: Path) -> bool:
    content, new = path.read_bytes(), shelf.masters[0]
    if wrapped_by(content) == new.key_id:
        return False
    key = unwrap(content, sha256=path.name, masters=shelf.masters)
    write_file(folder.rewrapped(path.name), [wrap(key, sha256=path.name, master=new)])
    return True


def _replace(shelf: Shelf, folder: Staging, paths: Sequence[Path]) -> None:
    if not paths:
        return
    root = shelf.layout.root
    settle(root, [folder.rewrapped(path.name) for path in paths])
    for path in paths:
        folder.old(path.name).hardlink_to(path)
        folder.rewrapped(path.name).rename(path)
    settle(root, [*sorted({path.parent for path in paths}), folder.path])
    erase_files(root, [folder.old(path.name) for path in paths])


def _in_groups(paths: Iterable[Path]) -> Iterator[Sequence[Path]]:
    waiting = iter(paths)
    while group := list(islice(waiting, AT_ONCE)):
        yield group
