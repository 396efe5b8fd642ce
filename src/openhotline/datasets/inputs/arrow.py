"""Arrow shards, as Hugging Face ``datasets`` saves them (streams) or as Feather has them (files)."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from typing import Any

from openhotline.datasets.inputs.columns import find_columns
from openhotline.datasets.inputs.forms import PART
from openhotline.datasets.inputs.opening import Opened
from openhotline.datasets.inputs.packages import package, pyarrow
from openhotline.datasets.inputs.rows import items_of
from openhotline.datasets.inputs.shard import Item, Reading, Shard
from openhotline.datasets.inputs.streaming import Lent

_FILE = b"ARROW1"


def read_arrow(shard: Shard, source: Opened, reading: Reading) -> Iterator[Item]:
    """Yield the rows of the shard's record batches, each checked as a whole before a cell of it is used."""
    columns = find_columns(schema_of(source), reading)
    if columns.tell_nothing:
        return
    first = 0
    for number, batch in enumerate(_batches(source, columns.names)):
        if shard.stop and number >= shard.stop:
            break
        if number >= shard.start:
            batch.validate(full=True)
            yield from items_of(batch, columns, first)
        first += batch.num_rows


def runs(source: Opened) -> Iterator[tuple[int, int, int]]:
    """Yield start, stop and bytes of runs of record batches. A stream has no directory and stays whole."""
    if not _is_file(source):
        return
    count = package("pyarrow.ipc").open_file(_bytes(source)).num_record_batches
    parts = max(1, min(count, source.size // PART))
    for part in range(parts):
        yield count * part // parts, count * (part + 1) // parts, source.size // parts


def schema_of(source: Opened) -> Any:
    """Return the schema of a stream or a file."""
    return _reader(source, package("pyarrow.ipc").IpcReadOptions()).schema


def _batches(source: Opened, names: list[str]) -> Iterator[Any]:
    ipc = package("pyarrow.ipc")
    schema = schema_of(source)
    wanted = sorted({schema.get_field_index(name) for name in names})
    reader = _reader(source, ipc.IpcReadOptions(included_fields=wanted, use_threads=False))
    if isinstance(reader, ipc.RecordBatchFileReader):
        yield from (reader.get_batch(number) for number in range(reader.num_record_batches))
    else:
        yield from reader


def _reader(source: Opened, options: Any) -> Any:
    ipc = package("pyarrow.ipc")
    open_it = ipc.open_file if _is_file(source) else ipc.open_stream
    return open_it(_bytes(source), options=options)


def _is_file(source: Opened) -> bool:
    source.file.seek(0)
    head = source.file.read(len(_FILE))
    source.file.seek(0)
    return head == _FILE


def _bytes(source: Opened) -> Any:
    """Return what pyarrow reads from: here a map of the file, so that no batch is copied or held."""
    if source.written_at is None:
        return pyarrow().PythonFile(Lent(source.file), "r")
    held = mmap.mmap(source.file.fileno(), 0, access=mmap.ACCESS_READ)
    return pyarrow().BufferReader(pyarrow().py_buffer(held))
