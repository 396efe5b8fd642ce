"""The folder of an audit while it is at work: what was asked, the plan, and the result of every finished shard.

The driver alone writes here, one file a shard: under another name first, then on the disk, then renamed. A shard is
finished when its file exists, so a process killed at any moment loses what was under way and nothing else, and no
shard can stand in the tables twice. Other folders and files of ``finishing`` lie beside these.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, cast

from openhotline.datasets.audit.parcel import decode_result, encode_failure, shard_of
from openhotline.datasets.audit.result import ShardResult
from openhotline.datasets.inputs.shard import Shard
from openhotline.datasets.sealed.files import writing
from openhotline.datasets.sealed.sealing import SUMMARY
from openhotline.errors import Busy, Conflict, Damaged
from openhotline.vault.locking import try_lock

ASKED, PLAN, SHARDS, LISTS, LOCK = "audit.json", "plan.jsonl.gz", "shards", "lists", ".lock"
SHARDS_IN_A_FOLDER = 1000

_NOT_ASKED = ("engine", "started_at")
"""What may differ when an audit goes on: by which engine, and when it was begun."""

LOST = "The result of this shard was damaged on the disk. Run the audit again."


@dataclass(frozen=True, slots=True)
class Planned:
    """``shards`` of ``size`` bytes together; ``finished`` and ``done`` of those so far."""

    shards: int
    size: int
    finished: int = 0
    done: int = 0


class Keeping:
    """The folder ``out``. Use :func:`kept`, which holds its lock."""

    def __init__(self, out: Path) -> None:
        self.out = out

    @property
    def lists(self) -> Path:
        """Where prepared lists lie."""
        return self.out / LISTS

    @property
    def is_finished(self) -> bool:
        """Whether the signed summary stands there and nothing is left to be done again."""
        return (self.out / SUMMARY).is_file() and not (self.out / SHARDS).exists()

    def begin(self, asked: Mapping[str, Any], plan: Callable[[], Iterable[Shard]]) -> Mapping[str, Any]:
        """Write down the plan and what was asked, once; or return what was asked before, with its plan.

        Raises Conflict where that differs. A plan that cannot be made leaves nothing that would be in the way.
        """
        if (self.out / ASKED).is_file():
            before: dict[str, Any] = json.loads((self.out / ASKED).read_bytes())
            if differ := _differences(before, asked):
                raise Conflict(
                    f"This folder holds an audit that was asked otherwise ({', '.join(differ)}). Give the same options "
                    "to go on with it, or name another folder with --out."
                )
            return before
        self._write_plan(plan())
        with writing(self.out / ASKED) as stream:
            stream.write(json.dumps(dict(asked), indent=1, sort_keys=True).encode() + b"\n")
        return dict(asked)

    def _write_plan(self, shards: Iterable[Shard]) -> None:
        with (
            writing(self.out / PLAN) as stream,
            gzip.GzipFile(fileobj=cast(IO[bytes], stream), mode="wb", compresslevel=3, mtime=0) as packed,
        ):
            for shard in shards:
                packed.write(json.dumps(asdict(shard)).encode() + b"\n")

    def planned(self) -> Planned:
        """Count the shards, and those that are finished."""
        shards = size = finished = done = 0
        for number, shard in self.plan():
            shards, size = shards + 1, size + shard.size
            if self.has(number):
                finished, done = finished + 1, done + shard.size
        return Planned(shards, size, finished, done)

    def plan(self) -> Iterator[tuple[int, Shard]]:
        """Yield the shards with their numbers, in the plan's order."""
        with gzip.open(self.out / PLAN, "rb") as stream:
            for number, line in enumerate(stream):
                yield number, shard_of(json.loads(line))

    def left(self) -> Iterator[tuple[int, Shard]]:
        """Yield the shards that have no result yet."""
        return ((number, shard) for number, shard in self.plan() if not self.has(number))

    def has(self, number: int) -> bool:
        """Say whether a shard is finished."""
        return self._place(number).is_file()

    def keep(self, number: int, result: bytes) -> None:
        """Keep a shard's result. When this returns it is on the disk."""
        with writing(self._place(number)) as stream:
            stream.write(result)

    def forget_damaged(self) -> int:
        """Take away results that are not what was written, or that say that the shard failed; return how many.

        Cost: one reading of all results.
        """
        again = 0
        for number, shard in self.plan():
            if self.has(number) and not self._is_good(number, shard):
                self._place(number).unlink()
                again += 1
        return again

    def results(self) -> Iterator[ShardResult]:
        """Yield the results of all shards in the plan's order; one that cannot be read says so."""
        for number, shard in self.plan():
            try:
                yield decode_result(self._place(number).read_bytes())
            except (Damaged, FileNotFoundError):
                yield decode_result(encode_failure(shard.name, LOST))

    def forget_results(self) -> None:
        """Take the results away, all at once, when they stand in the tables and the summary is signed."""
        going = self.out / f".{SHARDS}.done"
        if (self.out / SHARDS).exists():
            shutil.rmtree(going, ignore_errors=True)
            (self.out / SHARDS).rename(going)
        shutil.rmtree(going, ignore_errors=True)

    def _is_good(self, number: int, shard: Shard) -> bool:
        try:
            result = decode_result(self._place(number).read_bytes())
        except Damaged:
            return False
        return result.shard == shard.name and not result.failure

    def _place(self, number: int) -> Path:
        return self.out / SHARDS / f"{number // SHARDS_IN_A_FOLDER:03d}" / f"{number:06d}.result"


@contextmanager
def kept(out: Path) -> Iterator[Keeping]:
    """Hold the folder of an audit; raises Busy while another process is at work in it."""
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = try_lock(out / LOCK)
    if lock is None:
        raise Busy(
            "Another audit is at work in this folder. Wait until it is done, or name another with --out."
        )
    try:
        yield Keeping(out)
    finally:
        os.close(lock)


def _differences(before: Mapping[str, Any], asked: Mapping[str, Any]) -> list[str]:
    names = sorted((before.keys() | asked.keys()) - set(_NOT_ASKED))
    return [name.replace("_", " ") for name in names if before.get(name) != asked.get(name)]
