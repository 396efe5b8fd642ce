"""Where an audit's processes run: on this machine, or on the machines of a Ray cluster that somebody started."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openhotline.datasets.audit.engine.quiet import SILENT, daft_quietly, ray_quietly
from openhotline.errors import WorkerFailed, WrongUsage

UNREACHABLE = (
    "No Ray cluster answers at this address. Start one with `ray start --head`, or check the address; then run the "
    "same command again: it goes on where it stopped."
)
PATIENCE = 10.0
"""Seconds until a cluster that does not answer is said not to be there."""

PROCESS = b"daft.execution.udf_worker"
NO_ADDRESS = (
    "The engine ray needs --address: where the head of the cluster listens, such as 10.0.0.1:6379, or auto."
)


@dataclass(frozen=True)
class Cluster:
    """``processors`` of all its machines together; ``is_here`` where that is this machine alone."""

    processors: int
    is_here: bool

    @classmethod
    @contextmanager
    def of_this_machine(cls) -> Iterator[Cluster]:
        """Use processes of this machine."""
        daft = daft_quietly()
        _use_native(daft)
        daft.set_execution_config(maintain_order=False)  # or one long shard holds up all the others
        yield cls(len(os.sched_getaffinity(0)), is_here=True)

    @classmethod
    @contextmanager
    def joined(cls, address: str) -> Iterator[Cluster]:
        """Join a cluster for as long as the audit takes; raises WorkerFailed where none answers."""
        if not address:
            raise WrongUsage(NO_ADDRESS)
        daft, ray = daft_quietly(need_ray=True), ray_quietly()
        joined = not ray.is_initialized()
        if joined:
            _join(address)
        try:
            daft.set_runner_ray(noop_if_initialized=True)
            daft.set_execution_config(maintain_order=False)
            yield cls(int(ray.cluster_resources().get("CPU", 1)), is_here=False)
        finally:
            if joined:
                ray.shutdown()

    def end_processes(self) -> None:
        """End what still runs here for an audit that stops early: the engine itself would wait for every shard."""
        if self.is_here:
            _end_processes()

    def check(self) -> None:
        """Raise where the cluster is gone."""
        if self.is_here:
            return
        ray = ray_quietly()
        try:
            if any(node["Alive"] for node in ray.nodes()):
                return
        except Exception as problem:  # noqa: BLE001
            # A stranger's file must not be blamed for a cluster that went away.
            raise WorkerFailed(UNREACHABLE, details=str(problem)[-600:]) from None
        raise WorkerFailed(UNREACHABLE)


def _end_processes() -> None:
    """End the processes that the engine started for this one, and give its threads a moment to notice."""
    for place in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((place / "stat").read_text().rsplit(")", 1)[1].split()[1])
            if parent == os.getpid() and PROCESS in (place / "cmdline").read_bytes():
                os.kill(int(place.name), signal.SIGKILL)
        except (OSError, ValueError, IndexError):  # it has ended, or is another's
            continue
    time.sleep(0.3)


def _use_native(daft: Any) -> None:
    """A process has one runner for as long as it lives."""
    try:
        daft.set_runner_native()
    except ValueError:  # what its errors are
        if daft.get_or_infer_runner_type() != "native":
            raise WrongUsage(
                "This process has used a cluster. Run an audit on this machine in another."
            ) from None


def _join(address: str) -> None:
    _require_somebody(address)
    ray = ray_quietly()
    try:
        ray.init(
            address=address,
            log_to_driver=False,
            logging_level="ERROR",
            runtime_env={"env_vars": dict(SILENT)},
            configure_logging=True,
        )
    except (ConnectionError, RuntimeError, TimeoutError, ValueError) as problem:
        raise WorkerFailed(UNREACHABLE, details=str(problem)[-600:]) from None


def _require_somebody(address: str) -> None:
    """Ask whether anything listens there: Ray itself tries for minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not (host and port.isdigit()):
        return  # "auto", or what Ray alone understands
    try:
        socket.create_connection((host, int(port)), timeout=PATIENCE).close()
    except OSError as problem:
        raise WorkerFailed(UNREACHABLE, details=str(problem.strerror or problem)) from None
