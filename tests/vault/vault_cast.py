"""What the vault's tests share: small drawn contents, a moment, and a child that dies at a chosen step."""

from __future__ import annotations

import hashlib
import os
import signal
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from openhotline.vault import MasterKey, Vault

NOON = datetime(2023, 10, 1, 12, tzinfo=UTC)
MASTER = MasterKey(bytes(range(32)))
NEXT_MASTER = MasterKey(bytes(range(1, 33)))

CHANGES = {
    "open",
    "os.rename",
    "os.remove",
    "os.mkdir",
    "os.rmdir",
    "os.truncate",
    "os.link",
    "shutil.rmtree",
}
"""Audit events before which a child may die: every call that creates, names or removes a file."""


def name_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def drawing(number: int, size: int = 300) -> bytes:
    """Bytes that differ from every other drawing's: a grey ramp with a number on it."""
    return number.to_bytes(4, "big") + bytes(i % 251 for i in range(size - 4))


def dies_at(step: int, act: Callable[[], object]) -> bool:
    """Run ``act`` in a child that kills itself before its ``step``-th change; True if it died of that."""
    child = os.fork()
    if child == 0:
        _count_down(step)
        try:
            act()
        except BaseException:  # noqa: BLE001 - whatever happens, the child must not return into the tests
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "the child failed instead of dying"
    return os.WIFSIGNALED(status)


def every_death(act: Callable[[], object], prepare: Callable[[], object]) -> Iterator[int]:
    """Yield after a death at the first change, then at the second, and so on until ``act`` runs through."""
    step = 0
    alive = False
    while not alive:
        step += 1
        prepare()
        alive = not dies_at(step, act)
        yield step


def flip(path: Path, bit: int) -> None:
    """Alter one bit of a file."""
    content = bytearray(path.read_bytes())
    content[bit // 8] ^= 1 << bit % 8
    path.write_bytes(content)


def leftovers(root: Path) -> list[Path]:
    """What lies in staging, which must be empty when nobody writes."""
    return list((root / "staging").iterdir())


def assert_sound(vault: Vault, root: Path) -> None:
    """Nothing is half: no problem is found, nothing is left over, and every name reads as its own content."""
    assert list(vault.check()) == []
    assert leftovers(root) == []
    for name in vault.names():
        assert name_of(vault.read(name)) == name


def _count_down(step: int) -> None:
    left = step

    def hook(event: str, _arguments: tuple[object, ...]) -> None:
        nonlocal left
        if event in CHANGES:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)
