"""Reading a batch ahead: a background thread reads members and feeds the confined workers.

Between it and the writer stands a queue bounded by bytes, so memory does not grow with the batch. The thread never
touches the database. What was looked at before is not looked at again: the vault, which it asks instead, has a preview of
it. Should its row be missing all the same, because an import was killed between the two, the first step of the pipeline
finds the item and looks at it.
"""

from __future__ import annotations

import queue
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from openhotline import hashing
from openhotline.errors import OpenHotlineError
from openhotline.media import confined
from openhotline_server.evidence.operations import Capture, Failure, seal_stream
from openhotline_server.evidence.queries import was_looked_at
from openhotline_server.findings.answers import LOOK_ENTRY, found_in, not_looked_at
from openhotline_server.findings.operations import Found
from openhotline_server.intake.batches import Batch, Member
from openhotline_server.pipeline.looking import LOOK

CHUNK = 128  # members in one transaction
PARCEL = 32  # members that the reader hands to the writer at once
CHUNK_BYTES = 48 * 2**20
QUEUE_BYTES = 64 * 2**20  # some tenths of a second of reading: as long as the writer may wait for the disk
OVERHEAD = 4096  # bytes that a member in the queue takes besides its own and its preview's
IN_MEMORY = 96 * 2**20  # a larger member goes to the vault as a stream and is not looked at as a picture
REMEMBERED = 50_000  # contents of this run that need no second look

TOO_LARGE = "It is larger than 96 MiB and was not looked at as a picture."
CHANGED = "It changed while it was read. Run the import again once nobody writes to it."
UNREADABLE = "It could not be read. Check its permissions or the disk, then run the import again."


@dataclass(frozen=True)
class Skipped:
    """A member taken in by an earlier run."""


@dataclass(frozen=True)
class Read:
    """A member with its bytes, its hashes and what the confined worker found; ``found`` is None for what is known."""

    member: Member
    untrusted_bytes: bytes | None
    sha256: str
    sha1: str
    md5: str
    size: int
    found: Found | None = None
    preview: bytes | None = None

    def capture(self) -> Capture:
        """The read as the evidence stage takes it."""
        return Capture(
            path=self.member.path,
            modified=self.member.modified,
            size=self.size,
            untrusted_bytes=self.untrusted_bytes,
            preview=self.preview,
            sha256=self.sha256,
            sha1=self.sha1,
            md5=self.md5,
        )

    @property
    def weight(self) -> int:
        """Bytes held for it, about."""
        return len(self.untrusted_bytes or b"") + len(self.preview or b"") + OVERHEAD


Outcome = Read | Failure | Skipped


@contextmanager
def reading(
    batch: Batch, *, already: set[tuple[str, int | None]], workers: int
) -> Iterator[Iterator[Outcome]]:
    """Walk a batch's members with their bytes read and looked at, in flat memory; ``already`` are skipped."""
    line: _Line = _Line(QUEUE_BYTES)
    with confined.Pool(LOOK_ENTRY, workers=workers) as pool:
        thread = threading.Thread(target=_feed, args=(batch, already, pool, line), daemon=True)
        thread.start()
        try:
            yield line.outcomes()
        finally:
            line.close()
            thread.join()


def _weight(outcome: Outcome) -> int:
    return outcome.weight if isinstance(outcome, Read) else OVERHEAD


def chunks(outcomes: Iterable[Outcome]) -> Iterator[list[Outcome]]:
    """Group outcomes for one transaction each, by number and by bytes."""
    chunk: list[Outcome] = []
    weight = 0
    for outcome in outcomes:
        chunk.append(outcome)
        weight += _weight(outcome)
        if len(chunk) >= CHUNK or weight >= CHUNK_BYTES:
            yield chunk
            chunk, weight = [], 0
    if chunk:
        yield chunk


class _Closed(Exception):
    """The writer went away; the reader stops."""


