"""A world of its own: no network device, no shared memory of others, no privilege."""

from __future__ import annotations

import ctypes
import os
import struct
from pathlib import Path

from openhotline.media.confined import kernel

_CAPABILITY_VERSION_3 = 0x20080522


def leave_network() -> None:
    """Enter an empty network namespace, through a user namespace in which the user keeps the own number."""
    user, group = os.geteuid(), os.getegid()
    kernel.unshare(kernel.CLONE_NEWUSER | kernel.CLONE_NEWNET | kernel.CLONE_NEWIPC)
    for name, line in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        Path("/proc/self", name).write_text(line, encoding="ascii")


def drop_capabilities() -> None:
    """Give up every capability, in whichever namespace this process stands."""
    machine = kernel.machine()
    if machine is None:
        raise OSError("capabilities cannot be dropped on this kind of machine")
    header = ctypes.create_string_buffer(struct.pack("Ii", _CAPABILITY_VERSION_3, 0), 8)
    nothing = ctypes.create_string_buffer(bytes(24), 24)
    kernel.syscall(kernel.SYSCALLS[machine]["capset"], header, nothing)
