"""What a subscriber holds: the list file, and beside it which edition it is."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from openhotline.errors import Damaged
from openhotline.exchange.updates.names import Edition, read_edition
from openhotline.exchange.updates.rows import digest_of

LIST_FILE = "list.csv"
STATE_FILE = "state.json"


@dataclass(frozen=True)
class Holding:
    """A subscriber's folder. The list and its state are two files; whichever is older or damaged is noticed."""

    folder: Path

    @property
    def list_file(self) -> Path:
        """The list as it is held."""
        return self.folder / LIST_FILE

    def edition(self) -> Edition | None:
        """Return the edition that is held; None where none is, or where the file is not what it should be."""
        path = self.folder / STATE_FILE
        try:
            found = read_edition(json.loads(path.read_text("utf-8")))
        except (OSError, ValueError, Damaged):
            return None
        return found if digest_of(self.list_file) == found.sha256 else None

    def take(self, new: Path, edition: Edition) -> None:
        """Put a new list in the old one's place. Whoever dies in between has a list whose state does not fit it."""
        _settle(new)
        new.rename(self.list_file)
        state = self.folder / f".{STATE_FILE}.new"
        state.write_text(json.dumps(edition.as_custom(), indent=1) + "\n", "utf-8")
        _settle(state)
        state.rename(self.folder / STATE_FILE)


def _settle(path: Path) -> None:
    with path.open("rb") as stream:
        os.fsync(stream.fileno())
