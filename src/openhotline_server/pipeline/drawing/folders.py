"""A folder of drawn files for the demo, for tests and for the import benchmark."""

from __future__ import annotations

import multiprocessing
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from openhotline.errors import Conflict, WorkerFailed
from openhotline_server.pipeline.drawing.files import file_bytes
from openhotline_server.pipeline.drawing.plans import DEFAULT_FORMATS, DEMO, Entry, Mix, plan


@dataclass(frozen=True)
class Drawn:
    """What lies in a drawn folder; ``pictures`` are those of their own, without copies and variants."""

    files: int
    pictures: int
    near_duplicates: int
    exact_duplicates: int
    marked: int
    broken: int
    bytes: int


def draw_folder(
    out: Path,
    *,
    count: int,
    seed: int,
    mean_megapixels: float = 0.6,
    formats: Mapping[str, float] = DEFAULT_FORMATS,
    mix: Mix = DEMO,
    processes: int = 1,
) -> Drawn:
    """Fill the empty folder ``out`` with ``count`` files in nested folders and say what they are.

    The same arguments give the same bytes, whatever the number of processes. Cost on one core: about 25 ms
    for each megapixel of JPEG; the pictures in memory are one for each process.
    """
    if out.exists() and any(out.iterdir()):
        raise Conflict("The folder for the drawn pictures is not empty. Name another one, or empty it.")
    entries = plan(count=count, seed=seed, mean_megapixels=mean_megapixels, formats=formats, mix=mix)
    for folder in {(out / entry.path).parent for entry in entries}:
        folder.mkdir(parents=True, exist_ok=True)
    if processes == 1:
        _draw_share(out, entries)
    else:
        _draw_in_processes(out, [entries[i::processes] for i in range(processes)])
    return _summary(out, entries)


def _draw_share(out: Path, entries: tuple[Entry, ...]) -> None:
    for entry in entries:
        (out / entry.path).write_bytes(file_bytes(entry))


def _draw_in_processes(out: Path, shares: list[tuple[Entry, ...]]) -> None:
    context = multiprocessing.get_context("spawn")  # a fork would inherit open databases and threads
    workers = [context.Process(target=_draw_share, args=(out, share), daemon=True) for share in shares]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if any(worker.exitcode for worker in workers):
        raise WorkerFailed(
            "Drawing the pictures did not finish. Check the disk and the memory, then start again."
        )


def _summary(out: Path, entries: tuple[Entry, ...]) -> Drawn:
    whole = [entry for entry in entries if not entry.flaw]
    return Drawn(
        files=len(entries),
        pictures=sum(1 for entry in whole if not entry.change and not entry.copies),
        near_duplicates=sum(1 for entry in whole if entry.change),
        exact_duplicates=sum(1 for entry in whole if entry.copies),
        marked=sum(1 for entry in whole if entry.mark and not entry.copies),
        broken=len(entries) - len(whole),
        bytes=sum((out / entry.path).stat().st_size for entry in entries),
    )
