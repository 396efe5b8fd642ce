"""Taking in a batch: read, hash, decode in confinement, seal, write down; resumable at any moment.

``reading.py`` reads members and has them looked at; here they are sealed and written chunk by chunk, each chunk one
transaction, so that a process killed at any moment leaves whole chunks and nothing half.
"""

from __future__ import annotations

import fcntl
import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from openhotline.errors import Busy
from openhotline_server.evidence import operations as evidence
from openhotline_server.evidence.queries import places_seen
from openhotline_server.findings import operations as findings
from openhotline_server.intake import operations as intake
from openhotline_server.intake.batches import Batch, open_batch
from openhotline_server.intake.models import Report
from openhotline_server.ledger import operations as ledger
from openhotline_server.pipeline import steps, tasks
from openhotline_server.pipeline.background import after_commit
from openhotline_server.pipeline.reading import Read, chunks, reading

Clock = Callable[[], datetime]

SELDOM = 50_000
"""New objects that Python's garbage collector waits for."""


@dataclass(frozen=True)
class Imported:
    """What an import did, for the person who ran it."""

    report: Report
    taken: int
    new_items: int
    already_here: int
    failures: int
    skipped: int


@dataclass(frozen=True)
class Progress:
    """Where an import stands: members done of a total, where that is known."""

    done: int
    total: int | None


def import_batch(
    *,
    path: Path,
    source: str,
    received_on: date,
    actor: str,
    clock: Clock,
    progress: Callable[[Progress], None] = lambda _: None,
    workers: int = 2,
    later: bool = False,
) -> Imported:
    """Take in everything below ``path`` as one report and run the machine part of the pipeline on it.

    Run again after any interruption, it goes on where it stopped; run again after it finished, it takes in only
    what is new or changed. With ``later`` the rest of the way is left to the worker.
    """
    with only_import(settings.DATA.import_lock), _unhurried_collector(), _unhurried_log():
        batch = open_batch(path)
        report = intake.receive(
            kind=Report.Kind.BATCH,
            source=source,
            origin=f"{batch.origin}\n{source}\n{received_on}",
            received_on=received_on,
            actor=actor,
            at=clock(),
        )
        counts = _take_in(batch, report, actor=actor, clock=clock, progress=progress, workers=workers)
        with transaction.atomic():
            intake.finish(report=report, at=clock())
            if later:
                after_commit(tasks.advance, report.pk)
        if not later:
            steps.run_here(report, clock=clock)
        return counts


def take_in_members(*, batch: Batch, report: Report, actor: str, clock: Clock, workers: int = 2) -> Imported:
    """Take the members of a batch into a report that is there already. Call it with :func:`only_import`."""
    return _take_in(batch, report, actor=actor, clock=clock, progress=lambda _: None, workers=workers)


def _take_in(
    batch: Batch,
    report: Report,
    *,
    actor: str,
    clock: Clock,
    progress: Callable[[Progress], None],
    workers: int,
) -> Imported:
    taken = new = failed = skipped = 0
    with reading(batch, already=places_seen(report), workers=workers) as members:
        for chunk in chunks(members):
            reads = [r for r in chunk if isinstance(r, Read)]
            failures = [r for r in chunk if isinstance(r, evidence.Failure)]
            new += _write(report, reads, failures, actor=actor, at=clock())
            taken += len(reads)
            failed += len(failures)
            skipped += len(chunk) - len(reads) - len(failures)
            progress(Progress(taken + failed + skipped, batch.total))
    return Imported(report, taken, new, taken - new, failed, skipped)


def _write(
    report: Report, reads: Sequence[Read], failures: Sequence[evidence.Failure], *, actor: str, at: datetime
) -> int:
    """Seal and write one chunk in one transaction; return the number of new items."""
    with transaction.atomic(), ledger.gathered():
        captured = evidence.capture_many(
            report=report, captures=[r.capture() for r in reads], actor=actor, at=at
        )
        looked = {r.sha256: r.found for r in reads if r.found is not None}
        findings.record_examinations(
            found={item: looked[sha256] for sha256, item in captured.new.items() if sha256 in looked}, at=at
        )
        evidence.note_failures(report=report, failures=failures, actor=actor, at=at)
    return len(captured.new)


@contextmanager
def _unhurried_collector() -> Iterator[None]:
    """Let Python's garbage collector look seldom, and not at what was there before.

    Else it walks all loaded code again and again, and all rows at hand at every seven hundredth new one: a fifth of the
    time in which clusters and cases are made. Nearly nothing here is for the collector; what is, waits a little.
    """
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(SELDOM, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


@contextmanager
def _unhurried_log() -> Iterator[None]:
    """Let SQLite's write-ahead log grow to 80 MB before it is copied into the database, as it is after every 4 MB.

    What is committed is on the disk all the same. A large import touches the same pages of its indexes over and over;
    copied less often, they cost a tenth of a millisecond a file less.
    """
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        before = cursor.execute("PRAGMA wal_autocheckpoint").fetchone()[0]
        cursor.execute("PRAGMA wal_autocheckpoint = 20000")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA wal_autocheckpoint = {int(before)}")


@contextmanager
def only_import(lock: Path) -> Iterator[None]:
    """Hold the data directory's import lock; the system lets go of it if this process dies."""
    with lock.open("a") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy(
                "Another import is running on this data directory. Wait until it is done, then run this one again."
            ) from error
        yield
