"""An mbox file, letter by letter, in the memory of one letter (RFC 4155; quoting as mboxrd does it)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import BinaryIO

from openhotline.errors import BadInput
from openhotline.exchange.mailbox.letters import LARGEST, RawLetter, too_large

LONGEST_LINE = 1 << 16
"""Bytes read at once; RFC 5322 allows 998 in a line. A longer line comes in pieces and is joined again."""

_quoted = re.compile(rb">+From ")
_moment = re.compile(
    rb"[A-Z][a-z]{2} [A-Z][a-z]{2} [ 0-9]\d \d{2}:\d{2}(?::\d{2})?(?: [A-Za-z+\-0-9]{1,6})? \d{4}"
)


def letters_of_mbox(path: Path) -> Iterator[RawLetter]:
    """Every letter of the file, in its order. Raises BadInput for what is no mbox file."""
    try:
        stream = path.open("rb")
    except OSError as error:
        raise BadInput(
            "That mailbox cannot be read. Check its path and permissions.", details=str(error)
        ) from error
    with stream:
        first = stream.readline(LONGEST_LINE)
        while first in (b"\n", b"\r\n"):
            first = stream.readline(LONGEST_LINE)
        if not first:
            return
        if not first.startswith(b"From "):
            raise BadInput(
                "This is no mbox file: it does not begin with a line 'From '. Export the mailbox as mbox."
            )
        yield from _letters(stream, first)


def _letters(stream: BinaryIO, divider: bytes) -> Iterator[RawLetter]:
    number = 0
    while divider:
        number += 1
        arrived = _arrived(divider)
        found, divider = _one(stream)
        place = f"letter {number}"
        yield RawLetter(place, found, arrived_on=arrived) if found is not None else too_large(place, arrived)


def _one(stream: BinaryIO) -> tuple[bytes | None, bytes]:
    """The bytes up to the next divider, or None where they are too many; and that divider, empty at the end."""
    lines: list[bytes] = []
    size, after_empty, begins = 0, False, True
    while line := stream.readline(LONGEST_LINE):
        if begins and after_empty and line.startswith(b"From ") and _moment.search(line):
            return (b"".join(lines) if size <= LARGEST else None), line
        if begins and _quoted.match(line):
            line = line[1:]
        size += len(line)
        if size <= LARGEST:
            lines.append(line)
        else:
            lines.clear()
        after_empty, begins = begins and line in (b"\n", b"\r\n"), line.endswith(b"\n")
    return (b"".join(lines) if size <= LARGEST else None), b""


def _arrived(divider: bytes) -> date | None:
    found = _moment.search(divider)
    if found is None:
        return None
    words = found[0].decode("ascii").split()
    try:
        return datetime.strptime(f"{words[1]} {words[2]} {words[-1]}", "%b %d %Y").replace(tzinfo=UTC).date()
    except ValueError:
        return None
