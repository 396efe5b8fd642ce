"""A seccomp filter: the short list of system calls that a decoder needs, and "not permitted" for all others.

What the list leaves out is the point: no socket, no new program, no new process, no signal to
others, no tracing, no file opened for writing, no change of limits, no memory shared with others, no device
control. The filter is built for the machine it runs on (x86-64 and aarch64) and holds for the rest of the
process's life.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from dataclasses import dataclass

from openhotline.media.confined import kernel
from openhotline.media.confined.syscalls import ALLOWED, NUMBERS

# linux/filter.h, linux/bpf_common.h
_LOAD, _AND, _JUMP_EQUAL, _JUMP_AT_LEAST, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x06
# linux/seccomp.h: struct seccomp_data { int nr; u32 arch; u64 instruction_pointer; u64 args[6]; }
_NUMBER_AT, _ARCHITECTURE_AT, _ARGUMENTS_AT = 0, 4, 16
_ALLOW, _DENY, _KILL = 0x7FFF0000, 0x00050000 | errno.EPERM, 0x80000000
_UNKNOWN = 0x00050000 | errno.ENOSYS
_SET_MODE_FILTER, _FLAG_TSYNC = 1, 1
# linux/audit.h
_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32_BIT = 0x40000000
# linux/sched.h: what makes a thread (memory, signal handlers, process), and all flags that open a namespace.
_THREAD, _NAMESPACES = 0x00000100 | 0x00000800 | 0x00010000, 0x7E020000


@dataclass(frozen=True)
class Condition:
    """A call that is allowed only if ``argument & mask == value``; the kernel reads an ``int`` to 32 bits."""

    call: str
    argument: int
    mask: int
    value: int


def conditions(process: int) -> tuple[Condition, ...]:
    """Return the calls that depend on what is asked of them. ``process`` is the caller's own id."""
    whole, word = 2**64 - 1, 2**32 - 1
    writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
    return (
        Condition("openat", 2, writing, 0),
        Condition("open", 1, writing, 0),
        Condition("fcntl", 1, word ^ 3, 0),  # duplicate, get and set flags; never who gets a signal
        # HEVC's decoder insists on a thread of its own, which inherits the filter; a process it cannot start
        Condition("clone", 0, _THREAD | _NAMESPACES, _THREAD),
        Condition("tgkill", 0, word, process),  # a process may abort itself
        Condition("prlimit64", 2, whole, 0),  # it may ask for limits, not set them
    )


def program(machine: str, process: int) -> bytes:
    """Return the filter as an array of ``struct sock_filter``."""
    numbers = NUMBERS[machine]
    code = [
        _op(_LOAD, _ARCHITECTURE_AT),
        _op(_JUMP_EQUAL, _ARCHITECTURES[machine], 1, 0),
        _op(_RETURN, _KILL),
        _op(_LOAD, _NUMBER_AT),
        _op(_JUMP_AT_LEAST, _X32_BIT, 0, 1),
        _op(_RETURN, _KILL),
    ]
    for name in ALLOWED:
        if name in numbers:
            code += [_op(_JUMP_EQUAL, numbers[name], 0, 1), _op(_RETURN, _ALLOW)]
    # the C library then asks with ``clone``, whose flags can be looked at
    code += [_op(_JUMP_EQUAL, numbers["clone3"], 0, 1), _op(_RETURN, _UNKNOWN)]
    for condition in conditions(process):
        if condition.call in numbers:
            code += _conditional(numbers[condition.call], condition)
    code.append(_op(_RETURN, _DENY))
    return b"".join(code)


def _conditional(number: int, condition: Condition) -> list[bytes]:
    low = _ARGUMENTS_AT + 8 * condition.argument
    half = 0xFFFFFFFF
    body = []
    for at, shift in ((low, 0), (low + 4, 32)):
        body += [
            _op(_LOAD, at),
            _op(_AND, condition.mask >> shift & half),
            _op(_JUMP_EQUAL, condition.value >> shift & half, 1, 0),
            _op(_RETURN, _DENY),
        ]
    body.append(_op(_RETURN, _ALLOW))
    return [_op(_JUMP_EQUAL, number, 0, len(body)), *body]


def _op(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("HBBI", code, if_true, if_false, value)


def install() -> None:
    """Filter this process for good. Needs ``no_new_privs``; OSError where it cannot be done."""
    machine = kernel.machine()
    if machine is None:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))
    code = program(machine, os.getpid())
    held = ctypes.create_string_buffer(code, len(code))
    header = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(held)), 16)
    kernel.syscall(kernel.SYSCALLS[machine]["seccomp"], _SET_MODE_FILTER, _FLAG_TSYNC, header)
