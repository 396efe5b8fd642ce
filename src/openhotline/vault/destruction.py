"""Forgetting an object's key, and the record that shows it.

The order is what makes it safe to be interrupted: the tombstone stands before anything is removed, and
whoever finds a tombstone refuses to read. A destruction cut short can therefore only go forward.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from openhotline.errors import BadInput, Damaged, Destroyed, OpenHotlineError
from openhotline.vault.durable import replace_file, sync_directory
from openhotline.vault.erasing import erase_all, remaining
from openhotline.vault.layout import Layout
from openhotline.vault.shelf import Shelf

FORMAT = "openhotline-tombstone-1"


@dataclass(frozen=True, slots=True)
class Destruction:
    """The proof of a destruction, as its tombstone holds it.

    ``removed``: which of key, preview and object were there. ``key_file_sha256``: the digest of the
    wrapped key that was overwritten, so that a copy in a backup can be recognised and destroyed too;
    empty if there was none. ``proven``: what was tried afterwards and found to be so. Empty: ordered, but
    not finished.
    """

    sha256: str
    at: datetime
    removed: tuple[str, ...]
    key_file_sha256: str
    proven: tuple[str, ...]

    def record(self) -> dict[str, str | list[str]]:
        """Return the proof as plain texts and lists, for a ledger line."""
        return {
            "sha256": self.sha256,
            "at": self.at.isoformat(),
            "removed": list(self.removed),
            "key_file_sha256": self.key_file_sha256,
            "proven": list(self.proven),
        }


def order(layout: Layout, sha256: str, *, at: datetime) -> None:
    """Put up the tombstone. From here on every reader is told that the object is destroyed."""
    if at.utcoffset() is None:
        raise BadInput("A destruction needs a moment with a time zone. Pass an aware datetime.")
    _write(layout, Destruction(sha256, at.astimezone(UTC), removed=(), key_file_sha256="", proven=()))


def finish(shelf: Shelf, sha256: str) -> Destruction:
    """Carry out what the tombstone orders, prove it, and write the proof into it. Twice is once."""
    ordered = get_tombstone(shelf.layout, sha256)
    erased = erase_all(shelf.layout, sha256)
    proven = _prove(shelf, sha256)
    if not erased.removed and ordered.proven:
        return ordered
    done = Destruction(
        sha256=sha256,
        at=ordered.at,
        removed=tuple(dict.fromkeys((*ordered.removed, *erased.removed))),
        key_file_sha256=erased.key_file_sha256 or ordered.key_file_sha256,
        proven=proven,
    )
    _write(shelf.layout, done)
    return done


def get_tombstone(layout: Layout, sha256: str) -> Destruction:
    """Return the record of a destruction; ``proven`` is empty while it is not finished."""
    with _undamaged():
        found = json.loads(layout.tombstone(sha256).read_bytes())
        if found["format"] != FORMAT or found["sha256"] != sha256:
            raise ValueError("another tombstone")
        return Destruction(
            sha256=sha256,
            at=datetime.fromisoformat(found["at"]),
            removed=tuple(map(str, found["removed"])),
            key_file_sha256=str(found["key_file_sha256"]),
            proven=tuple(map(str, found["proven"])),
        )


def _prove(shelf: Shelf, sha256: str) -> tuple[str, ...]:
    """Try to read in both ways there are: without regard to the tombstone, and as every reader does."""
    left = remaining(shelf.layout, sha256)
    if left or shelf.find_key(sha256) is not None:
        raise OpenHotlineError(
            "The object could not be removed completely. Check the disk, then destroy it again.",
            details=", ".join(left),
        )
    try:
        shelf.get_key(sha256)
    except Destroyed:
        return ("files_gone", "no_key_found", "read_refused")
    raise OpenHotlineError("A destroyed object can still be read. Check the disk, then destroy it again.")


def _write(layout: Layout, record: Destruction) -> None:
    path = layout.tombstone(record.sha256)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    sync_directory(path.parent.parent)
    content = json.dumps({"format": FORMAT, **record.record()}).encode() + b"\n"
    replace_file(path, content, staging=layout.staging)


@contextmanager
def _undamaged() -> Iterator[None]:
    try:
        yield
    except (ValueError, LookupError, TypeError):
        raise Damaged(
            "The record of a destruction is damaged. The object stays unreadable. "
            "Restore the record from a backup."
        ) from None
