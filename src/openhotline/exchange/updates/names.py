"""What the files of a repository are called, and what their signed metadata says of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from openhotline.errors import Damaged

LIST = "list.csv.gz"
"""The whole list; its columns stand in ``docs/reference/hash-list-format.md``."""

FORMAT = 1


def delta_name(edition: int) -> str:
    """Return the file that makes an edition of the one before it."""
    return f"delta-{edition}.csv.gz"


@dataclass(frozen=True, slots=True)
class Edition:
    """One state of a list. ``size`` (bytes) and ``sha256`` are those of the text before it was compressed."""

    name: str
    number: int
    rows: int
    size: int
    sha256: str
    published_at: datetime

    def as_custom(self) -> dict[str, Any]:
        """Return what is signed beside the file's own length and digest."""
        return {
            "format": FORMAT,
            "list": self.name,
            "edition": self.number,
            "rows": self.rows,
            "bytes": self.size,
            "sha256": self.sha256,
            "published_at": self.published_at.astimezone(UTC).isoformat(timespec="seconds"),
        }


def read_edition(custom: object) -> Edition:
    """Read what :meth:`Edition.as_custom` made; raises Damaged for anything else."""
    try:
        if not isinstance(custom, Mapping) or custom["format"] != FORMAT:
            raise ValueError("format")
        numbers = [custom[name] for name in ("edition", "rows", "bytes")]
        if not all(type(number) is int and number >= 0 for number in numbers):
            raise ValueError("numbers")
        moment = datetime.fromisoformat(custom["published_at"])
        return Edition(str(custom["list"]), numbers[0], numbers[1], numbers[2], str(custom["sha256"]), moment)
    except (KeyError, TypeError, ValueError):
        raise Damaged(
            "What is signed of the list is not understood. A newer version of this program may be needed."
        ) from None
