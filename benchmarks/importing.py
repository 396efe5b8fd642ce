"""Import of drawn JPEGs end to end, against what decoding, hashing and encrypting them alone cost. One interleaved run.

Compared are two ways to go through the same files with two processes that decode:

- *alone*: each file is read, digested (MD5, SHA-1, SHA-256), decoded, hashed by PDQ and encrypted with AES-256-GCM, and
  nothing is kept. Its processes are started, loaded and warm before its clock runs, and their start counts nowhere.
- *import*: ``import_batch`` as the command runs it on a fresh site, from its first line to its last: the start of the
  confined workers and their replacement after every 20,000 files, digests, decoding, PDQ, provenance, previews, the vault
  with its waits for the disk, rows, the ledger, clusters, and cases in their order.

They take turns, so that what changes on the machine weighs on both: the import runs for some seconds, then all its
processes are stopped where they are, and the files that it has done are gone through alone. Both ratios are of sums:
seconds on the wall without the other's turns, and processor time of all processes. Every file is read once before, so
that neither side waits for the disk to read. Images a second are of this machine and this day.

What it costs to make a file here is told first, because the import makes three for each picture: on ext4, a folder beside
which many files were removed in the last minutes (by a test, or by this benchmark's last run) takes ten times as long,
since the inodes just freed are passed over one by one. Then let ``TMPDIR`` name a folder elsewhere, or wait. On a
virtual machine whose host supplies memory when it is first touched, sealing a picture into such memory took 1.5 ms of
processor time, and 0.5 to 0.7 ms into memory that was used before. What is gone through alone writes nothing; the import
does, and gives back after each batch what that took.

Memory is what lies in RAM for the importing process, and for its two workers together, at several points of the import:
flat means that it does not grow from the first fifth of the import to its end.

Run: ``make bench-import``, or ``python -m benchmarks.importing --count 2000`` for a short look (which is dearer: the
start of workers counts as much for 2,000 files as for 5,000).
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from benchmarks.watching import Memory, Shares, children

PROCESSES = 2
AIM = 1.5
TURN = 5.0  # seconds that the import runs before the files it has done are gone through alone
PIECE = 8  # files that a process goes through alone at once: the last ones of a turn keep one process waiting
DEAR = 0.1  # milliseconds of processor time to make one small file; 0.03 to 0.05 where nothing was removed just before


@dataclass(frozen=True)
class Cost:
    """Seconds on the wall, and seconds of processor time of all processes together."""

    wall: float = 0.0
    processor: float = 0.0

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.wall + other.wall, self.processor + other.processor)


@dataclass(frozen=True)
class Taken:
    """What the import cost, its steps' shares of that, and its memory at several points."""

    cost: Cost
    wall: dict[str, float]
    processor: dict[str, float]
    memory: list[tuple[str, float, float]]
    peak: float


def alone(paths: Sequence[Path]) -> float:
    """Read, decode, hash and encrypt files as the import does, and nothing else; return the processor time."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    from openhotline.datasets import scan
    from openhotline.hashing import digests

    began = time.process_time()
    cipher = AESGCM(bytes(32))
    for path in paths:
        data = path.read_bytes()
        digests(data)
        scan.scan_entry(data, mode="fast", provenance=False, preview=False)
        cipher.encrypt(os.urandom(12), data, None)
    return time.process_time() - began


def warmed() -> None:
    """Load and compile everything once in a fresh process, outside the measured time."""
    from openhotline.datasets import scan

    scan.warm()


class Alone:
    """Warm processes that go through files by :func:`alone`."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._paths = paths
        self._done = 0
        self._pool = ProcessPoolExecutor(PROCESSES, initializer=warmed)
        list(self._pool.map(alone, [paths[:1]] * PROCESSES))

    def catch_up(self, files: int) -> Cost:
        """Go on until as many files are done."""
        pieces = [self._paths[i : min(i + PIECE, files)] for i in range(self._done, files, PIECE)]
        self._done = files
        began = time.perf_counter()
        processor = sum(self._pool.map(alone, pieces))
        return Cost(time.perf_counter() - began, processor)

    def close(self) -> None:
        """End the processes."""
        self._pool.shutdown()


