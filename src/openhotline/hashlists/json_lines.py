"""A walk over one JSON object that knows on which line everything stands.

The standard parser forgets lines once a document is well formed; a person who has to correct a list needs
them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from openhotline.errors import BadInput
from openhotline.hashlists.hash_list import bad_line

_space = re.compile(r"[ \t\r\n]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Found:
    """A value and the line on which it begins, from 1."""

    value: Any
    line: int


def members(text: str, *, listed: str) -> Iterator[tuple[str | None, Found]]:
    """Yield an object's members by key; those of its array ``listed`` come before it, without a key."""
    walk = _Walk(text)
    walk.take("{")
    while True:
        key = walk.value()
        if not isinstance(key.value, str):
            raise bad_line(key.line, "A name in quotation marks is missing. Correct the JSON.")
        walk.take(":")
        if key.value == listed:
            for item in walk.items():
                yield None, item
            yield listed, Found(None, key.line)
        else:
            yield key.value, walk.value()
        if walk.take(",", "}") == "}":
            break
    walk.end()


class _Walk:
    def __init__(self, text: str) -> None:
        self._text, self._at, self._line = text, 0, 1
        self._decoder = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_refuse_constant)

    def _move(self, to: int) -> None:
        self._line += self._text.count("\n", self._at, to)
        self._at = to

    def _skip_space(self) -> None:
        space = _space.match(self._text, self._at)
        self._move(space.end() if space else self._at)

    def take(self, *signs: str) -> str:
        """Take one of the signs, or raise."""
        self._skip_space()
        sign = self._text[self._at : self._at + 1]
        if sign not in signs:
            raise bad_line(
                self._line, f"There is no {' or '.join(signs)} where one belongs. Correct the JSON."
            )
        self._move(self._at + 1)
        return sign

    def value(self) -> Found:
        """Take one whole value."""
        self._skip_space()
        line = self._line
        try:
            value, end = self._decoder.raw_decode(self._text, self._at)
        except json.JSONDecodeError as problem:
            raise bad_line(problem.lineno, "This is no JSON. Write it again from its source.") from None
        except (RecursionError, ValueError):  # ValueError: a number of thousands of digits
            raise bad_line(line, "No list goes so deep or counts so far. Check its source.") from None
        except BadInput as problem:
            raise bad_line(line, problem.message) from None
        self._move(end)
        return Found(value, line)

    def items(self) -> Iterator[Found]:
        """Take an array, one value after the other."""
        self.take("[")
        self._skip_space()
        if self._text[self._at : self._at + 1] == "]":
            self.take("]")
            return
        yield self.value()
        while self.take(",", "]") == ",":
            yield self.value()

    def end(self) -> None:
        """Refuse anything but space behind the object."""
        self._skip_space()
        if self._at != len(self._text):
            raise bad_line(self._line, "Something follows behind the list's end. Remove it.")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BadInput("A name stands twice in one object. Keep one.")
    return found


def _refuse_constant(_: str) -> None:
    raise BadInput("A number is not a number. Correct the JSON.")
