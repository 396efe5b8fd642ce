"""A walk over a JSON document in bounded memory that knows the line and the byte of everything.

The standard parser wants a document whole and forgets its lines; a person who has to correct a list needs them,
and a reader that was stopped needs the byte. Values are parsed one by one by the standard parser, from a window.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from openhotline.errors import BadInput
from openhotline.hashlists.hash_list import bad_line

WINDOW = 1 << 18
"""Characters read at once."""

LONGEST_VALUE = 1 << 24
"""Characters of one value, 16 million: an entry with thousands of EXIF pairs has less than one."""

_space = re.compile(r"[ \t\r\n]*", re.ASCII)
_BOM = "\ufeff"

Read = Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Found:
    """A value and the line on which it begins, from 1. ``problem`` says why a whole value cannot be taken."""

    value: Any
    line: int
    problem: str = ""


def utf8(stream: BinaryIO) -> Read:
    """Return what reads a binary stream as text, piece by piece."""
    decoder = codecs.getincrementaldecoder("utf-8")()

    def read(size: int) -> str:
        while data := stream.read(size):
            if text := decoder.decode(data):
                return text
        return decoder.decode(b"", final=True)

    return read


class Walk:
    """Begins with the text ``before``, which is not of the stream, and goes on with what ``read`` gives.

    ``offset`` and ``line`` are those of the stream's first character.
    """

    def __init__(self, read: Read, *, before: str = "", offset: int = 0, line: int = 1) -> None:
        self._read, self._text, self._at, self._ended = read, before, 0, False
        self.offset, self.line = offset - len(before), line
        if not before and self._more() and self._text.startswith(_BOM):
            self._move(1)

    def _more(self) -> bool:
        """Read on; return whether there was anything."""
        if self._ended:
            return False
        left = len(self._text) - self._at
        try:
            piece = self._read(max(WINDOW, left))
        except UnicodeDecodeError:
            raise bad_line(
                self.line,
                "Here or behind it stands something that is no UTF-8. Write the list again from its source.",
            ) from None
        self._text, self._at = self._text[self._at :] + piece, 0
        self._ended = not piece
        return not self._ended

    def _move(self, to: int) -> None:
        passed = self._text[self._at : to]
        self.line += passed.count("\n")
        self.offset += len(passed) if passed.isascii() else len(passed.encode())
        self._at = to

    def peek(self) -> str:
        """Return the next sign behind any space, or nothing at the end."""
        while True:
            space = _space.match(self._text, self._at)
            self._move(space.end() if space else self._at)
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def take(self, *signs: str) -> str:
        """Take one of the signs, or raise."""
        sign = self.peek()
        if sign not in signs:
            raise bad_line(self.line, f"There is no {' or '.join(signs)} where one belongs. {self._advice}")
        self._move(self._at + 1)
        return sign

    @property
    def _advice(self) -> str:
        return "Correct the JSON." if self._at < len(self._text) else "The list is cut off; get it again."

    def value(self) -> Found:
        """Take one whole value, or raise."""
        found = self.entry()
        if found.problem:
            raise bad_line(found.line, found.problem)
        return found

    def entry(self) -> Found:
        """Take one whole value. One that is JSON but says a thing twice has its problem named, and is passed."""
        self.peek()
        line = self.line
        while True:
            try:
                value, end, problem = self._decoded()
            except json.JSONDecodeError as error:
                self._read_on(line, error.pos)
                continue
            except (RecursionError, ValueError):  # ValueError: a number of thousands of digits
                raise bad_line(line, "No list goes so deep or counts so far. Check its source.") from None
            if end == len(self._text) and self._more():  # a number may go on behind the window
                continue
            self._move(end)
            return Found(value, line, problem)

    def _decoded(self) -> tuple[Any, int, str]:
        try:
            return *STRICT.raw_decode(self._text, self._at), ""
        except BadInput as problem:
            words = problem.message
        return None, _lenient.raw_decode(self._text, self._at)[1], words

    def _read_on(self, line: int, error_at: int) -> None:
        """Read on behind a value that does not end in the window; raise if nothing follows, or it is too long."""
        if len(self._text) - self._at > LONGEST_VALUE:
            raise bad_line(line, f"A value is longer than {LONGEST_VALUE:,} characters. Check its source.")
        here = line + self._text.count("\n", self._at, error_at)
        if not self._more():
            raise bad_line(here, "This is no JSON, or it is cut off. Write it again from its source.")

    def items(self) -> Iterator[Found]:
        """Take an array, one value after the other."""
        for _ in self.places():
            yield self.value()

    def places(self) -> Iterator[None]:
        """Take an array; the caller takes the value at each place."""
        self.take("[")
        if self.peek() == "]":
            self.take("]")
            return
        yield
        while self.take(",", "]") == ",":
            yield

    def names(self) -> Iterator[Found]:
        """Take an object; the caller takes the value behind each key."""
        self.take("{")
        if self.peek() == "}":
            self.take("}")
            return
        while True:
            key = self.value()
            if not isinstance(key.value, str):
                raise bad_line(key.line, "A name in quotation marks is missing. Correct the JSON.")
            self.take(":")
            yield key
            if self.take(",", "}") == "}":
                return

    def end(self) -> None:
        """Refuse anything but space behind the document."""
        if self.peek():
            raise bad_line(self.line, "Something follows behind the list's end. Remove it.")


def members(walk: Walk, *, listed: str) -> Iterator[tuple[str | None, Found]]:
    """Yield an object's members by key; those of its array ``listed`` come before it, without a key."""
    for key in walk.names():
        if key.value == listed:
            for item in walk.items():
                yield None, item
            yield listed, Found(None, key.line)
        else:
            yield key.value, walk.value()
    walk.end()


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BadInput("A name stands twice in one object. Keep one.")
    return found


def _refuse_constant(_: str) -> None:
    raise BadInput("A number is not a number. Correct the JSON.")


STRICT = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_refuse_constant)
"""Raises BadInput where an object says a thing twice."""

_lenient = json.JSONDecoder()