class Importing:
    """The import in a process of its own, which can be stopped with all that it has started."""

    def __init__(self, pictures: Path, data: Path, count: int) -> None:
        own = multiprocessing.get_context("spawn")
        self._told, telling = own.Pipe()
        self._stood, self._done = own.Value("d", 0.0), own.Value("l", 0)
        told = (pictures, data, count, telling, self._stood, self._done)
        self._process = own.Process(target=_import_apart, args=told, daemon=True)
        self._process.start()
        telling.close()

    def start(self) -> None:
        """Wait until the site is there, then let the import begin."""
        assert self._told.recv() == "ready"
        self._told.send("go")

    def ended_within(self, seconds: float) -> bool:
        """Let it run for so long, or to its end."""
        return self._told.poll(seconds)

    @contextmanager
    def stopped(self) -> Iterator[int]:
        """Stop it for the length of a block, which is given how many files are done. This time is not counted."""
        assert self._process.pid is not None
        os.kill(self._process.pid, signal.SIGSTOP)  # first: now it starts no others
        workers = children(self._process.pid)
        for worker in workers:
            os.kill(worker, signal.SIGSTOP)
        began = time.perf_counter()
        try:
            yield self._done.value
        finally:
            self._stood.value += time.perf_counter() - began
            for process in (*workers, self._process.pid):
                os.kill(process, signal.SIGCONT)

    def result(self) -> Taken:
        """Return what it told at its end."""
        taken: Taken = self._told.recv()
        self._process.join()
        return taken


@contextmanager
def site(data: Path) -> Iterator[None]:
    """A fresh data directory in this process."""
    os.environ |= {
        "OPENHOTLINE_DATA": str(data),
        "DJANGO_SETTINGS_MODULE": "openhotline_server.site.settings",
    }
    from openhotline_server.commands import site_ready

    site_ready(initialise=True)
    yield


def processor_seconds() -> float:
    """Processor time of this process and of its children that have ended."""
    own, ended = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + ended.ru_utime + ended.ru_stime


def _import_apart(pictures: Path, data: Path, count: int, told: Connection, stood: Any, done: Any) -> None:
    """Make a site, wait for the word, import, and tell what it cost."""

    def clock() -> float:
        return time.perf_counter() - float(stood.value)

    with site(data):
        shares, memory = Shares(clock), Memory(count)
        watch_everything(shares)
        memory.note("before")
        told.send("ready")
        told.recv()
        began, worked = clock(), processor_seconds()
        import_all(pictures, memory, done)
        cost = Cost(clock() - began, processor_seconds() - worked)
        memory.note("the end, cases open")
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        told.send(Taken(cost, dict(shares.wall), dict(shares.processor), memory.seen, peak))


def import_all(folder: Path, memory: Memory, done: Any) -> None:
    """Import a folder through the command's own function."""
    from django.utils import timezone

    from openhotline_server.pipeline.importing import Progress, import_batch

    def look(progress: Progress) -> None:
        done.value = progress.done
        memory.look(progress.done)

    imported = import_batch(
        path=folder,
        source="benchmark",
        received_on=date(2026, 11, 2),
        actor="command-line",
        clock=timezone.now,
        progress=look,
        workers=PROCESSES,
    )
    assert imported.failures == 0


def watch_everything(shares: Shares) -> None:
    """Name the steps of the importing process whose shares are printed."""
    from openhotline_server.evidence import operations as evidence
    from openhotline_server.ledger import operations as ledger
    from openhotline_server.pipeline import importing, reading, steps

    shares.watch(importing, "_take_in", "1 taking in")
    shares.watch(reading, "_feed", "1.1 beside the writer: reading, digests, feeding workers")
    shares.watch(reading, "_read", "1.1.1 of that: reading and digests")
    shares.watch(importing, "_write", "1.2 writing")
    shares.watch(evidence, "seal", "1.2.1 of that: sealing in the vault")
    shares.watch(ledger, "_append", "3 ledger lines, of 1.2 and 2 together")
    steps.STEPS = tuple(shares.watched(step, f"2 step: {step.__name__}") for step in steps.STEPS)


