"""Which files make up a list's index at this moment: one small file, replaced whole."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeAlias

from openhotline.errors import NotInitialised
from openhotline.matching.sections import TEMPORARY, damaged
from openhotline.vault import durable

NAME = "manifest.json"
FORMAT = "openhotline-list-index-1"

Stamp: TypeAlias = tuple[int, int, int, int]
"""Device, inode, time of change and size: another manifest has another one while the first is held open."""


@dataclass(frozen=True, slots=True)
class Segment:
    """``name`` is an index file of ``count`` hashes; ``dead`` the file of those no longer in force, if any."""

    name: str
    count: int
    dead: str = ""
    dead_count: int = 0


@dataclass(frozen=True, slots=True)
class Manifest:
    """``identity`` is the list index's own for ever; ``applied`` counts the changes made to it."""

    identity: str
    applied: int
    segments: tuple[Segment, ...] = ()

    @property
    def files(self) -> frozenset[str]:
        """Return the names of all files that it speaks of."""
        names = {segment.name for segment in self.segments} | {segment.dead for segment in self.segments}
        return frozenset(names - {""})


def stamp_of(status: os.stat_result) -> Stamp:
    """Return what tells one manifest from the next without reading it."""
    return status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size


def write(directory: Path, manifest: Manifest) -> None:
    """Put a manifest in the place of the last: after a crash there is the old one or the new one."""
    body = {"format": FORMAT, **asdict(manifest)}
    content = json.dumps({**body, "sha256": _digest(body)}, sort_keys=True, indent=1).encode()
    temporary = directory / f"{secrets.token_hex(8)}{TEMPORARY}"
    durable.write_file(temporary, [content], sync=True)
    temporary.rename(directory / NAME)
    durable.sync_directory(directory)


def read(path: Path, text: bytes) -> Manifest:
    """Parse and check what a manifest file holds."""
    try:
        body = json.loads(text)
        digest = body.pop("sha256")
        if body.pop("format") != FORMAT or digest != _digest({"format": FORMAT, **body}):
            raise damaged(path, "manifest")
        segments = tuple(Segment(**segment) for segment in body.pop("segments"))
        manifest = Manifest(**body, segments=segments)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise damaged(path, "manifest") from None
    if any(Path(name).name != name for name in manifest.files):
        raise damaged(path, "manifest")
    return manifest


def not_there(directory: Path) -> NotInitialised:
    """Return the error for a folder without a manifest."""
    return NotInitialised("There is no list index in this folder. Create it first.", details=str(directory))


def _digest(body: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
