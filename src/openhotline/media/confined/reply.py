"""What comes back from a confined process, and how its errors become ours again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from openhotline import errors
from openhotline.errors import OpenHotlineError
from openhotline.media.confined.wire import Frame
from openhotline.media.reasons import worker_failed

_LONGEST_WORDS = 600
_KNOWN = {
    kind.__name__: kind
    for kind in (
        *(errors.WrongUsage, errors.Refused, errors.NotFound, errors.Conflict, errors.BadInput),
        *(errors.Undecodable, errors.TooLarge, errors.Damaged, errors.WorkerFailed),
    )
}


@dataclass(frozen=True)
class Reply:
    """What an entry returned: a JSON header and raw blobs. Both come from behind untrusted bytes."""

    header: dict[str, Any]
    blobs: list[bytes]


def understand(frame: Frame) -> Reply | OpenHotlineError:
    """Return the reply or the error that a frame holds; anything else is a malformed reply."""
    header, error = frame.header.get("header"), frame.header.get("error")
    if isinstance(header, dict):
        return Reply(header, frame.blobs)
    if not isinstance(error, dict):
        return worker_failed("malformed_reply")
    kind = _KNOWN.get(str(error.get("class")), errors.WorkerFailed)
    return kind(plain(error.get("message")), details=plain(error.get("details")))


def plain(words: object) -> str:
    """Return words that can do no harm in a log: printable, one line, of bounded length."""
    return "".join(sign if sign.isprintable() else " " for sign in str(words or "")[:_LONGEST_WORDS])