def main() -> None:
    """Draw, go through, import, go through, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20_254)
    parser.add_argument("--pictures", type=Path, help="drawn before; else drawn now and removed afterwards")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="openhotline-bench-") as folder:
        root = Path(folder)
        drawn = options.pictures or _draw(root / "pictures", options.count)
        pictures = _chosen(drawn, root / "chosen", options.count)
        _print_cost_of_a_file(root / "files")
        _run(pictures, root / "data")


def _draw(out: Path, count: int) -> Path:
    from openhotline_server.pipeline import drawing

    print(f"drawing {count} pictures …", flush=True)
    drawing.draw_folder(
        out,
        count=count,
        seed=1,
        mean_megapixels=1.0,
        formats=drawing.ONLY_JPEG,
        mix=drawing.BENCHMARK,
        processes=PROCESSES,
    )
    return out


def _chosen(pictures: Path, out: Path, count: int) -> Path:
    """The folder itself, or one of hard links (copies on another disk) to the first ``count`` of its files."""
    files = _files(pictures)
    if len(files) <= count:
        return pictures
    for path in files[:count]:
        target = out / path.relative_to(pictures)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(path, target)
        except OSError:
            shutil.copyfile(path, target)
    return out


def _print_cost_of_a_file(folder: Path, count: int = 2000) -> None:
    """Make small files, which stay until the end: removed now, they would make the import dearer."""
    from openhotline.vault.durable import write_file

    folder.mkdir()
    began = time.process_time()
    for number in range(count):
        write_file(folder / str(number), [b"0"])
    cost = 1000 * (time.process_time() - began) / count
    advice = (
        "; dear: see this benchmark's first lines, and name another folder with TMPDIR" if cost > DEAR else ""
    )
    print(f"making a file here takes {cost:.3f} ms of processor time{advice}", flush=True)


def _files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file()]


def _run(pictures: Path, data: Path) -> None:
    files = _files(pictures)
    mean = sum(len(path.read_bytes()) for path in files) / len(files)  # now every file lies in memory
    print(f"{len(files)} JPEGs of {mean / 1000:.0f} kB, {PROCESSES} decoding processes", flush=True)
    floor, turns = Cost(), 1
    alone_ones, importing = Alone(files), Importing(pictures, data, len(files))
    importing.start()
    while not importing.ended_within(TURN):
        with importing.stopped() as done:
            floor += alone_ones.catch_up(done)
        turns += 1
    taken = importing.result()
    floor += alone_ones.catch_up(len(files))
    alone_ones.close()
    _print_ratios(len(files), floor, taken.cost, turns)
    _print_shares(taken)
    _print_memory(taken)


def _print_ratios(files: int, floor: Cost, taken: Cost, turns: int) -> None:
    for name, cost in (("alone", floor), ("import", taken)):
        print(
            f"{name:<7} {cost.wall:7.1f} s = {files / cost.wall:5.0f}/s, processor {cost.processor:7.1f} s "
            f"= {1000 * cost.processor / files:.2f} ms a file"
        )
    print(
        f"\nimport / (decode + hash + encrypt alone), in {turns} turns: {taken.wall / floor.wall:.2f} on the wall, "
        f"{taken.processor / floor.processor:.2f} in processor time; aim: at most {AIM}\n"
    )


def _print_shares(taken: Taken) -> None:
    print(f"{'importing process':<60} {'wall':>8} {'share':>7} {'processor':>10}")
    for name, wall in sorted(taken.wall.items()):
        share = 100 * wall / taken.cost.wall
        print(f"  {name:<58} {wall:7.1f}s {share:6.1f}% {taken.processor[name]:9.1f}s")


def _print_memory(taken: Taken) -> None:
    print(f"\n{'resident memory':<24} {'import':>10} {'workers':>10}   MiB")
    for name, own, workers in taken.memory:
        print(f"  {name:<22} {own:10.0f} {workers:10.0f}")
    print(f"  peak of the importing process: {taken.peak:.0f} MiB")


if __name__ == "__main__":
    main()
