"""JSON as rows: our own document, an array of objects, or an object a line.

Our own entries are checked as strictly as :func:`read_json` checks them. Objects of others may call their members
by any name that a column of CSV may have; hashes may stand in an inner object ``hashes`` or ``fingerprints``.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, cast

from openhotline.errors import BadInput
from openhotline.hashlists import columns as c
from openhotline.hashlists.as_json import ENTRIES, HEAD, check_head, entry_of
from openhotline.hashlists.byte_lines import BOM, LineSource, first_bytes, go_to
from openhotline.hashlists.cells import rows_of_cells
from openhotline.hashlists.hash_list import bad_line
from openhotline.hashlists.json_walk import STRICT, Found, Walk, utf8
from openhotline.hashlists.kinds import placed
from openhotline.hashlists.rows import BadRow, Batch, Item, Mark, Position, Row, gather

OWN, ARRAY, LINES = "own", "array", "lines"

HEAD_BYTES = 1 << 16
"""Of a list, from which its shape is told."""

LONGEST_HEAD = 300
"""Characters of one value in the head of our own document."""

INNER = ("hashes", "fingerprints")
NO_OBJECT = "Here stands no object with named members."
NOT_JSON = "The line is no JSON object, or says a thing twice."

_openings = {OWN: '{"entries":[null', ARRAY: "[null"}
"""What stands before an entry, so that a walk that begins behind one finds itself in the middle of a list."""


def json_batches(stream: BinaryIO, start: Position) -> Iterator[Batch]:
    """Read JSON of any shape from a position."""
    shape = start.state.get("shape")
    if shape is None:
        stream, shape = _shape(stream)
    if shape == LINES:
        yield from _line_batches(stream, start)
        return
    if shape not in _openings:
        raise BadInput("The stored position is not of this form. Read the list again from its beginning.")
    reader = _Reader(stream, start, shape)
    yield from gather(reader.parts(), reader.mark, lambda: reader.walk.offset)


def _shape(stream: BinaryIO) -> tuple[BinaryIO, str]:
    """Tell the shape from the first bytes; return a stream that still has them."""
    go_to(stream, 0)
    head = first_bytes(stream, HEAD_BYTES)
    text = head.removeprefix(BOM).lstrip()
    rest = stream
    if not stream.seekable():
        rest = cast(BinaryIO, Ahead(head, stream))
    if text.startswith(b"["):
        return rest, ARRAY
    return rest, LINES if _is_entry(text.partition(b"\n")[0]) else OWN


def _is_entry(line: bytes) -> bool:
    try:
        first = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(first, dict) and ENTRIES not in first and "format" not in first


class _Reader:
    """Reads an array of entries, alone or within our own document."""

    def __init__(self, stream: BinaryIO, start: Position, shape: str) -> None:
        self._shape, self._leave_out = shape, bool(start.state)
        self._head: dict[str, list[Any]] = dict(start.state.get("head", {}))
        before = _openings[shape] if start.state else ""
        go_to(stream, start.offset)
        self.walk = Walk(utf8(stream), before=before, offset=start.offset, line=start.line)

    def mark(self) -> Mark:
        """Return the place behind the last entry; before the first one that is the document's beginning."""
        if not self.walk.offset:
            return Mark(0, 1, {})
        head = {name: found for name, found in self._head.items() if name != ENTRIES}
        return Mark(self.walk.offset, self.walk.line, {"shape": self._shape, "head": head})

    def parts(self) -> Iterator[list[Item]]:
        """Yield the rows of one entry after the other."""
        if self._shape == ARRAY:
            yield from self._entries(_of_anybody)
            self.walk.end()
            return
        for key in self.walk.names():
            if key.value in self._head:
                raise bad_line(key.line, "A name stands there twice. Keep one.")
            if key.value == ENTRIES:
                self._head[ENTRIES] = [None, key.line]
                yield from self._entries(_own)
            else:
                self._head[key.value] = _kept(key, self.walk.value())
        self.walk.end()
        check_head({name: Found(value, line) for name, (value, line) in self._head.items()})

    def _entries(self, rows_of: Callable[[Any, int], list[Item]]) -> Iterator[list[Item]]:
        for _ in self.walk.places():
            found = self.walk.entry()
            if self._leave_out:
                self._leave_out = False
            elif found.problem:
                yield [BadRow(found.line, found.problem)]
            else:
                yield rows_of(found.value, found.line)


def _kept(key: Found, found: Found) -> list[Any]:
    if key.value not in HEAD or len(str(found.value)) > LONGEST_HEAD:
        raise bad_line(key.line, f"The head has not exactly {', '.join(HEAD)} and entries. Correct it.")
    return [found.value, found.line]


def _own(value: Any, line: int) -> list[Item]:
    try:
        entry = entry_of(value)
    except BadInput as problem:
        return [BadRow(line, problem.message)]
    algorithm, media = placed(entry.algorithm, "")
    row = Row(algorithm, entry.value, line, entry.quality, media, grades=entry.grades, ai=entry.ai)
    return [row._replace(withdrawn=not entry.is_listed)]


def _of_anybody(value: Any, line: int) -> list[Item]:
    if not isinstance(value, dict):
        return [BadRow(line, NO_OBJECT)]
    inner = [member for name, member in value.items() if name.lower() in INNER and isinstance(member, dict)]
    cells: dict[str, str] = {}
    for name, member in [pair for one in (value, *inner) for pair in one.items()]:
        column = c.column_of(name)
        if column in cells:
            return [BadRow(line, f"Two members mean the same: {column}.")]
        if column:
            cells[column] = _cell(member)
    return rows_of_cells(cells, line)


def _cell(member: Any) -> str:
    if isinstance(member, list):
        return ",".join(_cell(one) for one in member)
    return "" if member is None else str(member)


def _line_batches(stream: BinaryIO, start: Position) -> Iterator[Batch]:
    source = LineSource(stream, offset=start.offset, line=start.line)
    while (lines := source.take()) is not None:
        items: list[Item] = []
        for number, text in enumerate(lines.texts, lines.line):
            if isinstance(text, BadRow):
                items.append(text)
            elif text.strip():
                items += _of_line(text, number)
        yield Batch(Mark(lines.offset, lines.line, {"shape": LINES}), items, 0, source.offset)


def _of_line(text: str, number: int) -> list[Item]:
    try:
        found = STRICT.decode(text)
    except (BadInput, ValueError, RecursionError):
        return [BadRow(number, NOT_JSON)]
    return _of_anybody(found, number)


class Ahead(io.RawIOBase):
    """A stream that cannot go back, with its first bytes before it once more."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        super().__init__()
        self._head, self._rest = head, rest

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        """Return the first bytes as long as there are any, then the others."""
        given, self._head = self._head[:size], self._head[size:]
        return given or self._rest.read(size)
