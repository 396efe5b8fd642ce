"""The lists and the keys in force, and a watch that puts changed ones in the place of the old ones."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from openhotline.errors import OpenHotlineError, WrongUsage
from openhotline.exchange.gate.keys import Caller, read_keys
from openhotline.exchange.gate.sources import OLD, Source
from openhotline.known.lists import Known

LOOK_EVERY = 0.25
"""Seconds between two looks at the files."""

Told = Callable[[str, str], None]
"""Gets an event (``list.loaded``, ``list.refused``, ``keys.loaded``, ``keys.refused``) and a list's name."""


class Shelf:
    """``lists`` and ``find`` may be asked from any thread. ``told`` hears of every change."""

    def __init__(self, lists: Sequence[Path], keys: Path, *, prepared: Path, told: Told) -> None:
        self._sources = [Source(path, prepared) for path in lists]
        names = [source.name for source in self._sources]
        if len(set(names)) != len(names):
            raise WrongUsage(
                "Two lists have one name. Rename a file or folder, because answers name the list."
            )
        self._keys_file, self._keys, self.keys_problem = keys, read_keys(keys), ""
        self._keys_seen = _seen(keys)
        self._told, self._closing = told, threading.Event()
        self._watching = threading.Thread(target=self._watch, daemon=True, name="openhotline-lists")

    def start(self) -> None:
        """Begin to watch."""
        self._watching.start()

    def close(self) -> None:
        """Watch no longer."""
        self._closing.set()

    @property
    def lists(self) -> list[Known]:
        """The lists in force."""
        return [source.known for source in self._sources]

    @property
    def problems(self) -> dict[str, str]:
        """Why a list, or the keys, are not the newest; empty where all is well."""
        found = {source.name: source.problem for source in self._sources if source.problem}
        return found | ({"keys": self.keys_problem} if self.keys_problem else {})

    def find(self, secret: str) -> Caller | None:
        """Return who holds this key."""
        return self._keys.find(secret)

    def _watch(self) -> None:
        while not self._closing.wait(LOOK_EVERY):
            for source in self._sources:
                before = source.problem
                if source.refresh():
                    self._told("list.loaded", source.name)
                elif source.problem != before:
                    self._told("list.refused", source.name)
            self._refresh_keys()

    def _refresh_keys(self) -> None:
        try:
            now = _seen(self._keys_file)
            if now == self._keys_seen:
                return
            self._keys_seen = now
            self._keys, self.keys_problem = read_keys(self._keys_file), ""
            self._told("keys.loaded", "")
        except OpenHotlineError as error:
            self.keys_problem = f"{error.message} {OLD}"
            self._told("keys.refused", "")
        except OSError:
            self.keys_problem = f"The key file cannot be read. {OLD}"


def _seen(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_mtime_ns, found.st_size, found.st_ino
