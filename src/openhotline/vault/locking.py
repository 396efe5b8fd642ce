"""One writer at a time changes names in a vault. The lock dies with its holder: no crash leaves it shut."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from openhotline.errors import Busy

PATIENCE = 60.0
"""Seconds. Naming a batch takes well under one; only a rotation of many thousand keys takes longer."""

_PAUSE = 0.005


@contextmanager
def exclusive(path: Path, *, patience: float = PATIENCE) -> Iterator[None]:
    """Hold the lock; raises Busy if another holds it for longer than ``patience`` seconds."""
    until = time.monotonic() + patience
    while (descriptor := try_lock(path)) is None:
        if time.monotonic() >= until:
            raise Busy("Another process is changing the vault. Wait until it has finished, then try again.")
        time.sleep(_PAUSE)
    try:
        yield
    finally:
        os.close(descriptor)


def try_lock(path: Path) -> int | None:
    """Lock a file and return its descriptor, which is to be closed; None if another holds it.

    Threads of one process exclude each other too: each call opens the file anew.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor
