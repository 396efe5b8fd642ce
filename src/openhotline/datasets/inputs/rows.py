"""Rows of a table as items: pictures out of their cells, with what the row states of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from openhotline.datasets import reading as files
from openhotline.datasets.inputs.cells import Cells, plain_cells, text_cells
from openhotline.datasets.inputs.columns import Columns
from openhotline.datasets.inputs.shard import Item
from openhotline.datasets.inputs.stated import stated_text
from openhotline.hashing import digests
from openhotline.media import sniff

_HEAD = 1024
"""Bytes by which a picture is told: brands of HEIC and AVIF stand within them."""


def items_of(batch: Any, columns: Columns, first: int) -> Iterator[Item]:
    """Yield the items of a record batch; ``first`` is the number of its first row, the key where no column is one.

    Of several columns of pictures, or of lists of them, each picture has the column and its number behind the key.
    """
    told = _Told(batch, columns)
    several = len(columns.pictures) > 1
    pictures = [
        (f"#{name}" if several else "", name in columns.mixed, Cells(batch.column(name)))
        for name in columns.pictures
    ]
    for row in range(batch.num_rows):
        key, stated, is_empty = told.key(row) or str(first + row), told.stated(row), True
        for suffix, is_mixed, cells in pictures:
            for number, value in cells.of(row):
                if is_mixed and sniff(bytes(value[:_HEAD])) is None:
                    continue
                yield _picture(f"{key}{suffix}{number}", value, stated)
                is_empty = False
        if is_empty:
            yield Item(key, stated=stated, problem="" if stated else "empty")


def _picture(key: str, value: Any, stated: dict[str, str]) -> Item:
    """``value`` is bytes, or a buffer where it may be too large to be copied."""
    if isinstance(value, bytes):
        return Item(key, value, stated=stated)
    if value.size > files.LARGEST_PICTURE:
        return Item(key, digests=digests(memoryview(value)), stated=stated)
    return Item(key, value.to_pybytes(), stated=stated)


class _Told:
    """The columns of a batch that hold text and numbers."""

    def __init__(self, batch: Any, columns: Columns) -> None:
        self._keys = text_cells(batch.column(columns.key)) if columns.key else None
        self._urls = text_cells(batch.column(columns.url)) if columns.url else None
        self._hashes = {kind: plain_cells(batch.column(name)) for kind, name in columns.hashes.items()}

    def key(self, row: int) -> str:
        return (self._keys[row] if self._keys else None) or ""

    def stated(self, row: int) -> dict[str, str]:
        """Return what the row states; empty cells are left out."""
        stated = {kind: text for kind, values in self._hashes.items() if (text := stated_text(values[row]))}
        if self._urls and (url := self._urls[row]) and (url := url.strip()):
            stated["url"] = url
        return stated
