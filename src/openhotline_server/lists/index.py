"""The search index of each list, in the data directory: ``indexes/<code>/``, with its marker beside it.

The database is the truth and the index follows it. Which edition an index has taken in stands in the marker
``indexes/<code>.json``; whoever searches compares that with the database, brings the index up to it, and refuses
where that cannot be done. Changes are applied before the marker names their edition: a process that dies between
the two leaves changes that the next one applies again, which changes nothing. Who brings an index up to date holds
``indexes/<code>.lock``.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from openhotline.errors import Busy, Damaged, NotInitialised
from openhotline_server.lists.index_changes import EDITIONS_AT_ONCE, changes_between, everything_in
from openhotline_server.lists.index_marker import Marker
from openhotline_server.lists.models import Edition, HashList
from openhotline_server.lists.newest import find_newest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from openhotline.matching import Found, ListIndex

PATIENCE = 5.0
"""Seconds that a search waits while another process brings the index up to date, unless told to wait longer."""

POLL = 0.02
UNUSABLE = (Damaged, NotInitialised, OSError)

_open: dict[Path, ListIndex] = {}


@dataclass(frozen=True)
class IndexState:
    """How far an index is: the edition it has and the newest one, None where there is none; its hashes."""

    applied: int | None
    newest: int | None
    hashes: int

    @property
    def behind(self) -> bool:
        return self.applied != self.newest


def directory(hash_list: HashList) -> Path:
    """Where a list's index lies."""
    return Path(settings.DATA.root) / "indexes" / str(hash_list.code)


def search(
    hash_list: HashList, hashes: NDArray[np.uint8], distance: int, *, patience: float = PATIENCE
) -> Found:
    """Ask a list's index for all entries within ``distance`` bits of uint8[m, 32]; the keys are those of entries.

    Every entry of the newest edition is found. One that was withdrawn a moment ago may be named, and the index
    knows nothing of quality and expiry: look each key up. Raises Busy while another process brings the index up to
    date, Damaged where it cannot be used; there is no answer then, and never "no match".
    """
    if not catch_up(hash_list, patience=patience):
        return _nothing()
    with _usable(hash_list):
        return _opened(directory(hash_list)).search(hashes, distance)


def catch_up(hash_list: HashList, *, patience: float = PATIENCE) -> bool:
    """Bring a list's index up to the newest edition, where it is not; False for a list without any edition."""
    where, newest = directory(hash_list), find_newest(hash_list)
    if newest is None or _has(where, newest):
        return newest is not None
    with _locked(where, patience):
        newest = find_newest(hash_list) or newest
        if not _has(where, newest):
            _take_in(hash_list, newest)
    return True


def _take_in(hash_list: HashList, newest: Edition) -> None:
    where = directory(hash_list)
    marker = Marker.read(where)
    if not _can_go_on(hash_list, marker, newest):
        _rebuild(hash_list, newest)
        return
    changes = changes_between(hash_list, marker.edition, newest)
    if changes:
        with _usable(hash_list):
            _opened(where).apply(changes.add_keys, changes.add_hashes, changes.remove_keys, consume=True)
    Marker.of(newest).write(where)


def rebuild(hash_list: HashList, *, patience: float = PATIENCE) -> None:
    """Make a list's index anew from the database."""
    newest = find_newest(hash_list)
    if newest is not None:
        with _locked(directory(hash_list), patience):
            _rebuild(hash_list, newest)


def merge(hash_list: HashList) -> None:
    """Put an index's small parts together where that pays; searches and changes go on meanwhile."""
    where = directory(hash_list)
    if where.exists():
        with _usable(hash_list):
            while _opened(where).merge():
                pass


def verify(hash_list: HashList) -> IndexState:
    """Read a whole index and count what it holds; raises Damaged where that is not what was written."""
    newest = find_newest(hash_list)
    if newest is not None and directory(hash_list).exists():
        with _usable(hash_list):
            index = _opened(directory(hash_list))
            index.verify()
            if _has(directory(hash_list), newest) and index.count != _count(hash_list, newest):
                raise Damaged("It does not hold what the database holds.")
    return find_state(hash_list)


