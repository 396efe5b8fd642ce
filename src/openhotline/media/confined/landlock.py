"""Landlock: no file but the interpreter's own code can be opened, whatever the user may read otherwise.

Code stays readable because libraries import parts of themselves late. Everything else, the vault and the
database among it, is out of reach. Newer kernels also close TCP, and signals and abstract sockets to
processes outside.
"""

from __future__ import annotations

import ctypes
import os
import stat
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

from openhotline.media.confined import kernel

# linux/landlock.h: every file system right known to each version, as a count of bits.
_RIGHTS_BY_VERSION = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
_READ_FILE, _READ_DIRECTORY = 1 << 2, 1 << 3
_TCP_BIND_AND_CONNECT, _ABSTRACT_SOCKETS_AND_SIGNALS = 3, 3
_GET_VERSION, _BENEATH_A_PATH = 1, 1
_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache")


def restrict() -> None:
    """Close the file system, except for code, to this thread; OSError where it cannot be done."""
    version = kernel.syscall(kernel.LANDLOCK_CREATE_RULESET, None, 0, _GET_VERSION)
    rights = (1 << _RIGHTS_BY_VERSION.get(version, 16)) - 1
    network = _TCP_BIND_AND_CONNECT if version >= 4 else 0
    scope = _ABSTRACT_SOCKETS_AND_SIGNALS if version >= 6 else 0
    ruleset = _create(
        struct.pack("QQQ", rights, network, scope)[: 8 if version < 4 else 16 if version < 6 else 24]
    )
    try:
        for path in _code_paths():
            _open_for_reading(ruleset, path)
        kernel.syscall(kernel.LANDLOCK_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _create(attributes: bytes) -> int:
    held = ctypes.create_string_buffer(attributes, len(attributes))
    return kernel.syscall(kernel.LANDLOCK_CREATE_RULESET, held, len(attributes), 0)


def _code_paths() -> Iterable[Path]:
    """Return where imports come from, and where the system keeps its libraries."""
    candidates = {Path(entry).resolve() for entry in (*sys.path, *_LIBRARIES) if entry}
    return sorted(path for path in candidates if path.exists() and path != Path("/"))


def _open_for_reading(ruleset: int, path: Path) -> None:
    handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        directory = stat.S_ISDIR(os.fstat(handle).st_mode)
        rights = _READ_FILE | _READ_DIRECTORY if directory else _READ_FILE
        held = ctypes.create_string_buffer(struct.pack("=Qi", rights, handle), 12)
        kernel.syscall(kernel.LANDLOCK_ADD_RULE, ruleset, _BENEATH_A_PATH, held, 0)
    finally:
        os.close(handle)
