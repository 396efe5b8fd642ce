"""The marker beside an index: which edition it has taken in. Written whole or not at all."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from openhotline_server.lists.models import Edition


@dataclass(frozen=True)
class Marker:
    """``edition`` 0: none. ``stamp`` tells two editions of one number apart, as a restored backup makes them."""

    edition: int = 0
    stamp: str = ""

    @classmethod
    def of(cls, edition: Edition) -> Marker:
        """The marker of an index that has taken in ``edition``."""
        return cls(edition.number, f"{edition.pk} {edition.loaded_at.isoformat()}")

    @classmethod
    def read(cls, directory: Path) -> Marker:
        """The marker of an index; one that cannot be read says that there is no index."""
        try:
            return cls(**json.loads(_file(directory).read_text()))
        except (OSError, ValueError, TypeError):
            return cls()

    def write(self, directory: Path) -> None:
        """Put the marker in force: written, synced, renamed."""
        path = _file(directory)
        temporary = path.with_suffix(".json.new")
        with temporary.open("w") as stream:
            json.dump(asdict(self), stream)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.rename(path)


def _file(directory: Path) -> Path:
    return directory.with_suffix(".json")
