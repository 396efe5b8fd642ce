"""Lists that tests read: made of random digits, from streams that need no disk."""

from __future__ import annotations

import io
import random
from collections.abc import Iterable, Iterator
from typing import BinaryIO, cast

from openhotline.errors import BadInput
from openhotline.hashlists import BadRow, Item, Position, Row, read_rows


def digits(count: int, seed: int) -> str:
    """Random hexadecimal digits, the same for the same seed."""
    return f"{random.Random(seed).getrandbits(4 * count):0{count}x}"


def read(data: bytes | str, form: str, **options: object) -> list[Item]:
    """Read a whole list."""
    raw = data.encode() if isinstance(data, str) else data
    return list(read_rows(io.BytesIO(raw), form=form, **options))  # type: ignore[arg-type]


def good(items: Iterable[Item]) -> list[Row]:
    return [item for item in items if isinstance(item, Row)]


def bad(items: Iterable[Item]) -> list[BadRow]:
    return [item for item in items if isinstance(item, BadRow)]


def outcome(data: bytes, form: str, start: Position | None = None) -> tuple[list[Item], str]:
    """What reading gives, and why it was refused in the end, if it was."""
    items: list[Item] = []
    try:
        for item in read_rows(io.BytesIO(data), form=form, start=start):
            items.append(item)
    except BadInput as problem:
        return items, problem.message
    return items, ""


class Flowing(io.RawIOBase):
    """A stream that makes its bytes as they are read and cannot go back."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        super().__init__()
        self._pieces: Iterator[bytes] = iter(pieces)
        self._rest = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._rest = piece
        given, self._rest = self._rest[:size], self._rest[size:]
        return given


def flowing(pieces: Iterable[bytes]) -> BinaryIO:
    return cast(BinaryIO, Flowing(pieces))


def repeated(piece: bytes, *, total: int) -> Iterator[bytes]:
    """So many bytes of one piece again and again."""
    for _ in range(total // len(piece)):
        yield piece
