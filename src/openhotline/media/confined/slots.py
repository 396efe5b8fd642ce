"""Memory that a confined process sees and only its parent writes: a small request goes over without a pipe's two copies.

The parent writes a request into one of the slots and says over the pipe which, and how long it is. Requests are answered
in their order and no more than :data:`SLOTS` are under way, so that a slot is free when its turn comes again. The kernel
refuses the process every writing mapping and every write (``F_SEAL_FUTURE_WRITE``, Linux 5.1); where it cannot, all
goes over the pipe.
"""

from __future__ import annotations

import fcntl
import mmap
import os
from collections.abc import Iterable

SLOTS, SLOT_BYTES = 4, 1 << 20
NONE = -1
"""Stands for a descriptor where there are no slots."""

_SIZE = SLOTS * SLOT_BYTES
_FUTURE_WRITE = 0x0010  # linux/fcntl.h; Python has no name for it


class Slots:
    """The parent's side. ``descriptor`` is for the process, and open until :meth:`handed_over`."""

    def __init__(self) -> None:
        """Raises OSError where the kernel does not offer it."""
        self.descriptor = os.memfd_create("openhotline-requests", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        try:
            os.ftruncate(self.descriptor, _SIZE)
            self._memory = mmap.mmap(self.descriptor, _SIZE)
            seals = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | _FUTURE_WRITE
            fcntl.fcntl(self.descriptor, fcntl.F_ADD_SEALS, seals)
        except OSError:
            os.close(self.descriptor)
            raise

    def handed_over(self) -> None:
        """Close the descriptor: the process has its own."""
        os.close(self.descriptor)
        self.descriptor = NONE

    def put(self, slot: int, pieces: Iterable[bytes]) -> None:
        """Write pieces one behind the other into a free slot; together they have at most SLOT_BYTES."""
        at = slot * SLOT_BYTES
        for piece in pieces:
            self._memory[at : at + len(piece)] = piece
            at += len(piece)

    def close(self) -> None:
        """Give the memory back."""
        self._memory.close()
        if self.descriptor != NONE:
            self.handed_over()


def make_slots() -> Slots | None:
    """Return slots, or None where the kernel does not offer them."""
    try:
        return Slots()
    except (AttributeError, OSError):
        return None


def see_slots(descriptor: int) -> mmap.mmap | None:
    """Map the slots in the confined process, for reading; None where there are none."""
    if descriptor == NONE:
        return None
    try:
        return mmap.mmap(descriptor, _SIZE, access=mmap.ACCESS_READ)
    finally:
        os.close(descriptor)


def read_slot(memory: mmap.mmap, slot: int, size: int) -> bytes:
    """Return what lies in a slot."""
    return memory[slot * SLOT_BYTES : slot * SLOT_BYTES + size]
