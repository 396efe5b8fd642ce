"""Many shards in many processes, on this machine or on a cluster: daft spreads the work, nothing here writes.

The same function of a shard runs under daft's native runner, which starts processes on this machine, and under its
Ray runner. Results come as they are ready. A process that dies takes no result with it: what has not come back is run
again, and a shard whose process dies whenever it runs alone becomes a result that says so.
"""

from __future__ import annotations

import json
import os
from collections.abc import Generator, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from openhotline.datasets.audit.engine.cluster import Cluster
from openhotline.datasets.audit.engine.quiet import daft_quietly
from openhotline.datasets.audit.parcel import encode_failure, header_in, stop_in, write_shard
from openhotline.datasets.inputs.shard import Shard
from openhotline.errors import OpenHotlineError, WorkerFailed, WrongUsage

LOCAL, RAY = "local", "ray"
WORK = "openhotline.datasets.audit.work:ShardWork"
SHARDS_IN_A_WAVE = 4096
"""Shards that the engine is given at once: their descriptions are all that its memory grows with."""

ATTEMPTS = 3
"""How often a shard is run alone after processes died, before it is given up."""

ROUNDS = 2
"""How often all that is left of a wave is run again together, before those that may be to blame run alone."""

DIED = "The process that read this shard died every time. Give the machine more memory, then run the audit again."


def run_shards(
    shards: Iterable[Shard],
    conf: Mapping[str, Any],
    *,
    engine: str = LOCAL,
    workers: int = 0,
    address: str = "",
    work: str = WORK,
) -> Generator[bytes, None, None]:
    """Yield every shard's result, as ``parcel.encode_result`` made it, once each and as they are ready.

    ``work`` is ``package.module:Class``, made once in each process with ``conf`` and asked to ``run(shard)``.
    ``workers`` are processes, over all machines; 0 is one for each processor. ``address`` is where a Ray cluster
    listens. Raises what keeps any shard from being looked at.
    """
    if engine not in (LOCAL, RAY):
        raise WrongUsage("An audit runs on the engine local or ray. Name one of them.")
    daft = daft_quietly(need_ray=engine == RAY)
    with Cluster.joined(address) if engine == RAY else Cluster.of_this_machine() as cluster:
        crew = _Crew(daft, cluster, {**conf, "work": work}, workers or cluster.processors)
        line = iter(shards)
        while wave := {shard.name: write_shard(shard) for shard in islice(line, SHARDS_IN_A_WAVE)}:
            yield from crew.run(wave)


class _Crew:
    """Runs one wave of shards after the other: their descriptions, by name."""

    def __init__(self, daft: Any, cluster: Cluster, conf: Mapping[str, Any], workers: int) -> None:
        self._daft, self._cluster, self._workers = daft, cluster, workers
        self._conf = json.dumps(dict(conf) | {"parent": os.getpid() if cluster.is_here else 0})

    def run(self, left: dict[str, bytes]) -> Iterator[bytes]:
        """Yield a result for each; ``left`` is emptied on the way."""
        rounds = 0
        while left:
            yield from self._together(left)
            rounds += 1
            # Shards are begun in order: what was under way when a process died is among the first that are left.
            suspects = list(islice(left, 4 * self._workers))
            if rounds > ROUNDS:
                for name in suspects:
                    yield self._alone(name, left.pop(name))
            else:
                for name in suspects:
                    left[name] = left.pop(name)

    def _together(self, left: dict[str, bytes]) -> Iterator[bytes]:
        """Run all that is left, and take away what came back; a process that died ends it early."""
        answers = self._ask(list(left.values()), self._workers)
        any_came = False
        while True:
            try:
                answer = next(answers, None)
            except OpenHotlineError:
                raise
            except Exception:  # noqa: BLE001
                # A stranger's file must not end an audit with the process that it ended.
                if not any_came:
                    self._check()
                return
            if answer is None:
                return
            if left.pop(header_in(answer)["shard"], None) is not None:
                any_came = True
                yield answer

    def _alone(self, name: str, shard: bytes) -> bytes:
        for _ in range(ATTEMPTS):
            try:
                if answer := next(self._ask([shard], 1), b""):
                    return answer
            except OpenHotlineError:
                raise
            except Exception:  # noqa: BLE001, S112
                # A stranger's file must not end an audit with the process that it ended.
                continue
        self._check()
        return encode_failure(name, DIED)

    def _check(self) -> None:
        """Raise where the engine itself is gone: then no shard is to blame for what failed."""
        self._cluster.check()
        try:
            answered = list(self._ask([b""], 1))
        except OpenHotlineError:
            raise
        except Exception as problem:  # noqa: BLE001
            # A stranger's file must not be blamed for an engine that cannot start a process at all.
            raise WorkerFailed(
                "No process of the audit can be started. Free memory, or look after the cluster; then run the same "
                "command again: it goes on where it stopped.",
                details=str(problem)[-600:],
            ) from None
        if answered:
            return
        raise WorkerFailed(
            "The engine gave no answer. Run the same command again: it goes on where it stopped."
        )

    def _ask(self, shards: list[bytes], workers: int) -> Iterator[bytes]:
        """Yield an answer for each as it is ready, until one says that nothing can be looked at."""
        from openhotline.datasets.audit.engine.worker import worker

        run = worker(self._conf, workers=workers, in_processes=self._cluster.is_here).run
        frame = self._daft.from_pydict({"shard": shards})
        if not self._cluster.is_here:
            frame = frame.into_partitions(len(shards))  # Ray gives a partition back when all of it is done
        rows = frame.select(run(frame["shard"]).alias("result")).iter_rows(results_buffer_size=2 * workers)
        try:
            for row in rows:
                if reason := stop_in(row["result"]):
                    raise OpenHotlineError(reason)
                yield row["result"]
        except BaseException:
            self._cluster.end_processes()
            raise