class _Line:
    """A queue between the reader and the writer, bounded by the bytes that wait in it.

    What is put goes on in parcels: waking the writer for each costs more than putting it.
    """

    def __init__(self, limit: int) -> None:
        self._queue: queue.SimpleQueue[list[Outcome] | BaseException | None] = queue.SimpleQueue()
        self._parcel: list[Outcome] = []
        self._room = threading.Condition()
        self._waiting = 0
        self._limit = limit
        self._closed = False

    def put(self, outcome: Outcome) -> None:
        if self._waiting >= self._limit:
            self._send()
        with self._room:
            self._room.wait_for(lambda: self._closed or self._waiting < self._limit)
            if self._closed:
                raise _Closed
            self._waiting += _weight(outcome)
        self._parcel.append(outcome)
        if len(self._parcel) >= PARCEL:
            self._send()

    def end(self, error: BaseException | None = None) -> None:
        self._send()
        self._queue.put(error)

    def _send(self) -> None:
        if self._parcel:
            self._queue.put(self._parcel)
            self._parcel = []

    def close(self) -> None:
        with self._room:
            self._closed = True
            self._room.notify_all()

    def outcomes(self) -> Iterator[Outcome]:
        while (parcel := self._queue.get()) is not None:
            if isinstance(parcel, BaseException):
                raise parcel
            with self._room:
                self._waiting -= sum(map(_weight, parcel))
                self._room.notify_all()
            yield from parcel


def _feed(batch: Batch, already: set[tuple[str, int | None]], pool: confined.Pool, line: _Line) -> None:
    try:
        for read, reply in pool.map(_jobs(batch, already, line)):
            found, preview = found_in(reply)
            line.put(replace(read, found=found, preview=preview))
        line.end()
    except _Closed:
        return
    except BaseException as error:  # noqa: BLE001 - handed to the writer, who raises it
        line.end(error)


def _jobs(
    batch: Batch, already: set[tuple[str, int | None]], line: _Line
) -> Iterator[tuple[Read, bytes, dict[str, object]]]:
    """Read members; what needs no look goes straight to the writer."""
    seen: OrderedDict[str, None] = OrderedDict()
    for member in batch.members():
        if (member.path, member.modified) in already:
            line.put(Skipped())
            continue
        outcome = _read(member)
        if (
            isinstance(outcome, Failure)
            or outcome.untrusted_bytes is None
            or outcome.sha256 in seen
            or was_looked_at(outcome.sha256)
        ):
            line.put(outcome)
            continue
        seen[outcome.sha256] = None
        if len(seen) > REMEMBERED:
            seen.popitem(last=False)
        yield outcome, outcome.untrusted_bytes, LOOK


def _read(member: Member) -> Read | Failure:
    if member.problem:
        return Failure(member.path, member.problem)
    for _ in range(2):  # a file that changed under the first read gets a second one
        try:
            read = _sealed(member) if member.size > IN_MEMORY else _in_memory(member)
            if member.unchanged():
                return read
        except OpenHotlineError:
            raise
        except Exception as error:  # noqa: BLE001
            # A stranger's file must not stop the batch: zip and tar readers raise what their codecs raise.
            return Failure(member.path, f"{UNREADABLE} ({type(error).__name__})")
    return Failure(member.path, CHANGED)


def _in_memory(member: Member) -> Read:
    with member.open() as stream:
        # Not more than is there: room for the largest member would be made, and filled with zeros, for each.
        untrusted_bytes = stream.read(member.size + 1)
        if len(untrusted_bytes) > member.size:
            untrusted_bytes += stream.read(IN_MEMORY + 1 - len(untrusted_bytes))
    if len(untrusted_bytes) > IN_MEMORY:
        raise ValueError("grew")
    digests = hashing.digests(untrusted_bytes)
    return Read(member, untrusted_bytes, digests.sha256, digests.sha1, digests.md5, digests.size)


def _sealed(member: Member) -> Read:
    with member.open() as stream:
        d = seal_stream(stream)
    return Read(member, None, d.sha256, d.sha1, d.md5, d.size, found=not_looked_at(TOO_LARGE))
