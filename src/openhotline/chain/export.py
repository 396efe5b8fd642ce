"""The ledger as a text file for strangers: one record a line, each carrying the very bytes that were hashed.

::

    openhotline-ledger-1 {"public_keys":["<64 hex>"]}
    line <sha-256 of the body> {"actor":...,"at":...,"details":...,...}
    checkpoint <ed25519 signature> {"at":...,"digest":...,"key_id":...,"sequence":...}
    end {"checkpoints":1,"head":"<digest>","lines":1}

``docs/reference/ledger-format.md`` is the full description.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeAlias

from openhotline.chain.canonical import encode
from openhotline.chain.checkpoint import Checkpoint, PublicKey, checkpoint_body, keyring, raw
from openhotline.chain.line import FIRST, GENESIS, Line, body
from openhotline.chain.records import FORMAT, LONGEST_RECORD, End, parse_header, parse_record
from openhotline.chain.verification import Verified, Walk, broken
from openhotline.errors import OpenHotlineError

Record: TypeAlias = "tuple[Line, bytes] | Checkpoint | End"

_REPORT_EVERY = 4096
"""Records between two calls of a progress callback."""


@dataclass(frozen=True)
class Export:
    """An opened export. ``records`` can be walked once; a line comes with the bytes that were hashed."""

    public_keys: tuple[PublicKey, ...]
    records: Iterator[Record]


def write_export(
    stream: BinaryIO,
    lines: Iterable[Line],
    checkpoints: Iterable[Checkpoint],
    public_key: PublicKey,
    *,
    earlier_keys: Sequence[PublicKey] = (),
) -> End:
    """Write the whole ledger, every checkpoint behind its line. A broken ledger is exported as it is.

    ``earlier_keys`` are those that signed checkpoints before the present key was made.
    """
    keys: list[str] = [raw(key).hex() for key in (public_key, *earlier_keys)]
    stream.write(b"%s %s\n" % (FORMAT, encode({"public_keys": keys})))
    waiting = sorted(checkpoints, key=lambda checkpoint: checkpoint.sequence, reverse=True)
    signed, count, head = len(waiting), 0, GENESIS
    for line in lines:
        stream.write(b"line %s %s\n" % (line.digest.encode(), body(line)))
        count, head = count + 1, line.digest
        while waiting and waiting[-1].sequence <= line.sequence:
            _write_checkpoint(stream, waiting.pop())
    # What is left vouches for lines that are not there. It is written so that a verifier sees it.
    while waiting:
        _write_checkpoint(stream, waiting.pop())
    end = End(checkpoints=signed, head=head, lines=count)
    stream.write(b"end %s\n" % end.body())
    return end


def read_export(stream: BinaryIO) -> Export:
    """Read the heading now, the records as they are asked for. Raises BadInput for any other file."""
    return Export(parse_header(stream.readline(LONGEST_RECORD)), _records(stream))


def verify_export(
    path: Path,
    *,
    public_key: PublicKey | Iterable[PublicKey] | None = None,
    on_progress: Callable[[int], object] | None = None,
) -> Verified:
    """Verify a file as :func:`verify` does, and that it ends where it says.

    ``public_key``: the key or keys the hotline published, obtained another way. Without them the file's own
    keys are believed, which proves agreement within the file but not who made it. ``on_progress`` is told the
    bytes read so far.
    """
    try:
        with path.open("rb") as stream:
            return _verify_stream(stream, public_key, on_progress)
    except OSError as error:
        raise OpenHotlineError(
            "The export could not be read. Check the path and the permissions, then try again.",
            details=str(error),
        ) from error


def _verify_stream(
    stream: BinaryIO,
    public_key: PublicKey | Iterable[PublicKey] | None,
    on_progress: Callable[[int], object] | None,
) -> Verified:
    export = read_export(stream)
    walk = Walk(keys=keyring(export.public_keys if public_key is None else public_key))
    for number, record in enumerate(export.records):
        match record:
            case Checkpoint():
                walk.take_checkpoint(record)
            case End():
                _check_end(record, walk.result())
            case (line, hashed):
                walk.take_line(line, hashed)
        if on_progress and number % _REPORT_EVERY == 0:
            on_progress(stream.tell())
    found = walk.result()
    if public_key is not None and not found.checkpoints:
        raise broken(FIRST, "no line is vouched for by any of the keys you named")
    return found


def _records(stream: BinaryIO) -> Iterator[Record]:
    expected = FIRST
    while text := stream.readline(LONGEST_RECORD):
        try:
            record = parse_record(text)
        except ValueError as error:
            raise broken(expected, f"it is not a ledger record ({error})") from None
        yield record
        if isinstance(record, End):
            if stream.read(1):
                raise broken(expected, "something follows the end record")
            return
        expected += not isinstance(record, Checkpoint)
    raise broken(expected, "the file stops before its end record")


def _check_end(end: End, found: Verified) -> None:
    if end != End(checkpoints=found.checkpoints, head=found.head, lines=found.lines):
        raise broken(found.lines + 1, f"the end record speaks of {end.lines} lines with another last digest")


def _write_checkpoint(stream: BinaryIO, checkpoint: Checkpoint) -> None:
    stream.write(b"checkpoint %s %s\n" % (checkpoint.signature.encode(), checkpoint_body(checkpoint)))
