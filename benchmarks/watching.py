"""What a benchmark looks at beside the clock: shares of named functions, and memory at points of a long run."""

from __future__ import annotations

import os
import resource
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import Any

POINTS = 10  # of a run at which memory is looked at


@dataclass
class Shares:
    """Seconds by a clock and of processor time in named functions of the importing process, by wrapping them."""

    clock: Callable[[], float] = time.perf_counter
    wall: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    processor: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def watched(self, real: Callable[..., Any], name: str) -> Callable[..., Any]:
        @wraps(real)
        def watched(*args: Any, **kwargs: Any) -> Any:
            began, worked = self.clock(), time.thread_time()
            try:
                return real(*args, **kwargs)
            finally:
                self.wall[name] += self.clock() - began
                self.processor[name] += time.thread_time() - worked

        return watched

    def watch(self, module: Any, function: str, name: str) -> None:
        setattr(module, function, self.watched(getattr(module, function), name))


class Memory:
    """What lies in RAM at points of an import, in MiB: of this process, and of its workers together."""

    def __init__(self, total: int) -> None:
        self._wanted = [total * n // POINTS for n in range(1, POINTS + 1)]
        self.seen: list[tuple[str, float, float]] = []

    def look(self, done: int) -> None:
        """Note the memory where another tenth is done."""
        while self._wanted and done >= self._wanted[0]:
            self.note(f"{self._wanted.pop(0):,} files")

    def note(self, name: str) -> None:
        """Note the memory now."""
        workers = sum(_resident(child) for child in children(os.getpid()))
        self.seen.append((name, _resident(os.getpid()), workers))


def _resident(process: int) -> float:
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * resource.getpagesize() / 2**20


def children(process: int) -> list[int]:
    """Return the processes that a process has started and that still run."""
    found: list[int] = []
    for task in Path(f"/proc/{process}/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):  # a thread may end while its line is read
            found += [int(child) for child in (task / "children").read_text().split()]
    return found
