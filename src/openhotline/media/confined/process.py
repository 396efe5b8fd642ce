"""One confined process, seen from outside: its pipes, what it was given, and how long it has had."""

from __future__ import annotations

import fcntl
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import openhotline
from openhotline.errors import WorkerFailed, WrongUsage
from openhotline.media.confined.measures import REQUIRED
from openhotline.media.confined.reply import plain
from openhotline.media.confined.slots import NONE, SLOT_BYTES, SLOTS, make_slots
from openhotline.media.confined.wire import Frame, Inlet, MalformedError, Outlet, encode
from openhotline.media.limits import Limits
from openhotline.media.reasons import worker_failed

_PIPE_BYTES = 1 << 20
_TIME_TO_DIE = 2.0  # seconds between the end of its pipe and that of the process
_KEPT_VARIABLES = ("NUMBA_CACHE_DIR", "LD_LIBRARY_PATH")
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


@dataclass
class Task:
    """One request on its way: pieces, which the entry gets as one. ``tag`` is the caller's; ``attempts`` counts
    processes that died on it; ``size`` is in bytes.
    """

    tag: Any
    untrusted_pieces: Sequence[bytes]
    arguments: dict[str, Any]
    attempts: int = 0
    size: int = field(init=False)

    def __post_init__(self) -> None:
        self.size = sum(map(len, self.untrusted_pieces))


@dataclass(frozen=True)
class Given:
    """What an entry's ``warm()`` is called with, before the walls go up: blobs, and arguments by name (JSON)."""

    blobs: Sequence[bytes] = ()
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Recipe:
    """All that is needed to start one more process of the same kind."""

    entry: str
    limits: Limits
    extra_sys_path: tuple[str, ...]
    allow_weaker: bool
    given: Given | None = None

    def command(self, slots: int) -> list[str]:
        """Return the command line; ``-P`` keeps the working directory off the import path. ``slots``: a descriptor."""
        told = {"limits": asdict(self.limits), "parent": os.getpid(), "given": self.given is not None}
        settings = json.dumps({**told, "slots": slots})
        return [sys.executable, "-P", "-m", "openhotline.media.worker", self.entry, settings]

    def environment(self) -> dict[str, str]:
        """Return the whole environment: where code is found, and one thread for every library. No secrets."""
        own = str(Path(openhotline.__file__).resolve().parent.parent)
        kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
        path = os.pathsep.join((own, *self.extra_sys_path))
        return {"PYTHONPATH": path, "LANG": "C.UTF-8", **dict.fromkeys(_ONE_THREAD, "1"), **kept}


