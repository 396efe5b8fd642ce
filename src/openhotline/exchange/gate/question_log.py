"""The gate's own ledger: who asked, when, how many, with how many matches. Never a hash, never a name of a file.

The file holds the records of a ledger export (``docs/reference/ledger-format.md``) without its end, so that it
can grow. A line is with the system before its question is answered, and on the disk at most a second later: a
killed process loses nothing, a power cut at most the last second.
"""

from __future__ import annotations

import mmap
import os
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from openhotline import chain
from openhotline.chain.canonical import encode
from openhotline.chain.checkpoint import checkpoint_body, raw
from openhotline.chain.line import body
from openhotline.chain.records import FORMAT, parse_header, parse_record
from openhotline.errors import BadInput, ChainBroken, OpenHotlineError

ASKED, REFUSED = "match.asked", "match.refused"
LINES_PER_CHECKPOINT = 1000
SETTLED_EVERY = 1.0
"""Seconds between two waits for the disk."""


class QuestionLog:
    """Open for one process at a time; whoever makes it holds the folder's lock. Close it at the end."""

    def __init__(self, path: Path, key: Ed25519PrivateKey) -> None:
        self._key, self._lock = key, threading.Lock()
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._path = path
        self._size = os.fstat(self._file).st_size
        self._sequence, self._head = 0, chain.GENESIS
        self._last: chain.Line | None = None
        if self._size:
            self._continue()
        else:
            self._write(b"%s %s\n" % (FORMAT, encode({"public_keys": [raw(key.public_key()).hex()]})))
        self._unsettled, self._closing = True, threading.Event()
        self._settling = threading.Thread(target=self._settle, daemon=True, name="openhotline-log")
        self._settling.start()

    def _continue(self) -> None:
        """Find the last line, and cut off what a power cut left half written."""
        with _mapped(self._file) as content:
            whole = content.rfind(b"\n") + 1
            last = next(
                (record for record in _backwards(content, whole) if isinstance(record, chain.Line)), None
            )
        if whole != self._size:
            os.ftruncate(self._file, whole)
            self._size = whole
        if last is not None:
            self._last, self._sequence, self._head = last, last.sequence, last.digest

    def record(self, *, actor: str, event: str, at: datetime, details: Mapping[str, chain.JSON]) -> None:
        """Append a line. Raises where it could not be written: then nothing may be answered."""
        with self._lock:
            line = chain.link(
                previous=self._head,
                sequence=self._sequence + 1,
                at=at,
                actor=actor,
                event=event,
                subject="gate",
                details=details,
            )
            self._write(b"line %s %s\n" % (line.digest.encode(), body(line)))
            self._last, self._sequence, self._head = line, line.sequence, line.digest
            if line.sequence % LINES_PER_CHECKPOINT == 0:
                self._sign(at)

    def asked_on(self, day: date) -> Counter[str]:
        """Return what each caller asked on a day (UTC), by walking back from the end."""
        asked: Counter[str] = Counter()
        with self._lock, _mapped(self._file) as content:
            for record in _backwards(content, self._size):
                if isinstance(record, chain.Line):
                    if record.at.date() < day:
                        break
                    if record.event == ASKED and record.at.date() == day:
                        asked[record.actor] += _whole(record.details.get("asked"))
        return asked

    def close(self, at: datetime) -> None:
        """Sign the last line and bring everything to the disk."""
        self._closing.set()
        self._settling.join()
        with self._lock:
            self._sign(at)
            os.fsync(self._file)
            os.close(self._file)

    def _sign(self, at: datetime) -> None:
        if self._last is not None:
            signed = chain.sign_checkpoint(self._last, at=at, key=self._key)
            self._write(b"checkpoint %s %s\n" % (signed.signature.encode(), checkpoint_body(signed)))

    def _write(self, record: bytes) -> None:
        try:
            written = os.write(self._file, record)
        except OSError:
            written = 0
        if written != len(record):
            os.ftruncate(self._file, self._size)
            raise OpenHotlineError(
                "The question could not be written down, so it is not answered. Make room on the disk."
            )
        self._size += written
        self._unsettled = True

    def _settle(self) -> None:
        while not self._closing.wait(SETTLED_EVERY):
            if self._unsettled:
                self._unsettled = False
                os.fsync(self._file)


def export_log(path: Path, stream: BinaryIO) -> chain.End:
    """Write a log as a ledger export, which ``openhotline ledger verify`` checks."""
    with path.open("rb") as file:
        keys = parse_header(file.readline())
    signed = [record for record in _records(path) if isinstance(record, chain.Checkpoint)]
    by_line = {checkpoint.sequence: checkpoint for checkpoint in signed}  # a restart signs a line again
    lines = (record for record in _records(path) if isinstance(record, chain.Line))
    return chain.write_export(stream, lines, by_line.values(), keys[0], earlier_keys=keys[1:])


def _records(path: Path) -> Iterator[chain.Line | chain.Checkpoint | chain.End]:
    with path.open("rb") as file:
        file.readline()
        for number, text in enumerate(file, 1):
            try:
                yield _parsed(text)
            except ValueError:
                raise ChainBroken(
                    "The gate's log holds something that is no record of it. Keep the file and restore it.",
                    sequence=number,
                ) from None


def _backwards(content: mmap.mmap, end: int) -> Iterator[chain.Line | chain.Checkpoint | chain.End]:
    """Yield records from the last one on, up to the heading."""
    first = content.find(b"\n") + 1
    while end > first:
        begin = max(content.rfind(b"\n", 0, end - 1) + 1, first)
        try:
            yield _parsed(content[begin:end])
        except ValueError:
            raise BadInput(
                "The gate's log was altered at its end. Move it away and keep it; a new one is begun."
            ) from None
        end = begin


def _parsed(text: bytes) -> chain.Line | chain.Checkpoint | chain.End:
    record = parse_record(text)
    return record[0] if isinstance(record, tuple) else record


def _mapped(descriptor: int) -> mmap.mmap:
    return mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ)


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0
