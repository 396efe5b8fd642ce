"""A list's index that changes: large segments, a small one for what came last, and what was taken back.

Every change is one small segment and one new manifest. Readers look at the manifest's stamp before each search,
so a change is in force in every process at its next question; nothing is rebuilt. ``merge``, run in the
background, keeps the segments few.
"""

from __future__ import annotations

import secrets
from pathlib import Path

import numpy as np

from openhotline.errors import Conflict
from openhotline.matching import manifest as manifests
from openhotline.matching import merging
from openhotline.matching.changing import changed, check_change
from openhotline.matching.index import Found, check_search, ordered
from openhotline.matching.manifest import Manifest
from openhotline.matching.packed import Hashes
from openhotline.matching.searching import Integers
from openhotline.matching.snapshot import Snapshot, take
from openhotline.matching.writing import explained, only_writer, put_in_force


class ListIndex:
    """An open list index; threads may share it. Make it with :meth:`create` or :meth:`open`."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._last: Snapshot | None = None

    @classmethod
    def create(cls, directory: Path) -> ListIndex:
        """Make an empty one in a folder that has none."""
        with explained():
            directory.mkdir(parents=True, exist_ok=True)
            with only_writer(directory):
                if (directory / manifests.NAME).exists():
                    raise Conflict("There is a list index in this folder already. Open it instead.")
                manifests.write(directory, Manifest(secrets.token_hex(8), 0))
        return cls.open(directory)

    @classmethod
    def open(cls, directory: Path) -> ListIndex:
        """Open one: its files are mapped, not read."""
        opened = cls(directory)
        opened._now()
        return opened

    @property
    def count(self) -> int:
        """Return how many entries are in force."""
        return sum(part.live for part in self._now().parts)

    @property
    def state(self) -> str:
        """Return a text that changes with every ``apply`` and with nothing else."""
        manifest = self._now().manifest
        return f"{manifest.identity}-{manifest.applied}"

    def search(self, queries: Hashes, distance: int) -> Found:
        """Return every entry in force at most ``distance`` bits from each of uint8[m, 32]."""
        check_search(queries, distance)
        answers = [part.search(queries, distance) for part in self._now().parts]
        if not answers:
            return Found(*(np.empty(0, np.int64) for _ in range(3)))
        return ordered(*(np.concatenate(column) for column in zip(*answers, strict=True)))

    def apply(
        self, add_keys: Integers, add_hashes: Hashes, remove_keys: Integers, *, consume: bool = False
    ) -> None:
        """Take entries back and add others in one step, durable and in force everywhere when this returns.

        A key that is added replaces what it stood for, also if it is among those to remove; a key to remove that
        is not there is no error. So the same change may be applied twice. Raises Busy if another writer is slow.
        With ``consume`` the hashes' own memory is used, and ``add_hashes`` holds nothing any more, also after an error.
        """
        check_change(add_keys, add_hashes, remove_keys)
        with explained(), only_writer(self.directory):
            manifest = changed(
                self.directory, self._now(), add_keys, add_hashes, remove_keys, consume=consume
            )
            put_in_force(self.directory, manifest)

    def merge(self) -> bool:
        """Fold some segments together, where they are too many; say whether there was anything to do.

        For a background task, again and again until it says no. Searches and changes go on meanwhile.
        """
        with explained():
            return merging.merge(self.directory, self._now())

    def verify(self) -> None:
        """Read every byte of every file; raises Damaged, naming the file in its details."""
        for part in take(self.directory, None).parts:
            part.verify()

    def _now(self) -> Snapshot:
        """Return the index as it is. Threads that find a new one at the same time both open it; one stays."""
        self._last = fresh = take(self.directory, self._last)
        return fresh
