"""Several confined processes behind one door. The only way to have a stranger's bytes decoded."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from openhotline.errors import Busy, OpenHotlineError, WorkerFailed, WrongUsage
from openhotline.media.confined.crew import run
from openhotline.media.confined.measures import MEASURES
from openhotline.media.confined.process import Given, Process, Recipe, Task
from openhotline.media.confined.reply import Reply
from openhotline.media.limits import Limits

Tag = TypeVar("Tag")


class Pool:
    """Confined worker processes around one entry function ``f(untrusted_bytes, **json_args) -> (header,
    blobs)``.

    ``entry`` is ``package.module:function``; the module's ``warm()``, if it has one, runs before the doors
    close, with what it is ``given``, if anything: ``warm(blobs, **arguments)``. ``confinement`` names the
    measures that hold in every worker. Without those in ``measures.REQUIRED`` the pool refuses to start, unless
    ``unsafe_allow_weaker_confinement`` is given. May be used from several threads. Close it, or use it in a
    ``with`` block.
    """

    def __init__(
        self,
        entry: str,
        *,
        workers: int = 2,
        limits: Limits | None = None,
        given: Given | None = None,
        extra_sys_path: Iterable[str | Path] = (),
        unsafe_allow_weaker_confinement: bool = False,
    ) -> None:
        if workers < 1 or ":" not in entry:
            raise WrongUsage("A pool needs an entry such as package.module:function and at least one worker.")
        self.limits = limits or Limits()
        self.workers = workers
        paths = tuple(str(Path(path).resolve()) for path in extra_sys_path)
        self._recipe = Recipe(entry, self.limits, paths, unsafe_allow_weaker_confinement, given)
        # Workers ask to be killed when the *thread* that started them ends, so one thread that lives as long
        # as the pool starts them all.
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="openhotline-confined")
        self._idle: queue.LifoQueue[Process | None] = queue.LifoQueue()
        self._mapping: set[int] = set()
        self._closed = False
        self._owner = os.getpid()
        self.confinement = self._open()

    def _open(self) -> tuple[str, ...]:
        """Start all workers side by side and wait until each has reported ready."""
        crew: list[Process] = []
        try:
            crew.extend(self._start() for _ in range(self.workers))
            for process in crew:
                process.wait_until_ready()
        except BaseException:
            self._give_back([*crew])
            self.close()
            raise
        self._give_back(crew)
        everywhere = set.intersection(*(set(process.confinement or ()) for process in crew))
        return tuple(name for name in MEASURES if name in everywhere)

    def call(self, untrusted_bytes: bytes, **json_args: Any) -> Reply:
        """Run the entry on one file and return its reply; raise what it raised, or WorkerFailed."""
        crew = [self._take(self.limits.seconds)]
        try:
            outcomes = [
                outcome for _, outcome in run(crew, [Task(None, [untrusted_bytes], json_args)], self._start)
            ]
        finally:
            self._give_back(crew)
        if isinstance(outcomes[0], OpenHotlineError):
            raise outcomes[0]
        return outcomes[0]

    def map(
        self, items: Iterable[tuple[Tag, bytes | Sequence[bytes], Mapping[str, Any]]]
    ) -> Iterator[tuple[Tag, Reply | OpenHotlineError]]:
        """Run the entry on many files, on every worker that is idle now. Errors of a file come as values.

        What comes in pieces reaches the entry as one. Answers come in the order in which they are ready; the tag tells
        which is which. No more than two files per worker are held at a time, or four small ones, so ``items`` may be
        endless. While this thread maps, it cannot ``call`` this pool.
        """
        crew = [self._take(self.limits.seconds)]
        me = threading.get_ident()
        self._mapping.add(me)
        try:
            crew.extend(self._take_idle())
            tasks = (Task(tag, _pieces(data), dict(arguments)) for tag, data, arguments in items)
            for task, outcome in run(crew, tasks, self._start):
                yield task.tag, outcome
        finally:
            self._mapping.discard(me)
            self._give_back(crew)

    def _start(self) -> Process:
        try:
            return self._starter.submit(Process, self._recipe).result()
        except RuntimeError:  # the starter has been shut down
            raise WrongUsage("This pool was closed while it was at work. Make a new one.") from None
        except OSError as problem:
            raise WorkerFailed(
                "No confined process could be started. Free memory or processes, or check the installation.",
                details=str(problem.strerror),
            ) from problem

    def _take(self, seconds: float) -> Process:
        """Borrow an idle worker, starting one in the place of one that died."""
        if self._closed or os.getpid() != self._owner:
            raise WrongUsage("This pool is closed, or belongs to another process. Make a new one.")
        try:
            process = self._idle.get(timeout=0 if threading.get_ident() in self._mapping else seconds)
        except queue.Empty:
            raise Busy(
                "All confined workers are occupied. Try again, or give the pool more workers."
            ) from None
        return process if process is not None and process.alive else self._start()

    def _take_idle(self) -> Iterator[Process]:
        while True:
            try:
                process = self._idle.get_nowait()
            except queue.Empty:
                return
            yield process if process is not None and process.alive else self._start()

    def _give_back(self, crew: Iterable[Process]) -> None:
        """Return workers; one that is still busy was abandoned, and is ended."""
        for process in crew:
            usable = process.alive and not process.in_flight and process.confinement is not None
            if not usable or self._closed:
                process.end()
            self._idle.put(process if usable and not self._closed else None)

    def close(self) -> None:
        """End all workers. A call or map that another thread has under way stops with WrongUsage."""
        self._closed = True
        while True:
            try:
                process = self._idle.get_nowait()
            except queue.Empty:
                break
            if process is not None:
                process.end()
        self._starter.shutdown(wait=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _pieces(data: bytes | Sequence[bytes]) -> Sequence[bytes]:
    return [data] if isinstance(data, bytes) else data
