"""Work on a shard that does what the shard's name says, for tests of the engine that spreads it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from openhotline.datasets.audit.result import ShardResult
from openhotline.datasets.audit.tables import ERRORS, HITS
from openhotline.datasets.inputs.shard import Shard
from openhotline.errors import BadInput

WORK = f"{__name__}:CastWork"


class CastWork:
    """``notes`` is a folder where every beginning of a shard leaves a file of its name and this process's."""

    def __init__(self, conf: Mapping[str, Any]) -> None:
        if conf.get("unready"):
            raise BadInput("The list is not there.")
        self._notes = Path(conf["notes"])

    def run(self, shard: Shard) -> ShardResult:
        """Die, raise, wait or answer."""
        begun = len([note for note in self._notes.iterdir() if note.name.startswith(f"{shard.name}@")])
        (self._notes / f"{shard.name}@{os.getpid()}-{begun}").touch()
        if shard.name.startswith("deadly") or (shard.name.startswith("once") and not begun):
            os.kill(os.getpid(), signal.SIGKILL)
        if shard.name.startswith("raising"):
            raise RuntimeError("a stranger's bytes")
        if shard.name.startswith("slow"):
            time.sleep(1.0)
        return ShardResult(shard.name, {"seen": 1}, "ab" * 32, 0.0, HITS.empty_table(), ERRORS.empty_table())


def shards(*names: str) -> list[Shard]:
    """Return shards of these names, of one byte each."""
    return [Shard(name, "folder", "/nowhere", size=1, members=("a", "b")) for name in names]
