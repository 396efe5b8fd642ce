"""What a reader holds of a list's index: the manifest that it read last, and the files of that one, open."""

from __future__ import annotations

import mmap
import os
from dataclasses import dataclass
from pathlib import Path

from openhotline.errors import NotFound
from openhotline.matching import manifest as manifests
from openhotline.matching.manifest import Manifest, Stamp
from openhotline.matching.parts import Part, open_part
from openhotline.matching.sections import damaged


@dataclass(frozen=True)
class Snapshot:
    """The index at one manifest. ``held`` is that file: while it is mapped, no later one can have its inode."""

    held: mmap.mmap
    stamp: Stamp
    manifest: Manifest
    parts: tuple[Part, ...]


def take(directory: Path, last: Snapshot | None) -> Snapshot:
    """Return the index as it is now: ``last`` itself while its manifest is in force, which costs one stat."""
    path = directory / manifests.NAME
    while True:
        if last is not None and _stamp(directory) == last.stamp:
            return last
        held, stamp = _hold(path)
        manifest = manifests.read(path, held[:])
        try:
            return Snapshot(held, stamp, manifest, _open(directory, manifest, last))
        except NotFound as missing:
            if _stamp(directory) == stamp:
                raise damaged(Path(missing.details), "missing") from None
            # A merge removed the file between the two readings: the manifest has changed, so read again.


def _hold(path: Path) -> tuple[mmap.mmap, Stamp]:
    """Map the manifest that is in force."""
    try:
        with path.open("rb") as stream:
            stamp = manifests.stamp_of(os.fstat(stream.fileno()))
            return mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ), stamp
    except FileNotFoundError:
        raise manifests.not_there(path.parent) from None
    except ValueError:
        raise damaged(path, "empty") from None


def _open(directory: Path, manifest: Manifest, last: Snapshot | None) -> tuple[Part, ...]:
    """Open the parts, keeping those that are open already."""
    held = {part.segment.name: part for part in last.parts} if last else {}
    parts = []
    for segment in manifest.segments:
        part = held.get(segment.name)
        if part is None or part.segment != segment:
            part = open_part(directory, segment, part)
        parts.append(part)
    return tuple(parts)


def _stamp(directory: Path) -> Stamp:
    try:
        return manifests.stamp_of((directory / manifests.NAME).stat())
    except FileNotFoundError:
        raise manifests.not_there(directory) from None
