"""The few calls to the Linux kernel that Python does not offer, through the C library."""

from __future__ import annotations

import ctypes
import os
import platform
import sys

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_NO_NEW_PRIVS = 38

CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000

# linux/asm: x86-64 numbers from unistd_64.h, aarch64 from asm-generic/unistd.h
SYSCALLS = {
    "x86_64": {"capset": 126, "seccomp": 317},
    "aarch64": {"capset": 91, "seccomp": 277},
}
LANDLOCK_CREATE_RULESET, LANDLOCK_ADD_RULE, LANDLOCK_RESTRICT_SELF = 444, 445, 446


def machine() -> str | None:
    """Return the processor family whose system call numbers are known here, or None."""
    name = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine().lower())
    known = sys.platform == "linux" and sys.maxsize > 2**32 and sys.byteorder == "little"
    return name if known and name in SYSCALLS else None


def prctl(option: int, value: int) -> None:
    """Call ``prctl`` with one argument; OSError where the kernel refuses."""
    _checked(_library().prctl(option, ctypes.c_ulong(value), *[ctypes.c_ulong(0)] * 3))


def unshare(flags: int) -> None:
    """Leave the namespaces that ``flags`` names; OSError where the kernel refuses."""
    _checked(_library().unshare(ctypes.c_int(flags)))


def syscall(number: int, *arguments: int | ctypes.Array[ctypes.c_char] | None) -> int:
    """Call the kernel by number; OSError where it refuses."""
    converted = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    return _checked(_library().syscall(ctypes.c_long(number), *converted))


def _library() -> ctypes.CDLL:
    library = ctypes.CDLL(None, use_errno=True)
    library.syscall.restype = ctypes.c_long
    return library


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
