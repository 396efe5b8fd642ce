"""The process that daft starts, here or on a cluster: it looks at one shard after the other.

Imported only once the engine's counting of uses is off (``quiet``): importing this imports daft.
"""

from __future__ import annotations

import gc
import json
import os
import threading
import time
from collections.abc import Mapping
from importlib import import_module
from typing import Any, Protocol

import daft

from openhotline.datasets.audit.parcel import READY, encode_failure, encode_result, encode_stop, read_shard_of
from openhotline.datasets.audit.result import ShardResult
from openhotline.datasets.inputs.shard import Shard
from openhotline.errors import OpenHotlineError

FAILED = "Reading this shard was stopped by something unforeseen ({}). Report it; nothing of the shard is in the tables."
WATCHED_EVERY = 1.0
"""Seconds. A driver that was killed leaves no process at work for longer than this."""


class Work(Protocol):
    """What a process is made for; ``audit.work.ShardWork`` is one."""

    def run(self, shard: Shard) -> ShardResult:
        """Return what a shard gave."""


class Worker:
    """``conf`` is JSON: what the work is made with, its name ``work``, and ``parent``, the driver's process, where that
    is on this machine."""

    def __init__(self, conf: str) -> None:
        self._conf: Mapping[str, Any] = json.loads(conf)
        self._work: Work | None = None
        if self._conf.get("parent"):
            threading.Thread(target=_end_with, args=(self._conf["parent"],), daemon=True).start()

    @daft.method.batch(return_dtype=daft.DataType.binary(), batch_size=1)
    def run(self, shards: daft.Series) -> list[bytes]:
        """Look at each shard; nothing that goes wrong with one is raised, or it would end the others."""
        return [self._answer(written) for written in shards.to_pylist()]

    def _answer(self, written: bytes) -> bytes:
        if not written:  # whether a process can be started at all
            return READY
        try:
            work = self._ready()
        except OpenHotlineError as problem:
            return encode_stop(problem.message)
        shard = read_shard_of(written)
        begun = time.monotonic()
        try:
            return encode_result(work.run(shard))
        except OpenHotlineError as problem:
            return encode_failure(shard.name, problem.message, seconds=time.monotonic() - begun)
        except Exception as problem:  # noqa: BLE001
            # A stranger's file must not end the audit of all the others.
            words = FAILED.format(type(problem).__name__)
            return encode_failure(shard.name, words, seconds=time.monotonic() - begun)

    def _ready(self) -> Work:
        """Open lists and start confined processes with the first shard, not before."""
        if self._work is None:
            module, _, name = self._conf["work"].partition(":")
            self._work = getattr(import_module(module), name)(self._conf)
            gc.collect()
            gc.freeze()  # what was loaded stays, and need not be looked through again and again
        return self._work


def worker(conf: str, *, workers: int, in_processes: bool) -> Any:
    """Return what daft runs in so many processes; Ray starts processes of its own."""
    return daft.cls(Worker, max_concurrency=workers, use_process=in_processes or None)(conf)


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(WATCHED_EVERY)
    os._exit(1)
