"""Parquet shards: row groups, a few rows of them at a time, and only the columns that are of use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openhotline.datasets.inputs.columns import Columns, find_columns
from openhotline.datasets.inputs.forms import PART
from openhotline.datasets.inputs.opening import BUFFER, Opened
from openhotline.datasets.inputs.packages import package
from openhotline.datasets.inputs.rows import items_of
from openhotline.datasets.inputs.shard import Item, Reading, Shard
from openhotline.datasets.inputs.streaming import Lent
from openhotline.errors import OpenHotlineError

AT_A_TIME = 2**22
"""Bytes of rows that are unpacked at a time, by what their row group says of itself."""

MOST_ROWS = 1024


def read_parquet(shard: Shard, source: Opened, reading: Reading) -> Iterator[Item]:
    """Yield the rows of the shard's row groups. A damaged group costs only its own rows; it is raised at the end."""
    file = open_parquet(source)
    columns = find_columns(file.schema_arrow, reading)
    if columns.tell_nothing:
        return
    damage: Exception | None = None
    first = sum(file.metadata.row_group(group).num_rows for group in range(shard.start))
    for group in range(shard.start, shard.stop or file.num_row_groups):
        try:
            yield from _rows(file, group, columns, first)
        except OpenHotlineError:
            raise
        except Exception as problem:  # noqa: BLE001
            # A stranger's file must not cost the groups behind a damaged one; pyarrow raises whatever it likes.
            damage = problem
        first += file.metadata.row_group(group).num_rows
    if damage is not None:
        raise damage


def groups(source: Opened) -> Iterator[tuple[int, int, int]]:
    """Yield start, stop and bytes of runs of row groups that are large enough for a part."""
    metadata = open_parquet(source).metadata
    start, size = 0, 0
    for group in range(metadata.num_row_groups):
        told = metadata.row_group(group)
        size += sum(told.column(at).total_compressed_size for at in range(told.num_columns))
        if size >= PART:
            yield start, group + 1, size
            start, size = group + 1, 0
    if start < metadata.num_row_groups:
        yield start, metadata.num_row_groups, size


def open_parquet(source: Opened) -> Any:
    """Open a table. Nothing is read ahead, so that a row group is never held as a whole."""
    return package("pyarrow.parquet").ParquetFile(
        _lent(source), pre_buffer=False, buffer_size=BUFFER, page_checksum_verification=True
    )


def _lent(source: Opened) -> Any:
    """Return what pyarrow reads from: of a file here, the same open file without a detour through Python."""
    if source.written_at is not None and (here := Path(f"/proc/self/fd/{source.file.fileno()}")).exists():
        return package("pyarrow").OSFile(str(here))
    return Lent(source.file)


def _rows(file: Any, group: int, columns: Columns, first: int) -> Iterator[Item]:
    told = file.metadata.row_group(group)
    each = max(1, told.total_byte_size // max(1, told.num_rows))
    size = max(1, min(MOST_ROWS, AT_A_TIME // each))
    for batch in file.iter_batches(size, row_groups=[group], columns=columns.names, use_threads=False):
        yield from items_of(batch, columns, first)
        first += batch.num_rows
