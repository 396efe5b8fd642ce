"""Import of drawn JPEGs end to end, against what decoding, hashing and encrypting them alone cost. One interleaved run.

The batch is imported in parts; after each part the same files are only decoded, hashed and encrypted by two plain
processes. The ratio of the two wall times is what this prints; images a second are of this machine and this day.

Run: ``make bench-import``, or ``python -m benchmarks.importing --count 2000 --parts 2`` for a short look.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import date
from functools import wraps
from pathlib import Path
from typing import Any

PROCESSES = 2


def alone(paths: list[Path]) -> int:
    """Read, decode, hash and encrypt files as the import does, and nothing else; return the bytes encrypted."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    from openhotline.datasets import scan
    from openhotline.hashing import digests

    cipher, total = AESGCM(bytes(32)), 0
    for path in paths:
        data = path.read_bytes()
        digests(data)
        scan.scan_entry(data, mode="fast", provenance=False, preview=False)
        total += len(cipher.encrypt(os.urandom(12), data, None))
    return total


def warmed() -> None:
    """Load and compile everything once in a fresh process, outside the measured time."""
    from openhotline.datasets import scan

    scan.warm()


class Shares:
    """Seconds spent in named functions of the importing process, by wrapping them."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)

    def watch(self, module: Any, function: str, name: str) -> None:
        real: Callable[..., Any] = getattr(module, function)

        @wraps(real)
        def watched(*args: Any, **kwargs: Any) -> Any:
            began = time.perf_counter()
            try:
                return real(*args, **kwargs)
            finally:
                self.seconds[name] += time.perf_counter() - began

        setattr(module, function, watched)


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


def cpu_seconds() -> float:
    """Processor time of this process and of its children that have ended."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def import_part(folder: Path, shares: Shares) -> float:
    """Import one part through the command's own function; return its seconds."""
    from django.utils import timezone

    from openhotline_server.pipeline.importing import import_batch

    began = time.perf_counter()
    done = import_batch(
        path=folder,
        source=f"benchmark {folder.name}",
        received_on=date(2026, 11, 2),
        actor="command-line",
        clock=timezone.now,
        workers=PROCESSES,
    )
    assert done.failures == 0
    return time.perf_counter() - began


def alone_part(folder: Path) -> float:
    """The same files through :func:`alone` in two processes; return its seconds."""
    paths = [p for p in sorted(folder.rglob("*")) if p.is_file()]
    pieces = [paths[i : i + 16] for i in range(0, len(paths), 16)]
    with ProcessPoolExecutor(PROCESSES, initializer=warmed) as pool:
        list(pool.map(alone, [pieces[0][:1]] * PROCESSES))
        began = time.perf_counter()
        assert sum(pool.map(alone, pieces)) > 0
        return time.perf_counter() - began


def watch_everything(shares: Shares) -> None:
    """Name the steps of the importing process whose shares are printed."""
    from openhotline_server.evidence import operations as evidence
    from openhotline_server.findings import operations as findings
    from openhotline_server.ledger import operations as ledger
    from openhotline_server.pipeline import importing, reading, steps

    shares.watch(reading, "_read", "reading and digests (beside the writer)")
    shares.watch(importing, "_write", "writing: all")
    shares.watch(evidence, "seal", "  of that: sealing in the vault")
    shares.watch(evidence, "record_many", "  of that: ledger lines of captures")
    shares.watch(findings, "record_many", "  of that: ledger lines of findings")
    shares.watch(ledger, "_store_checkpoint", "  of that: signing checkpoints")
    for step in steps.STEPS:
        name = f"step: {step.__name__}"

        def timed(step: Any = step, name: str = name, **kwargs: Any) -> None:
            began = time.perf_counter()
            step(**kwargs)
            shares.seconds[name] += time.perf_counter() - began

        steps.STEPS = (
            *steps.STEPS[: steps.STEPS.index(step)],
            timed,
            *steps.STEPS[steps.STEPS.index(step) + 1 :],
        )


def main() -> None:
    """Draw, import, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20_254)
    parser.add_argument("--parts", type=int, default=3)
    parser.add_argument("--pictures", type=Path, help="drawn before; else drawn now and removed afterwards")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="openhotline-bench-") as folder:
        root = Path(folder)
        pictures = options.pictures or _draw(root / "pictures", options.count)
        parts = _divide(pictures, root / "parts", options.count, options.parts)
        with site(root / "data"):
            _run(parts)


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


def _divide(pictures: Path, out: Path, count: int, parts: int) -> list[Path]:
    """Parts as folders of hard links (copies on another disk), every n-th file in each."""
    files = [p for p in sorted(pictures.rglob("*")) if p.is_file()][:count]
    for number, path in enumerate(files):
        target = out / f"part-{number % parts}" / path.relative_to(pictures)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(path, target)
        except OSError:
            shutil.copyfile(path, target)
    return [out / f"part-{n}" for n in range(parts)]


def _run(parts: list[Path]) -> None:
    shares, ratios, total_seconds, total_files = Shares(), [], 0.0, 0
    watch_everything(shares)
    for part in parts:
        # Both sides read from memory: the disk's speed is neither's merit.
        files = sum(len(p.read_bytes()) > 0 for p in part.rglob("*") if p.is_file())
        before = cpu_seconds()
        took = import_part(part, shares)
        between = cpu_seconds()
        floor = alone_part(part)
        work, floor_work = between - before, cpu_seconds() - between
        ratios.append(took / floor)
        total_seconds, total_files = total_seconds + took, total_files + files
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{part.name}: {files} files, import {took:.1f} s = {files / took:.0f}/s, alone {floor:.1f} s = "
            f"{files / floor:.0f}/s, ratio {took / floor:.2f}; processor time {work:.1f} s and {floor_work:.1f} s with "
            f"the start of workers, ratio {work / floor_work:.2f}; peak memory so far {memory:.0f} MiB",
            flush=True,
        )
    print(
        f"\nimport / (decode + hash + encrypt alone): median {statistics.median(ratios):.2f} "
        f"[{min(ratios):.2f} to {max(ratios):.2f}]; aim: at most 1.5"
    )
    print(f"{total_files / total_seconds:.0f} images a second end to end")
    for name, seconds in sorted(shares.seconds.items(), key=lambda pair: pair[0].strip()):
        print(f"  {name:<48} {seconds:8.1f} s  {100 * seconds / total_seconds:5.1f} %")


if __name__ == "__main__":
    main()
