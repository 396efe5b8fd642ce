"""Every member of a shard looked at once: batches go through a confined process while the next are read.

Digests are made on the reading side, everything else of a stranger's bytes in the confined process. Where that dies,
takes too long or answers in another form, the members of its batch are asked about one by one: each costs only itself.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import repeat
from types import TracebackType
from typing import Any, Self, TypeAlias

from openhotline.datasets.bulk.batch import MOST_ROWS, Batch
from openhotline.datasets.bulk.record import NO_QUALITY, REASONS, Looked
from openhotline.datasets.bulk.replies import failed, failed_by, read_reply
from openhotline.datasets.inputs.shard import Item
from openhotline.errors import Busy, OpenHotlineError
from openhotline.media.confined import Limits, Pool, Reply
from openhotline.media.reasons import reason_of

ENTRY = "openhotline.datasets.bulk.entry:batch_entry"

BATCH_BYTES, BATCH_MEMBERS = 4 << 20, 512
"""Of the members that are looked at. A few batches are held at a time; larger ones make asking the lists no cheaper."""

MOST_HELD = 8
"""Batches for each process that wait for an earlier one, where a member of that takes its time."""

Part: TypeAlias = tuple[Batch, Sequence[int]]


class Looker:
    """Confined processes that stay warm, started when the first picture comes. Use it in a ``with`` block.

    One at a time may :meth:`look`; :meth:`strict` may be asked meanwhile, by a process of its own. With ``census`` the
    looks have claims. ``start`` makes a pool of so many processes around :data:`ENTRY`, or around what stands for it.
    """

    def __init__(
        self,
        *,
        workers: int = 1,
        census: bool = False,
        limits: Limits | None = None,
        start: Callable[[int], Pool] | None = None,
    ) -> None:
        self._workers, self._census = workers, census
        self._start = start or partial(_start, limits=limits)
        self._pool: Pool | None = None
        self._strict: Pool | None = None

    def look(
        self,
        items: Iterable[Item],
        *,
        batch_bytes: int = BATCH_BYTES,
        batch_members: int = BATCH_MEMBERS,
        expects_pictures: bool = False,
    ) -> Iterator[Looked]:
        """Yield all members in their order, a batch at a time, in flat memory.

        ``expects_pictures`` where every member should be one whatever its name (a column of pictures): then what is
        none is told as unreadable.
        """
        batches = _batches(items, batch_bytes, batch_members, expects_pictures=expects_pictures)
        line = _Line(batches, census=self._census, most_held=MOST_HELD * self._workers)
        while line.is_open:
            if line.asks:
                self._pool = self._pool or self._start(self._workers)
                for part, outcome in self._pool.map(line.jobs()):
                    line.take(part, outcome)
                    yield from line.in_order()
            else:
                yield line.unasked()

    def strict(self, untrusted_bytes: bytes) -> tuple[bytes | None, int, str]:
        """Return a picture's strict PDQ hash, its quality and no reason; or None, -1 and a code of ``REASONS``."""
        self._strict = self._strict or self._start(1)
        try:
            reply = self._strict.call(untrusted_bytes, sizes=[len(untrusted_bytes)], strict=True)
        except Busy:  # said here and not by the process: two threads ask
            raise
        except OpenHotlineError as problem:
            return None, NO_QUALITY, reason_of(problem)
        answers = read_reply(reply, asked=1, census=False)
        if answers is None:
            return None, NO_QUALITY, "malformed_reply"
        answer = answers[0]
        if answer["reason"]:
            return None, NO_QUALITY, REASONS[answer["reason"]]
        return answer["pdq"].tobytes(), int(answer["quality"]), ""

    def close(self) -> None:
        """End all processes."""
        for pool in (self._pool, self._strict):
            if pool is not None:
                pool.close()
        self._pool = self._strict = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _start(workers: int, *, limits: Limits | None) -> Pool:
    return Pool(ENTRY, workers=workers, limits=limits)


class _Line:
    """Batches on their way through the processes, put back into their order as they come out whole."""

    def __init__(self, batches: Iterator[Batch], *, census: bool, most_held: int) -> None:
        self._batches, self._census, self._most_held = batches, census, most_held
        self._held: deque[Batch] = deque()
        self._again: deque[Part] = deque()
        self._waiting: Batch | None = None
        self._requests: Iterator[Part] = iter(())

    @property
    def is_open(self) -> bool:
        """Whether anything is still to come."""
        return bool(self._again) or self._peek() is not None

    @property
    def asks(self) -> bool:
        """Whether a process is to be asked next. Else everything before is done, and a batch waits that asks nothing."""
        return bool(self._again) or bool(self._waiting and self._waiting.asked)

    def unasked(self) -> Looked:
        """Return the batch that asks nothing."""
        batch = self._peek()
        assert batch is not None and not batch.asked
        self._waiting = None
        return batch.looked()

    def jobs(self) -> Iterator[tuple[Part, list[bytes], Mapping[str, Any]]]:
        """Yield requests: first what is to be asked again, then new batches, up to one that asks nothing.

        Where too many wait for one before them, there are no more until all that were asked for are answered.
        """
        while True:
            part = self._again.popleft() if self._again else next(self._requests, None)
            if part is not None:
                pieces = part[0].payload(part[1])
                sizes = [len(piece) for piece in pieces]
                yield part, pieces, {"sizes": sizes, "census": self._census}
            elif len(self._held) < self._most_held and (new := self._peek()) is not None and new.asked:
                self._held.append(new)
                self._waiting = None
                self._requests = zip(repeat(new), new.requests())
            else:
                return

    def _peek(self) -> Batch | None:
        """Return the next batch that nobody was asked about; it is read when it is wanted."""
        if self._waiting is None:
            self._waiting = next(self._batches, None)
        return self._waiting

    def take(self, part: Part, outcome: Reply | OpenHotlineError) -> None:
        """Take what came of a request; what it left open is asked again."""
        batch, places = part
        if isinstance(outcome, Reply):
            answers = read_reply(outcome, asked=len(places), census=self._census)
            if answers is not None:
                batch.answer(places[: len(answers)], answers)
                if len(answers) < len(places):
                    self._again.append((batch, places[len(answers) :]))
                return
        if len(places) > 1:
            self._again.extend((batch, [place]) for place in places)
        elif isinstance(outcome, Reply):
            batch.answer(places, failed("malformed_reply"))
        else:
            batch.answer(places, failed_by(outcome))

    def in_order(self) -> Iterator[Looked]:
        """Yield what is whole and has nothing before it that is not."""
        while self._held and not self._held[0].missing:
            yield self._held.popleft().looked()


def _batches(
    items: Iterable[Item], batch_bytes: int, batch_members: int, *, expects_pictures: bool
) -> Iterator[Batch]:
    batch = Batch(expects_pictures=expects_pictures)
    for item in items:
        coming = len(item.untrusted_bytes or b"")
        full = len(batch.asked) >= batch_members or len(batch.keys) >= MOST_ROWS
        if full or (batch.asked and batch.size + coming > batch_bytes):
            yield batch
            batch = Batch(expects_pictures=expects_pictures)
        batch.add(item)
    if batch.keys:
        yield batch
