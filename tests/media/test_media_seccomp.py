"""The filter, read as the kernel reads it: a small interpreter for the few instructions it uses."""

from __future__ import annotations

import os
import struct

import pytest

from openhotline.media.confined.seccomp import program
from openhotline.media.confined.syscalls import ALLOWED, NUMBERS

ALLOW, REFUSE, KILL = 0x7FFF0000, 0x00050001, 0x80000000
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
OWN = 4242


def verdict(machine: str, number: int, *arguments: int, architecture: int | None = None) -> int:
    padded = (*arguments, 0, 0, 0, 0, 0, 0)[:6]
    data = struct.pack("<iIQ6Q", number, architecture or ARCHITECTURES[machine], 0, *padded)
    code = list(struct.iter_unpack("<HBBI", program(machine, OWN)))
    at, value = 0, 0
    while True:
        operation, if_true, if_false, constant = code[at]
        at += 1
        if operation == 0x20:
            value = struct.unpack_from("<I", data, constant)[0]
        elif operation == 0x54:
            value &= constant
        elif operation == 0x15:
            at += if_true if value == constant else if_false
        elif operation == 0x35:
            at += if_true if value >= constant else if_false
        else:
            assert operation == 0x06
            return constant


BOTH = pytest.mark.parametrize("machine", ["x86_64", "aarch64"])


@BOTH
def test_only_listed_calls_pass(machine: str) -> None:
    numbers = NUMBERS[machine]
    allowed = {numbers[name] for name in ALLOWED if name in numbers}
    passing = {number for number in range(1024) if verdict(machine, number) == ALLOW}
    # with all arguments zero, the conditional ones pass that ask for nothing
    conditional = {numbers[name] for name in ("openat", "open", "fcntl", "prlimit64") if name in numbers}
    assert passing == allowed | conditional


@BOTH
def test_files_open_for_reading_only(machine: str) -> None:
    number = NUMBERS[machine]["openat"]
    assert verdict(machine, number, 0, 0, os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY) == ALLOW
    for flag in (os.O_WRONLY, os.O_RDWR, os.O_CREAT, os.O_TRUNC, os.O_APPEND, os.O_TMPFILE | os.O_RDWR):
        assert verdict(machine, number, 0, 0, flag) == REFUSE


@BOTH
def test_a_process_may_signal_itself_only(machine: str) -> None:
    number = NUMBERS[machine]["tgkill"]
    assert verdict(machine, number, OWN, OWN, 6) == ALLOW
    assert verdict(machine, number, 1, 1, 9) == REFUSE


@BOTH
def test_limits_may_be_read_not_set(machine: str) -> None:
    number = NUMBERS[machine]["prlimit64"]
    assert verdict(machine, number, 0, 7, 0, 0x7FFF00000000) == ALLOW
    assert verdict(machine, number, 0, 7, 0x7FFF00000000, 0) == REFUSE


@BOTH
def test_who_receives_a_descriptors_signal_cannot_be_chosen(machine: str) -> None:
    number = NUMBERS[machine]["fcntl"]
    assert [verdict(machine, number, 3, command) for command in (0, 1, 2, 3)] == [ALLOW] * 4
    assert [verdict(machine, number, 3, command) for command in (4, 8, 10, 1031, 1033)] == [REFUSE] * 5


@BOTH
def test_another_machines_calls_end_the_process(machine: str) -> None:
    assert verdict(machine, 0, architecture=0x40000003) == KILL
    assert verdict(machine, 0x40000000) == KILL


def test_the_well_known_numbers_are_right() -> None:
    assert (NUMBERS["x86_64"]["read"], NUMBERS["x86_64"]["exit_group"]) == (0, 231)
    assert (NUMBERS["aarch64"]["read"], NUMBERS["aarch64"]["exit_group"]) == (63, 94)
    for numbers in NUMBERS.values():
        assert len(set(numbers.values())) == len(numbers)