def find_state(hash_list: HashList) -> IndexState:
    """How far a list's index is; asks the disk and the database, and changes nothing."""
    newest, marker = find_newest(hash_list), Marker.read(directory(hash_list))
    try:
        hashes = _opened(directory(hash_list)).count
    except UNUSABLE:
        return IndexState(None, newest.number if newest else None, 0)
    applied = marker.edition if _is_of(hash_list, marker) else None
    return IndexState(applied, newest.number if newest else None, hashes)


def update_after_commit(hash_list: HashList) -> None:
    """Bring the index up to date as soon as the present transaction has committed.

    A failure there is logged and no more: what was committed stands, and the next search catches up or refuses.
    """
    transaction.on_commit(partial(catch_up, hash_list), robust=True)


def _rebuild(hash_list: HashList, newest: Edition) -> None:
    """Build beside the old index, then put the new one into its place."""
    from openhotline.matching import ListIndex

    where = directory(hash_list)
    fresh, old = where.with_name(f"{where.name}.new"), where.with_name(f"{where.name}.old")
    for leftover in (fresh, old):
        shutil.rmtree(leftover, ignore_errors=True)
    index = ListIndex.create(fresh)
    entries = everything_in(hash_list, newest)
    if entries:
        index.apply(entries.add_keys, entries.add_hashes, entries.remove_keys, consume=True)
    Marker().write(where)
    with suppress(FileNotFoundError):
        where.rename(old)
    fresh.rename(where)
    Marker.of(newest).write(where)
    shutil.rmtree(old, ignore_errors=True)


def _count(hash_list: HashList, edition: Edition) -> int:
    return everything_in(hash_list, edition).coming.count()


def _has(where: Path, edition: Edition) -> bool:
    return Marker.read(where) == Marker.of(edition) and where.exists()


def _can_go_on(hash_list: HashList, marker: Marker, newest: Edition) -> bool:
    near_enough = 0 < newest.number - marker.edition <= EDITIONS_AT_ONCE
    return near_enough and directory(hash_list).exists() and _is_of(hash_list, marker)


def _is_of(hash_list: HashList, marker: Marker) -> bool:
    """Whether an index has an edition of this very database; after a restored backup it may not."""
    has = Edition.objects.filter(hash_list=hash_list, number=marker.edition).first()
    return has is not None and marker == Marker.of(has)


def _opened(where: Path) -> ListIndex:
    """The open index. It looks at its folder before each search, so one is enough for the life of a process."""
    from openhotline.matching import ListIndex

    if where not in _open:
        _open[where] = ListIndex.open(where)
    return _open[where]


def _nothing() -> Found:
    import numpy as np

    from openhotline.matching import Found

    return Found(*(np.empty(0, np.int64) for _ in range(3)))


@contextmanager
def _locked(where: Path, patience: float) -> Iterator[None]:
    """Hold a list's lock; the system lets go of it if this process dies."""
    where.parent.mkdir(mode=0o700, exist_ok=True)
    deadline = time.monotonic() + patience
    descriptor = os.open(where.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        while not _taken(descriptor):
            if time.monotonic() > deadline:
                raise Busy("Another process brings the index of this list up to date. Try again in a minute.")
            time.sleep(POLL)
        yield
    finally:
        os.close(descriptor)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _usable(hash_list: HashList) -> Iterator[None]:
    """Say of an index that cannot be used what to do about it."""
    try:
        yield
    except UNUSABLE as error:
        raise Damaged(
            f"The index of the list {hash_list.name} cannot be used, so nothing was matched. "
            f"Run `openhotline lists index {hash_list.name} --rebuild`.",
            details=getattr(error, "details", "") or str(error),
        ) from error
