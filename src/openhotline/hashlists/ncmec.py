"""A ``queryResult`` document of NCMEC's hash sharing interface, version 2, as rows.

Read as a stream with defusedxml: no document type, no entities, nothing fetched, no tree. Namespaces are
ignored, because the peers' own client ignores them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import BinaryIO
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from openhotline.errors import BadInput
from openhotline.hashlists.byte_lines import go_to
from openhotline.hashlists.cells import moment_of
from openhotline.hashlists.hash_list import bad_line
from openhotline.hashlists.ncmec_entry import ENTRIES, NcmecEntry, rows_of_entry
from openhotline.hashlists.page import Page
from openhotline.hashlists.rows import Batch, Item, Mark, Position, gather

CHUNK = 1 << 16
LONGEST_TEXT = 1 << 16
"""Characters of one element. The longest fingerprint that is sent inline, PhotoDNA, has under 600."""

LONGEST_TOKEN = 1 << 20
"""Bytes that the parser may hold back; it keeps a tag or a comment until it ends."""

DEEPEST = 32
"""Levels of elements; an honest document has seven."""

FEEDBACK = {"affirmativefeedback": "affirmed", "negativefeedback": "disputed"}


def rows_of_ncmec(stream: BinaryIO) -> Page:
    """Read one page whole; raises BadInput for one that is cut off or is none: half a page is never taken."""
    reader = _Reader(stream)
    rows = tuple(item for part in reader.parts() for item in part)
    found = reader.document
    return Page(rows, found.next_path, found.max_timestamp, left_out=dict(found.left_out))


def ncmec_batches(stream: BinaryIO, start: Position) -> Iterator[Batch]:
    """Read a document as batches. It is always read from its beginning; a position counts what was given."""
    if start.offset:
        raise BadInput("The stored position is not of this form. Read the list again from its beginning.")
    reader = _Reader(stream)
    yield from gather(reader.parts(), lambda: Mark(0, 1, {}), lambda: reader.done)


class _Reader:
    """Feeds a stream to the parser, chunk by chunk."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream, self.done = stream, 0
        self.document = _Document()

    def parts(self) -> Iterator[list[Item]]:
        """Yield the rows of one entry after the other."""
        go_to(self._stream, 0)
        parser = DefusedXMLParser(target=self.document, forbid_dtd=True)
        self.document.line_number = lambda: int(parser.parser.CurrentLineNumber)
        while data := self._stream.read(CHUNK):
            self.done += len(data)
            yield from self._fed(partial(parser.feed, data))
            if self.done - int(parser.parser.CurrentByteIndex) > LONGEST_TOKEN:
                raise bad_line(
                    self.document.line_number(), "A tag or a comment is longer than any list needs."
                )
        yield from self._fed(parser.close)

    def _fed(self, step: Callable[[], object]) -> Iterator[list[Item]]:
        problem: BadInput | None = None
        try:
            step()
        except ParseError as error:
            problem = bad_line(error.position[0], "The XML is cut off or damaged here. Fetch it again.")
        except DefusedXmlException:
            problem = BadInput(
                "The XML declares a document type or entities. None is taken from a list; ask its sender."
            )
        except BadInput as error:
            problem = error
        except (LookupError, ValueError):  # an encoding that the parser does not know
            problem = BadInput("The XML is in an unknown encoding. Write it again as UTF-8.")
        ready, self.document.ready = self.document.ready, []
        yield from ready
        if problem:
            raise problem


class _Document:
    """The parser's target: keeps one entry at a time."""

    def __init__(self) -> None:
        self.ready: list[list[Item]] = []
        self.left_out: Counter[str] = Counter()
        self.max_timestamp: datetime | None = None
        self.next_path = ""
        self.line_number: Callable[[], int] = lambda: 0
        self._path: list[str] = []
        self._text: list[str] = []
        self._length = 0
        self._entry: NcmecEntry | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        name = tag.rpartition("}")[2].lower()
        self._path.append(name)
        self._text, self._length = [], 0
        depth = len(self._path)
        if depth > DEEPEST:
            raise bad_line(
                self.line_number(), "Elements are nested deeper than any list needs. Ask its sender."
            )
        if depth == 1 and name != "queryresult":
            raise bad_line(
                self.line_number(), "This is no queryResult document. Choose the form that it has."
            )
        if depth == 2 and name in ("images", "videos"):
            self._see_maximum(attributes.get("maxTimestamp", ""))
        if depth == 3 and self._path[1] in ("images", "videos") and name in ENTRIES:
            self._entry = NcmecEntry(name, self.line_number())
        if self._entry:
            self._see(name, attributes)

    def _see(self, name: str, attributes: dict[str, str]) -> None:
        assert self._entry is not None
        if len(self._path) == 4 and name == "member":
            self._entry.members.append(attributes.get("id", ""))
        if len(self._path) == 5 and name in FEEDBACK:
            kind = attributes.get("type", "").lower()
            self._entry.spoken.setdefault(kind, set()).add(FEEDBACK[name])

    def _see_maximum(self, text: str) -> None:
        found = moment_of(text)
        if found and (self.max_timestamp is None or found > self.max_timestamp):
            self.max_timestamp = found

    def data(self, text: str) -> None:
        """Text inside an element, perhaps a piece of it."""
        self._length += len(text)
        if self._length <= LONGEST_TEXT:
            self._text.append(text)
        elif self._entry:
            self._entry.too_long = True

    def end(self, tag: str) -> None:
        """An element ends."""
        text, depth = "".join(self._text).strip(), len(self._path)
        name = self._path.pop()
        self._text = []
        if self._entry is None:
            if depth == 3 and self._path[1] == "paging" and name == "next":
                self.next_path = text
        elif depth == 3:
            self.ready.append(rows_of_entry(self._entry, self.left_out))
            self._entry = None
        elif depth == 4 and name in ("id", "timestamp", "classification"):
            self._entry.texts.setdefault(name, []).append(text)
        elif depth == 5 and self._path[3] == "fingerprints":
            self._entry.fingerprints.append((name, text))

    def close(self) -> None:
        """The document ends."""
