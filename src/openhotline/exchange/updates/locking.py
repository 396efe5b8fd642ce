"""One program at a time in a folder."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from openhotline.errors import Busy


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder's lock; raises Busy while another process holds it. A process that dies lets it go."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(
                "Another process works in this folder. Wait until it is done, then run again."
            ) from None
        yield
