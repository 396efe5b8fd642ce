"""Who may change a list's index, and what is left lying about by one who died doing so."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from openhotline.errors import Busy, OpenHotlineError
from openhotline.matching import manifest as manifests
from openhotline.matching.manifest import Manifest
from openhotline.matching.parts import DEAD, SEGMENT
from openhotline.matching.sections import TEMPORARY
from openhotline.vault.locking import try_lock

WRITING, MERGING = "writing.lock", "merging.lock"
MERGE_PREFIX = "merge-"
"""Begins the names of what a merge has not finished; nobody but a merge removes those."""

PATIENCE = 10.0
"""Seconds to wait for another writer: most changes take a few hundredths of one."""

PAUSE = 0.002

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def only_writer(directory: Path) -> Iterator[None]:
    """Hold the right to change the manifest; raises Busy if somebody has it for longer than PATIENCE."""
    until = time.monotonic() + PATIENCE
    while (descriptor := try_lock(directory / WRITING)) is None:
        if time.monotonic() >= until:
            raise Busy("Another process is changing this list's index. Try again when it has finished.")
        time.sleep(PAUSE)
    try:
        yield
    finally:
        os.close(descriptor)


@contextmanager
def only_merger(directory: Path) -> Iterator[bool]:
    """Say whether nobody else merges; if so, hold the right to."""
    descriptor = try_lock(directory / MERGING)
    try:
        yield descriptor is not None
    finally:
        if descriptor is not None:
            os.close(descriptor)


@contextmanager
def explained() -> Iterator[None]:
    """Turn what the operating system says into a sentence with something to do."""
    try:
        yield
    except OSError as error:
        message = "The list's index could not be changed; it is as it was. "
        full = error.errno in _FULL
        message += "Free some disk space" if full else "Check the disk and who owns the index's folder"
        raise OpenHotlineError(f"{message}, then try again.", details=str(error)) from error


def put_in_force(directory: Path, manifest: Manifest) -> None:
    """Put a manifest in force, then remove what it no longer speaks of. Only for whoever is the only writer.

    Readers that still have removed files mapped keep them until they look at the manifest again.
    """
    manifests.write(directory, manifest)
    sweep(directory, manifest)


def sweep(directory: Path, manifest: Manifest) -> None:
    """Remove files that no manifest speaks of. Only for whoever is the only writer."""
    wanted = manifest.files
    for path in directory.iterdir():
        ours = path.suffix in {SEGMENT, DEAD, TEMPORARY} and not path.name.startswith(MERGE_PREFIX)
        if ours and path.name not in wanted:
            path.unlink(missing_ok=True)


def sweep_merges(directory: Path) -> None:
    """Remove what merges did not finish. Only for whoever is the only merger."""
    for path in directory.glob(f"{MERGE_PREFIX}*"):
        path.unlink(missing_ok=True)
