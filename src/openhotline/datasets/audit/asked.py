"""What an audit is asked, and the lists it compares with, made ready once for all processes."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from openhotline.chain.canonical import moment
from openhotline.datasets.inputs.shard import Reading
from openhotline.errors import WrongUsage
from openhotline.known import Known, Rule
from openhotline.known.apart import prepare_apart
from openhotline.known.opening import open_list

FORMAT = "openhotline-audit-asked-1"


@dataclass(frozen=True)
class Asked:
    """``workers`` are processes, 0 one for each processor; ``address`` is that of a Ray cluster.

    ``dataset`` is a folder, a file, or an address of an object store; ``lists`` are list files or prepared lists.
    ``fetch``: pictures that tables name by address alone are fetched.
    """

    dataset: str
    lists: Sequence[Path]
    rule: Rule = field(default_factory=Rule)
    reading: Reading = field(default_factory=Reading)
    fingerprints: bool = False
    census: bool = False
    fetch: bool = False
    engine: str = "local"
    workers: int = 0
    address: str = ""

    @property
    def place(self) -> str:
        """The data set as every process can find it, whatever folder that one works in."""
        return self.dataset if "://" in self.dataset else os.path.abspath(self.dataset)  # noqa: PTH100

    def require_apart(self, out: Path) -> None:
        """Raise where an audit would find its own tables in the data set."""
        if "://" not in self.dataset and out.resolve().is_relative_to(Path(self.place).resolve()):
            raise WrongUsage("The folder of an audit cannot lie in the data set. Name another with --out.")

    def told(self, opened: Sequence[Opened], at: datetime) -> dict[str, Any]:
        """Return what is written down, and what a later run must ask again to go on."""
        return {
            "format": FORMAT,
            "data_set": self.place,
            "lists": [one.told for one in opened],
            "rule": asdict(self.rule),
            "reading": _plain(asdict(self.reading)),
            "fingerprints": self.fingerprints,
            "census": self.census,
            "fetch": self.fetch,
            "engine": self.engine,
            "version": version("openhotline"),
            "started_at": moment(at),
        }

    def conf(self, opened: Sequence[Opened]) -> dict[str, Any]:
        """Return what the processes are made with."""
        return {
            "lists": [{"name": one.known.name, "folder": str(one.folder)} for one in opened],
            "rule": asdict(self.rule),
            "reading": _plain(asdict(self.reading)),
            "fingerprints": self.fingerprints,
            "census": self.census,
            "fetch": self.fetch,
        }


@dataclass(frozen=True)
class Opened:
    """A list that was verified: ``folder`` is what every process maps into memory."""

    known: Known
    folder: Path
    sha256: str

    @property
    def told(self) -> dict[str, Any]:
        """What is written down of a list."""
        return {
            "name": self.known.name,
            "edition": self.known.edition,
            "sha256": self.sha256,
            "entries": dict(self.known.kinds),
            "bad_rows": self.known.bad_rows,
            "doubts": list(self.known.doubts),
        }


def open_lists(paths: Sequence[Path], folder: Path) -> list[Opened]:
    """Open lists after reading every byte once; list files are prepared below ``folder`` where they are not yet.

    Cost: about ten seconds for a million rows the first time.
    """
    if not paths:
        raise WrongUsage("An audit compares with at least one list. Name one with --list.")
    names = [path.stem for path in paths]
    if len(set(names)) < len(names):
        raise WrongUsage("Two lists have the same name, and nobody could tell their hits apart. Rename one.")
    return [_opened(path, folder) for path in paths]


def _opened(path: Path, folder: Path) -> Opened:
    if path.is_dir():
        return Opened(open_list(path, name=path.stem), path.resolve(), "")
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    prepared = (folder / digest[:16]).resolve()
    if not prepared.is_dir():
        prepare_apart(path, prepared)
    return Opened(open_list(prepared, name=path.stem), prepared, digest)


def _plain(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: dict(value) if isinstance(value, Mapping) else value for name, value in told.items()}