class Process:
    """A running worker. ``confinement`` is None until it is ready; ``since`` is when its clock last began."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        self._slots = make_slots()
        slots = self._slots.descriptor if self._slots else NONE
        self._child = subprocess.Popen(
            recipe.command(slots),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env=recipe.environment(),
            cwd="/",
            start_new_session=True,
            pass_fds=() if slots == NONE else (slots,),
        )
        if self._slots:
            self._slots.handed_over()
        assert self._child.stdin is not None and self._child.stdout is not None
        self.input, self.output = self._child.stdin.fileno(), self._child.stdout.fileno()
        for descriptor in (self.input, self.output):
            os.set_blocking(descriptor, False)
            with suppress(OSError, AttributeError):  # a smaller pipe is slower, not wrong
                fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        self._outlet = Outlet(self.input)
        self._inlet = Inlet(self.output, recipe.limits.reply_bytes)
        self.in_flight: deque[Task] = deque()
        self.confinement: tuple[str, ...] | None = None
        self.answered = self.accepted = 0
        self.writing = self.worn = self.leaving = False
        self.since = time.monotonic()
        if recipe.given is not None:
            self._outlet.add(encode({"arguments": recipe.given.arguments}, recipe.given.blobs))
            self.push()

    def send(self, task: Task) -> None:
        """Queue a request; what the pipe does not take now goes out with later calls of ``push``."""
        if not self.in_flight and self.confinement is not None:
            self.since = time.monotonic()
        if self._slots and task.size <= SLOT_BYTES and len(self.in_flight) < SLOTS:
            slot = self.accepted % SLOTS  # those in flight are the last ones accepted, and lie in other slots
            self._slots.put(slot, task.untrusted_pieces)
            self._outlet.add(encode({"arguments": task.arguments, "slot": [slot, task.size]}))
        else:
            self._outlet.add(encode({"arguments": task.arguments}, task.untrusted_pieces))
        self.in_flight.append(task)
        self.accepted += 1
        self.push()

    def push(self) -> None:
        """Write what the pipe takes. A closed pipe is left for ``pull`` to find."""
        try:
            self.writing = not self._outlet.push()
        except BrokenPipeError:
            self.writing = False

    def pull(self) -> Frame | None:
        """Return the next answer to the oldest request in flight, or None; EOFError, MalformedError."""
        while True:
            frame = self._inlet.pull()
            if frame is None:
                return None
            self.since = time.monotonic()
            if self.confinement is not None:
                self.answered += 1
                self._notice(frame)
                return frame
            self._greet(frame)

    def _greet(self, frame: Frame) -> None:
        ready = frame.header.get("ready")
        if not isinstance(ready, list):
            raise WrongUsage(f"The confined step cannot begin. {plain(frame.header.get('words'))}")
        missing = REQUIRED.difference(ready)
        if missing and not self._recipe.allow_weaker:
            raise WorkerFailed(
                "This machine cannot confine a process well enough. Run on Linux, on x86-64 or aarch64, "
                "where seccomp is permitted.",
                details=f"missing: {', '.join(sorted(missing))}",
            )
        self.confinement = tuple(str(name) for name in ready)

    def _notice(self, frame: Frame) -> None:
        """Note what the envelope says of the process itself: its age, and whether it is leaving."""
        spent = frame.header.get("cpu", 0)
        self.worn = not isinstance(spent, int | float) or spent > self._recipe.limits.life_cpu_seconds
        self.leaving = bool(frame.header.get("last"))

    @property
    def largest_request(self) -> int:
        """The most bytes that one request may hold."""
        return self._recipe.limits.request_bytes

    @property
    def pipe_is_full(self) -> bool:
        """Whether what it was given is more than its pipe holds."""
        return sum(task.size for task in self.in_flight) > _PIPE_BYTES

    @property
    def takes_more(self) -> bool:
        """Whether it may be given another request, now or later in its life."""
        return not (self.worn or self.leaving) and self.accepted < self._recipe.limits.recycle_after

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._child.poll() is None

    @property
    def deadline(self) -> float:
        """When this process has had its time, on the monotonic clock; far away while it has nothing to do."""
        if self.confinement is None:
            return self.since + self._recipe.limits.start_seconds
        return self.since + self._recipe.limits.seconds if self.in_flight else float("inf")

    def wait_until_ready(self) -> None:
        """Wait for the greeting; raise where the worker cannot begin."""
        while self.confinement is None:
            poll = select.poll()
            poll.register(self.output, select.POLLIN)
            if self.writing:
                poll.register(self.input, select.POLLOUT)
            if not poll.poll(max(self.deadline - time.monotonic(), 0) * 1000):
                raise self.stillborn()
            self.push()
            try:
                self.pull()
            except (EOFError, MalformedError):
                raise self.stillborn() from None

    def stillborn(self) -> WorkerFailed:
        """Say that a process ended, or was ended for taking too long, before it was ready."""
        return WorkerFailed(
            "A confined process did not become ready. Run the import of its entry by hand to see why, "
            "or raise the limit on start seconds.",
            details=f"status {self._last_status()}",
        )

    def post_mortem(self) -> WorkerFailed:
        """Say what a process died of, once its pipe has ended."""
        code = self._last_status()
        if code in (-signal.SIGPROF, -signal.SIGXCPU):
            return worker_failed("out_of_cpu_time")
        return worker_failed("crashed", more=f"status {code}")

    def _last_status(self) -> int:
        with suppress(subprocess.TimeoutExpired):
            self._child.wait(_TIME_TO_DIE)
        return self.end()

    def end(self) -> int:
        """Kill the process if it still runs, close the pipes, return its exit status."""
        self._child.kill()
        code = self._child.wait()
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe is not None:
                pipe.close()
        if self._slots:
            self._slots.close()
            self._slots = None
        return code
