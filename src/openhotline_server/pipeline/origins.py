"""The deep look: every check of an item's origin, in confinement, some time after the import.

1. Items wait that had no such look, or, asked to look again, whose last one was made with other inputs.
2. A confined worker examines the sealed original. It knows nothing of the site.
3. What the site knows joins here: known material, learned devices, earlier sightings of the same picture.
4. Each part is written in one transaction, with its ledger lines, and its cases are placed anew: never lower.

Killed at any moment it goes on where it was: what was written is not looked at again.
"""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import monotonic

from django.db import transaction
from django.db.models import QuerySet

from openhotline.errors import Busy, OpenHotlineError
from openhotline.media import confined
from openhotline_server.evidence import queries as evidence
from openhotline_server.evidence.models import Item
from openhotline_server.findings import queries as findings
from openhotline_server.findings.origin_answers import Answer, answer_in
from openhotline_server.findings.origin_records import record_origins
from openhotline_server.findings.origins import list_unlooked
from openhotline_server.ledger.events import SYSTEM
from openhotline_server.ledger.operations import gathered
from openhotline_server.pipeline.origin_inputs import inputs_of, suite_pool
from openhotline_server.pipeline.origin_verdicts import judge
from openhotline_server.triage import operations as triage
from openhotline_server.triage import queries as cases
from openhotline_server.triage.models import Case
from openhotline_server.triage.signals import gather

AT_ONCE = 32  # items in one transaction, at most
SECONDS_AT_ONCE = 10.0
"""No further item is begun in a transaction after so long: what waits for it, or is lost with it, is little."""
LARGEST = 96 * 2**20
TOO_LARGE = "It is larger than 96 MiB and was not looked at as a picture."

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Looked:
    """What came of it: items looked at, of which some could not be read; the last one's key; whether none waits."""

    looked: int = 0
    failed: int = 0
    last: int | None = None
    finished: bool = True


def look_deeper(
    *,
    items: QuerySet[Item],
    clock: Clock,
    again: bool = False,
    actor: str = SYSTEM,
    workers: int = 1,
    stop: Callable[[], bool] = lambda: False,
    progress: Callable[[int], None] = lambda _: None,
) -> Looked:
    """Look at those of ``items`` that wait for it, until ``stop`` says so after a part.

    Cost an item: some 20 ms without devices and detectors, half a second with devices, a second a detector.
    """
    if not again and not list_unlooked(items).exists():
        return Looked()
    with suite_pool(workers=workers) as pool:
        inputs = inputs_of(pool)
        waiting = list_unlooked(items, inputs=inputs if again else None)
        done = Looked()
        while part := list(waiting.filter(pk__gt=done.last or 0)[:AT_ONCE]):
            answers = dict(_look(pool, part))
            _write(answers, inputs=inputs, actor=actor, at=clock())
            failed = sum(bool(answer.failure) for answer in answers.values())
            last = max(item.pk for item in answers)
            done = Looked(done.looked + len(answers), done.failed + failed, last, finished=False)
            progress(done.looked)
            if stop():
                return done
    return Looked(done.looked, done.failed, done.last)


def _look(pool: confined.Pool, part: Sequence[Item]) -> Iterator[tuple[Item, Answer]]:
    """Look at the first items of a part: at all of them, or at as many as there is time for."""
    unread: list[tuple[Item, Answer]] = []
    begun = monotonic()

    def jobs() -> Iterator[tuple[Item, bytes, dict[str, object]]]:
        for item in part:
            if monotonic() - begun > SECONDS_AT_ONCE and item is not part[0]:
                return
            if item.size > LARGEST:
                unread.append((item, Answer(failure=TOO_LARGE)))
                continue
            try:
                untrusted_bytes = evidence.original(item)
            except OpenHotlineError as problem:  # damaged in the vault, or destroyed a moment ago
                unread.append((item, Answer(failure=problem.message[:200])))
                continue
            yield item, untrusted_bytes, {}

    for item, reply in pool.map(jobs()):
        yield item, answer_in(reply)
    yield from unread


@transaction.atomic
def _write(answers: dict[Item, Answer], *, inputs: str, actor: str, at: datetime) -> None:
    with gathered():
        record_origins(found=judge(answers), inputs=inputs, actor=actor, at=at)
        place_again(items=[item.pk for item in answers], at=at)


@transaction.atomic
def place_again(*, items: Sequence[int], at: datetime) -> None:
    """Give the waiting cases of these items their place anew. It never falls.

    A case that was left out is opened again where a learned device took one of its pictures.
    """
    for members in findings.members_by_cluster(Item.objects.filter(pk__in=items), at_once=AT_ONCE):
        signals = gather(members)
        for case in cases.list_cases_of(members):
            if case.state == Case.State.LEFT_OUT and signals[case.cluster].device:
                triage.move(case=case, to=Case.State.OPEN, actor=SYSTEM, at=at)
            if case.state in Case.WAITING:
                triage.place_again(case=case, signals=signals[case.cluster], lapsed=True, at=at)


@contextmanager
def only_look(lock: Path, *, patient: bool = False) -> Iterator[None]:
    """Hold the data directory's lock for deep looks; the system lets go of it if this process dies.

    Somebody ``patient`` waits for it: the worker lets go of it every minute. Else raises Busy.
    """
    with lock.open("a") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX if patient else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Busy(
                "Another process looks at origins on this data directory. It goes on until nothing waits."
            ) from error
        yield
