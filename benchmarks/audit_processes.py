"""One side of a comparison in processes of its own: its time on the wall, its processor time, and its memory.

Every process below the one that was started is looked at several times a second: confined processes are killed when
they are done with, and the system does not add their time to anybody's. Two figures of memory say more than what lies in
RAM together: what a process holds for itself (anonymous memory, which adds up over processes), and what it has mapped
from files (of which the system holds one copy, however many processes have mapped it).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

EVERY = 0.2  # seconds between two looks
TICKS = os.sysconf("SC_CLK_TCK")

DRIVER, ENGINE, CONFINED = "driver", "engine", "confined"
KINDS = (DRIVER, ENGINE, CONFINED)


@dataclass
class Held:
    """The most that any process of a kind held at once, in MiB, and how many of the kind there were at once."""

    own: float = 0.0
    mapped: float = 0.0
    processes: int = 0


@dataclass(frozen=True)
class Run:
    """``seconds`` on the wall and ``processor`` seconds of the whole command, its start and its end included."""

    seconds: float
    processor: float
    told: Mapping[str, Any]
    memory: Mapping[str, Held] = field(default_factory=dict)


def run(
    module: object,
    *arguments: object,
    endings: Collection[int] = (0,),
    environment: Mapping[str, str] | None = None,
) -> Run:
    """Run ``python -m module``, whose last line of output is JSON. SystemExit unless it ends with one of ``endings``."""
    command = [sys.executable, "-m", *map(str, (module, *arguments))]
    began = time.perf_counter()
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=os.environ | (environment or {})
    )
    watch = Watch(process.pid)
    assert process.stdout is not None
    lines = process.stdout.read().splitlines()
    process.wait()
    seconds = time.perf_counter() - began
    watch.end()
    if process.returncode not in endings or not lines:
        raise SystemExit(f"{module} ended with {process.returncode}; see what it wrote above.")
    return Run(seconds, watch.processor, json.loads(lines[-1]), watch.most)


class Watch:
    """Looks at a process and at all below it until it is told to end."""

    def __init__(self, root: int) -> None:
        self._root, self._over = root, threading.Event()
        self._kinds: dict[int, str] = {root: DRIVER}
        self._spent: dict[int, float] = {}
        self.most: dict[str, Held] = {kind: Held() for kind in KINDS}
        self._thread = threading.Thread(target=self._look_on, daemon=True)
        self._thread.start()

    @property
    def processor(self) -> float:
        """Seconds of processor time of all processes, as they were last seen."""
        return sum(self._spent.values())

    def end(self) -> None:
        """Stop looking."""
        self._over.set()
        self._thread.join()

    def _look_on(self) -> None:
        while not self._over.wait(EVERY):
            self._look()

    def _look(self) -> None:
        count = dict.fromkeys(KINDS, 0)
        for process in _tree(self._root):
            with suppress(OSError, IndexError):  # it may end while it is looked at
                self._spent[process] = _spent(process)
                kind = self._kinds.setdefault(process, _kind(process))
                own, mapped = _memory(process)
                held, count[kind] = self.most[kind], count[kind] + 1
                held.own, held.mapped = max(held.own, own), max(held.mapped, mapped)
                held.processes = max(held.processes, count[kind])


def _tree(root: int) -> Sequence[int]:
    found = [root]
    for process in found:  # grows while it is gone through
        with suppress(OSError):
            for task in Path(f"/proc/{process}/task").iterdir():
                with suppress(OSError):
                    found += [int(child) for child in (task / "children").read_text().split()]
    return found


def _kind(process: int) -> str:
    confined = b"openhotline.media.worker" in Path(f"/proc/{process}/cmdline").read_bytes()
    return CONFINED if confined else ENGINE


def _spent(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _memory(process: int) -> tuple[float, float]:
    """Return MiB of anonymous memory, and of mapped files and shared memory."""
    found = {"RssAnon": 0.0, "RssFile": 0.0, "RssShmem": 0.0}
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name in found:
            found[name] = int(value.split()[0]) / 1024
    return found["RssAnon"], found["RssFile"] + found["RssShmem"]
