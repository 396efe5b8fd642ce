"""Anybody's CSV as rows: columns in any order and under their common names, values without mercy.

Lines are split many at once where each is a record of its own; else record by record, because a quoted cell
may run over several lines.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import BinaryIO, cast

from openhotline.errors import BadInput
from openhotline.hashlists.byte_lines import LONGEST_LINE, Lines, LineSource
from openhotline.hashlists.cells import rows_of_cells
from openhotline.hashlists.csv_header import Header, find_header
from openhotline.hashlists.csv_plan import Plan
from openhotline.hashlists.hash_list import bad_line
from openhotline.hashlists.rows import BadRow, Batch, Item, Mark, Position

LONGEST_RECORD = 64
"""Lines that one quoted cell may run over. A forgotten quotation mark must not swallow a list."""

OPEN_QUOTE = "The quotation marks do not fit, or a cell is too long."
MORE_CELLS = "The line has more cells than there are columns."
HEADER_AGAIN = "The names of the columns stand here again. Two lists were joined; nothing is lost."
OTHER_HEADER = "Other columns begin here. Two lists were joined: cut the file before this line and read both."
EMPTY = "The list is empty. Name the columns in its first line."


def csv_batches(stream: BinaryIO, start: Position) -> Iterator[Batch]:
    """Read a CSV from a position."""
    source = LineSource(stream, offset=start.offset, line=start.line)
    header = Header.from_state(start.state) if start.state else None
    while header is None and (lines := source.take()) is not None:
        header, batch = _find_header(lines, source)
        yield batch
    if header is None:
        raise BadInput(EMPTY)
    yield from _Reader(source, header).batches()


def _find_header(lines: Lines, source: LineSource) -> tuple[Header | None, Batch]:
    """Look for the header; the lines behind it go back to the source."""
    header, items, at = None, list[Item](), 0
    while header is None and at < len(lines.texts):
        text = lines.texts[at]
        if isinstance(text, BadRow):
            items.append(text)
        elif text.strip() and not text.startswith(("#", "sep=")):
            header = find_header(text, lines.line + at)
        at += 1
    if at < len(lines.texts):
        source.put_back(len(lines.texts) - at)
    return header, Batch(Mark(lines.offset, lines.line, {}), items, 0, source.offset)


class _Reader:
    """Reads the lines behind a header."""

    def __init__(self, source: LineSource, header: Header) -> None:
        self._source, self._header, self._plan = source, header, Plan(header)

    def batches(self) -> Iterator[Batch]:
        """Yield batches; what was read before a refusal is given before it."""
        state = self._header.state()
        while (lines := self._source.take()) is not None:
            items: list[Item] = []
            problem: BadInput | None = None
            try:
                self._read(lines, items)
            except BadInput as raised:
                problem = raised
            yield Batch(Mark(lines.offset, lines.line, state), items, 0, self._source.offset)
            if problem:
                raise problem

    def _read(self, lines: Lines, items: list[Item]) -> None:
        records = self._at_once(lines)
        if records is not None:
            self._plan.read(records, lines.line, items, self._slow)
            return
        at = 0
        while at < len(lines.texts):
            at += self._record(lines, at, items)

    def _at_once(self, lines: Lines) -> list[list[str]] | None:
        """Split lines of which each is a whole record; None if one is not."""
        if not lines.clean:
            return None
        texts, delimiter = cast("list[str]", lines.texts), self._header.delimiter
        if not any('"' in text for text in texts):
            return [text.split(delimiter) for text in texts]
        try:
            records = list(csv.reader(texts, delimiter=delimiter, strict=True))
        except csv.Error:
            return None
        return records if len(records) == len(texts) else None

    def _record(self, lines: Lines, at: int, items: list[Item]) -> int:
        """Read the record that begins at a line; return how many lines it has."""
        text, line = lines.texts[at], lines.line + at
        if isinstance(text, BadRow):
            items.append(text)
            return 1
        together = _together(lines.texts, at)
        parser = csv.reader(together, delimiter=self._header.delimiter, strict=True)
        try:
            self._plan.read([next(parser)], line, items, self._slow)
        except csv.Error:
            may_go_on = parser.line_num == len(together) == len(lines.texts) - at < LONGEST_RECORD
            if may_go_on and self._source.has_more():
                self._source.put_back(len(together))
                return len(together)
            items.append(BadRow(line, OPEN_QUOTE))
            return 1
        return parser.line_num

    def _slow(self, cells: list[str], line: int) -> list[Item]:
        """Read one record with every check, and find the words for what is wrong."""
        if not any(map(str.strip, cells)) or cells[0].startswith("#"):
            return []
        rows = self._rows(cells, line)
        if isinstance(rows[0], BadRow):
            if self._header.again(cells):
                return [BadRow(line, HEADER_AGAIN)]
            if self._header.followed_by_another(cells):
                raise bad_line(line, OTHER_HEADER)
        return rows

    def _rows(self, cells: list[str], line: int) -> list[Item]:
        if any(map(str.strip, cells[len(self._header.columns) :])):
            return [BadRow(line, MORE_CELLS)]
        named = zip(self._header.columns, cells, strict=False)
        return rows_of_cells({name: cell for name, cell in named if name}, line)


def _together(texts: list[str | BadRow], at: int) -> list[str]:
    """Return the lines over which a record that begins at a line may run."""
    found, size = list[str](), 0
    for text in texts[at : at + LONGEST_RECORD]:
        if isinstance(text, BadRow) or size > LONGEST_LINE:
            break
        found.append(text + "\n")
        size += len(text)
    return found
