"""Cells of a table's columns: bytes of pictures, text and plain values, whatever kind of column they stand in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from openhotline.datasets import reading as files
from openhotline.datasets.inputs.columns import is_list
from openhotline.datasets.inputs.packages import pyarrow


class Cells:
    """A column of pictures: bytes, Hugging Face's ``{"bytes", "path"}``, or lists of either."""

    def __init__(self, column: Any) -> None:
        column = _unwrapped(column)
        self._lists = column if is_list(column.type) else None
        self._values: Sequence[Any] = () if self._lists is not None else _values(column)

    def of(self, row: int) -> Iterator[tuple[str, Any]]:
        """Yield every picture of a row with what stands behind the key: nothing, or its number in a list.

        A picture is bytes, or a pyarrow buffer where it may be too large to be copied.
        """
        if self._lists is None:
            if self._values[row]:
                yield "", self._values[row]
        elif (several := self._lists[row].values) is not None:
            inner = Cells(several)
            for at in range(len(several)):
                for number, value in inner.of(at):
                    yield f"#{at}{number}", value


def text_cells(column: Any) -> list[str | None]:
    """Return the cells as text. Bytes that are no UTF-8 are spelled out: readers of tables do not check."""
    return [_text(value) for value in _unchecked(_unwrapped(column)).to_pylist()]


def plain_cells(column: Any) -> list[Any]:
    """Return the cells as Python has them, text as :func:`text_cells`."""
    column = _unwrapped(column)
    types = pyarrow().types
    if types.is_string(column.type) or types.is_large_string(column.type):
        return text_cells(column)
    cells: list[Any] = column.to_pylist()
    return cells


def _unwrapped(column: Any) -> Any:
    """Return the bytes, or the lists, out of dictionaries, extensions and structs."""
    types = pyarrow().types
    while True:
        if hasattr(column, "storage"):
            column = column.storage
        elif types.is_dictionary(column.type):
            column = column.dictionary_decode()
        elif types.is_struct(column.type):
            # flattened, so that where the struct is null its bytes are
            column = column.flatten()[column.type.get_field_index("bytes")]
        else:
            return column


def _values(column: Any) -> Sequence[Any]:
    types = pyarrow().types
    counts_itself = types.is_binary(column.type) or types.is_large_binary(column.type)
    if counts_itself and column.nbytes <= files.LARGEST_PICTURE:  # then none is too large
        cells: list[Any] = column.to_pylist()
        return cells
    return [cell.as_buffer() if cell.is_valid and cell.as_buffer().size else None for cell in column]


def _unchecked(column: Any) -> Any:
    pa = pyarrow()
    if pa.types.is_string(column.type):
        return column.cast(pa.binary())
    return column.cast(pa.large_binary()) if pa.types.is_large_string(column.type) else column


def _text(value: object) -> str | None:
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    return None if value is None else str(value)
