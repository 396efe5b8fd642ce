"""How an audit grows: its time, its memory, and what a list of ten million entries costs each process.

A collection of 20,000 drawn pictures in 20 tars is listed again and again, by hard links under other names: a shard is a
shard to the audit, whatever it was before. The list has 10 million PDQ hashes and half as many SHA-256. For each size
are told: seconds for a picture, without what start and end take for next to nothing; the most memory that any process of
a kind held for itself, and the most that it had mapped from files, of which the system holds one copy for all. What is
over in less than a minute is run three times, and the median taken.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.audit_collections import SMALL, again, collections, next_to_nothing, prepared_list
from benchmarks.audit_ours import audit
from benchmarks.audit_processes import KINDS, Run

COUNTS = (20_000, 200_000, 2_000_000)
ENTRIES = 10_000_000
SHARDS = 20
WITHIN = 0.05
"""Of the time a picture takes in the smallest collection: so much longer it may take in the larger ones."""

MORE = 32.0
"""MiB that a process may hold more of for itself than it did with the smallest collection, and be called flat: buffers of
tables and bars of plots fill up once, and do so only in larger ones."""

AGAIN, SHORT = 3, 60.0
"""How often, and under how many seconds, a run is repeated."""


def report(drawn: int, counts: Sequence[int], entries: int, data: Path) -> None:
    """Print some lines for each size."""
    data.mkdir(parents=True, exist_ok=True)
    folder = collections(data, SMALL, count=drawn, shards=SHARDS)["tar"]
    _, prepared = prepared_list(data, folder, count=drawn, entries=entries)
    size = sum(path.stat().st_size for path in prepared.rglob("*") if path.is_file()) / 2**20
    print(
        f"\ngrowth: {drawn:,} pictures listed again and again; a list of {entries:,} PDQ hashes, {size:,.0f} MiB"
    )
    start, _ = _measured(next_to_nothing(data, SMALL, folder, count=drawn), prepared)
    print(f"  start and end: {start.seconds:.1f} s, processor {start.processor:.1f} s", flush=True)
    first: tuple[float, Run] | None = None
    for count in counts:
        done, members = _of(folder, prepared, times=max(1, count // drawn), data=data)
        each = (done.seconds - start.seconds) / members
        spent = 1e3 * (done.processor - start.processor) / members
        print(f"  {members:>9,}: {done.seconds:7.1f} s, {members / done.seconds:,.0f} a second as a whole")
        print(f"  {'':9}  {1 / each:,.0f} a second under way, processor {spent:.3f} ms each")
        print(f"  {'':9}  MiB: {_memory(done)}", flush=True)
        if first:
            print(f"  {'':9}  {_grown(each, done, *first)}", flush=True)
        first = first or (each, done)


def _grown(each: float, done: Run, first_each: float, first: Run) -> str:
    ratio = each / first_each
    more = max(done.memory[kind].own - first.memory[kind].own for kind in KINDS)
    time = "held" if ratio <= 1 + WITHIN else "MISSED"
    flat = "held" if more <= MORE else "MISSED"
    return (
        f"a picture takes {ratio:.3f} of the first: {time}; at most {more:.0f} MiB more in a process: {flat}"
    )


def _memory(done: Run) -> str:
    """Say what the largest process of each kind held."""
    kinds = [(kind, done.memory[kind]) for kind in KINDS if done.memory[kind].processes]
    return "; ".join(
        f"{kind}{f' (of {held.processes})' if held.processes > 1 else ''} {held.own:.0f} own, {held.mapped:.0f} mapped"
        for kind, held in kinds
    )


def _of(folder: Path, prepared: Path, *, times: int, data: Path) -> tuple[Run, int]:
    """Audit the shards of a folder, each linked under so many names, on the disk where they lie."""
    with tempfile.TemporaryDirectory(dir=data, prefix="growth-") as links:
        return _measured(again(folder, Path(links), times), prepared)


def _measured(folder: Path, prepared: Path) -> tuple[Run, int]:
    """Return the run whose time is the median, and how many pictures it looked at."""
    done = [_once(folder, prepared)]
    while len(done) < AGAIN and done[0][0].seconds < SHORT:
        done.append(_once(folder, prepared))
    return sorted(done, key=lambda one: one[0].seconds)[len(done) // 2]


def _once(folder: Path, prepared: Path) -> tuple[Run, int]:
    with tempfile.TemporaryDirectory(prefix="openhotline-bench-") as out:
        done = audit(folder, prepared, Path(out) / "audit")
        assert not done.errors
        return done.run, done.pictures
