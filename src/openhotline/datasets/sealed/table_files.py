"""Tables that an audit writes, as parquet: streamed, in row groups of a fixed size, in flat memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.parquet as pq

from openhotline.datasets.sealed.files import HashedFile, Written, writing

ROWS_HELD = 8_192
"""Rows that are collected before they are written as one row group; some 1.5 MB of fingerprints."""

TABLES_HELD = 64
"""Small tables that are held before they become one: each costs some tens of kilobytes, whatever is in it."""

ROWS_IN_A_PART = 1_000_000
"""Rows of one file of fingerprints, about; a shard's rows are never cut to fit."""


VALUES = ("key", "md5", "sha1", "sha256", "pdq")
"""Columns where hardly a value comes twice: a dictionary of them would only cost."""


class TableFile:
    """One parquet file. As a context manager; ``written`` tells its digest once it is closed without an error."""

    def __init__(self, out: Path, name: str, schema: pa.Schema) -> None:
        self._out, self._name, self._schema = out, name, schema
        self._small: list[pa.Table] = []
        self._held: list[pa.Table] = []
        self._rows_held = self.rows = 0
        self.written: Written | None = None

    def __enter__(self) -> TableFile:
        with ExitStack() as stack:
            self._stream: HashedFile = stack.enter_context(writing(self._out / self._name))
            few = [name for name in self._schema.names if name not in VALUES]
            self._writer = pq.ParquetWriter(
                self._stream, self._schema, compression="zstd", use_dictionary=few
            )
            self._stack = stack.pop_all()
        return self

    def add(self, table: pa.Table) -> None:
        """Take rows over. They must be of the schema."""
        if not table.num_rows:  # a billion members without a hit are many empty tables
            return
        self._small.append(table)
        self._rows_held += table.num_rows
        self.rows += table.num_rows
        if self._rows_held >= ROWS_HELD:
            self._write()
        elif len(self._small) >= TABLES_HELD:
            self._pack()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        if error is not None:
            with suppress(
                OSError, pa.ArrowException
            ):  # the file goes away; a full disk would say so a second time
                self._writer.close()
            self._stack.__exit__(kind, error, where)
            return
        with self._stack:
            self._write()
            self._writer.close()
        self.written = Written(self._name, self._stream.sha256, self._stream.size)

    def _write(self) -> None:
        if self._rows_held:
            self._pack()
            self._writer.write_table(_together(self._held), row_group_size=ROWS_HELD)
        self._held, self._rows_held = [], 0

    def _pack(self) -> None:
        if self._small:
            self._held.append(_together(self._small))
        self._small = []


def _together(tables: Sequence[pa.Table]) -> pa.Table:
    """Each shard's table has a dictionary of its own: one dictionary a row group, not one a shard."""
    return pa.concat_tables(tables).unify_dictionaries().combine_chunks()


class TableParts:
    """A folder of parquet files ``part-00000.parquet`` of about :data:`ROWS_IN_A_PART` rows each."""

    def __init__(self, out: Path, folder: str, schema: pa.Schema, *, rows: int = ROWS_IN_A_PART) -> None:
        self._out, self._folder, self._schema, self._most = out, folder, schema, rows
        self._stack = ExitStack()
        self._open: TableFile | None = None
        self._files: list[TableFile] = []

    def __enter__(self) -> TableParts:
        return self

    def add(self, table: pa.Table) -> None:
        """Take rows over; a new part begins where the last one is full."""
        if self._open is None or self._open.rows >= self._most:
            self._stack.close()
            name = f"{self._folder}/part-{len(self._files):05d}.parquet"
            self._open = self._stack.enter_context(TableFile(self._out, name, self._schema))
            self._files.append(self._open)
        self._open.add(table)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, where)

    @property
    def written(self) -> list[Written]:
        """The parts, once closed."""
        return [file.written for file in self._files if file.written is not None]


def rows_of(schema: pa.Schema) -> Callable[..., pa.Table]:
    """Return a maker of one-row tables of ``schema``; columns that are not named are null."""

    def row(**values: object) -> pa.Table:
        return pa.Table.from_pylist([{name: values.get(name) for name in schema.names}], schema=schema)

    return row
