"""Lines of a stream in bounded memory, whatever the stream holds: one line of a gigabyte, NUL bytes, no text.

Lines end with LF or CRLF and count from 1. A line that cannot be read stands in its place as a BadRow.
"""

from __future__ import annotations

from typing import BinaryIO, NamedTuple

from openhotline.hashlists.rows import BadRow

CHUNK = 1 << 18
"""Bytes read at once."""

LONGEST_LINE = 1 << 20
"""Bytes. The longest honest line is a few kilobytes; nothing longer is held."""

BOM = b"\xef\xbb\xbf"

TOO_LONG = f"The line is longer than {LONGEST_LINE:,} bytes and was passed over."
NOT_UTF8 = "The line is no UTF-8 text."
NUL = "The line holds a NUL byte."


class Lines(NamedTuple):
    """Whole lines without their ends. ``clean`` says that all of them are text."""

    offset: int
    line: int
    texts: list[str | BadRow]
    clean: bool


class LineSource:
    """Reads lines from ``offset``, which begins line ``line``."""

    def __init__(self, stream: BinaryIO, *, offset: int = 0, line: int = 1) -> None:
        go_to(stream, offset)
        self._stream, self.offset, self._line = stream, offset, line
        self._rest = b""  # read and not yet given; begins at _offset
        self._last = b""
        self.ended = False

    def take(self) -> Lines | None:
        """Return the next lines, or None at the end."""
        cut = self._fill()
        if not self._rest:
            return None
        if cut == 0:
            return self._pass_over()
        raw, self._rest = self._rest[:cut], self._rest[cut:]
        texts, clean = _texts(raw, self.offset, self._line)
        found = Lines(self.offset, self._line, texts, clean)
        self.offset, self._line, self._last = self.offset + len(raw), self._line + len(texts), raw
        return found

    def has_more(self) -> bool:
        """Say whether a line that can be held follows what was taken last, reading on until that is known."""
        while b"\n" not in self._rest and not self.ended and len(self._rest) <= LONGEST_LINE:
            self._read()
        return b"\n" in self._rest or (self.ended and 0 < len(self._rest) <= LONGEST_LINE)

    def put_back(self, count: int) -> None:
        """Undo the taking of the last ``count`` lines of what :meth:`take` gave last."""
        at = len(self._last)
        for _ in range(count):
            at = self._last.rfind(b"\n", 0, at - 1) + 1
        back, self._last = self._last[at:], self._last[:at]
        self._rest, self.offset, self._line = back + self._rest, self.offset - len(back), self._line - count

    def _read(self) -> None:
        data = self._stream.read(CHUNK)
        self.ended = not data
        self._rest += data

    def _fill(self) -> int:
        """Read until a whole line is there; return the end of the last whole one, 0 if it is too long."""
        if len(self._rest) < CHUNK and not self.ended:
            self._read()
        while not (cut := self._rest.rfind(b"\n") + 1):
            if self.ended or len(self._rest) > LONGEST_LINE:
                break
            self._read()
        behind = len(self._rest) - cut
        return len(self._rest) if self.ended and behind <= LONGEST_LINE else cut

    def _pass_over(self) -> Lines:
        """Pass over a line that is too long, holding one chunk of it at a time."""
        found = Lines(self.offset, self._line, [BadRow(self._line, TOO_LONG)], False)
        while (end := self._rest.find(b"\n") + 1) == 0 and not self.ended:
            self.offset += len(self._rest)
            self._rest = b""
            self._read()
        end = end or len(self._rest)
        self.offset, self._rest, self._line = self.offset + end, self._rest[end:], self._line + 1
        self._last = b""
        return found


def go_to(stream: BinaryIO, offset: int) -> None:
    """Move a fresh stream to a byte, by reading where it cannot seek."""
    if stream.seekable():
        stream.seek(offset)
        return
    while offset > 0 and (data := stream.read(min(offset, CHUNK))):
        offset -= len(data)


def first_bytes(stream: BinaryIO, size: int) -> bytes:
    """Return so many bytes, fewer only at the end: a raw stream may give less than it is asked for."""
    pieces: list[bytes] = []
    while size > 0 and (data := stream.read(size)):
        pieces.append(data)
        size -= len(data)
    return b"".join(pieces)


def _texts(raw: bytes, offset: int, line: int) -> tuple[list[str | BadRow], bool]:
    """Decode whole lines: all at once where all are text, else one by one."""
    raw = raw.removesuffix(b"\n")
    if offset == 0:
        raw = raw.removeprefix(BOM)
    clean = len(raw) <= LONGEST_LINE and b"\0" not in raw
    try:
        if clean:
            return list(raw.decode("utf-8").replace("\r\n", "\n").removesuffix("\r").split("\n")), True
    except UnicodeDecodeError:
        pass
    return [_text(one, line + index) for index, one in enumerate(raw.split(b"\n"))], False


def _text(raw: bytes, line: int) -> str | BadRow:
    if len(raw) > LONGEST_LINE:
        return BadRow(line, TOO_LONG)
    if b"\0" in raw:
        return BadRow(line, NUL)
    try:
        return raw.decode("utf-8").removesuffix("\r")
    except UnicodeDecodeError:
        return BadRow(line, NOT_UTF8)
