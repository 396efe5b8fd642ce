"""Feed each worker, wait for any, bury the dead, hand out answers. One thread, no locks."""

from __future__ import annotations

import select
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from openhotline.errors import OpenHotlineError
from openhotline.media.confined.process import Process, Task
from openhotline.media.confined.reply import Reply, understand
from openhotline.media.confined.wire import MalformedError
from openhotline.media.reasons import reason_of, too_large, worker_failed

Outcome: TypeAlias = tuple[Task, Reply | OpenHotlineError]
Start: TypeAlias = Callable[[], Process]

# One request being worked on and one waiting in the pipe; more while all of them fit into it. So the worker never
# waits for us, though we be busy for the time of some pictures, and we hold little.
_DEPTH, _MOST = 2, 4


def run(crew: list[Process], tasks: Iterable[Task], start: Start) -> Iterator[Outcome]:
    """Yield each task with its outcome, as they come. ``crew`` is kept up to date as workers are replaced."""
    source = iter(tasks)
    refused: list[Outcome] = []
    more = True
    while True:
        more = more and _feed(crew, source, start, refused)
        if not more and not refused and not any(process.in_flight for process in crew):
            return
        for outcome in refused or _turn(crew, start):
            before = time.monotonic()
            yield outcome
            _give_time(crew, time.monotonic() - before)
        refused.clear()


def _feed(crew: list[Process], source: Iterator[Task], start: Start, refused: list[Outcome]) -> bool:
    """Give every worker as many requests as it may have, one round at a time; return whether there may be more."""
    for depth in range(1, _MOST + 1):
        for place, process in enumerate(crew):
            if len(process.in_flight) >= depth or (depth > _DEPTH and process.pipe_is_full):
                continue
            if not process.takes_more:
                if process.in_flight:
                    continue
                process.end()
                crew[place] = process = start()
            task = next(source, None)
            if task is None:
                return False
            if task.size > process.largest_request:
                refused.append((task, too_large("too_many_bytes")))
                return True
            process.send(task)
    return True


def _turn(crew: list[Process], start: Start) -> list[Outcome]:
    """Wait until something can be read or written or somebody's time is up, and deal with it."""
    poll = select.poll()
    for process in crew:
        poll.register(process.output, select.POLLIN)
        if process.writing:
            poll.register(process.input, select.POLLOUT)
    patience = min(process.deadline for process in crew) - time.monotonic()
    ready = {descriptor for descriptor, _ in poll.poll(max(patience, 0) * 1000 + 1)}
    outcomes: list[Outcome] = []
    for place, process in enumerate(crew):
        if process.input in ready:
            process.push()
        if process.output in ready:
            outcomes += _collect(crew, place, start)
        elif process.deadline <= time.monotonic():
            outcomes += _bury(crew, place, start, worker_failed("out_of_time"))
    return outcomes


def _collect(crew: list[Process], place: int, start: Start) -> list[Outcome]:
    """Take all answers that one worker has ready."""
    process = crew[place]
    outcomes: list[Outcome] = []
    try:
        while (frame := process.pull()) is not None:
            if not process.in_flight:
                raise MalformedError
            outcomes.append((process.in_flight.popleft(), understand(frame)))
    except EOFError:
        outcomes += _bury(crew, place, start, process.post_mortem())
    except MalformedError as problem:
        outcomes += _bury(crew, place, start, worker_failed(problem.reason))
    return outcomes


def _bury(crew: list[Process], place: int, start: Start, verdict: OpenHotlineError) -> list[Outcome]:
    """Put a new worker in a dead one's place, and decide whose fault it was.

    1. It never became ready: the pool itself is broken; raise.
    2. It said that it would leave: nobody's fault.
    3. Otherwise the oldest request in flight is to blame, except that a crash may be the late effect of an
    earlier file in the same process: then it gets one more chance as the first in a fresh process. 4.
    Requests behind it were only waiting; the new worker gets them.
    """
    process = crew[place]
    if process.confinement is None:  # 1
        raise process.stillborn()
    waiting = list(process.in_flight)
    process.end()
    outcomes: list[Outcome] = []
    if waiting and not process.leaving:  # 2
        first = waiting[0]
        if reason_of(verdict) == "crashed" and process.answered and not first.attempts:  # 3
            first.attempts += 1
        else:
            outcomes.append((waiting.pop(0), verdict))
    process.in_flight.clear()
    crew[place] = start()
    for task in waiting:  # 4
        crew[place].send(task)
    return outcomes


def _give_time(crew: list[Process], seconds: float) -> None:
    """Stop the clocks for as long as nobody watched, because an answer was being dealt with."""
    for process in crew:
        process.since += seconds
