"""Parquet and arrow files written again without some of their rows: same schema, row groups, packing and metadata.

A row goes as a whole, with every picture and every value in it. One row group, or one record batch, is in memory at a
time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq

from openhotline.datasets.audit.digest import ShardDigest
from openhotline.datasets.bulk.record import REMARKS
from openhotline.datasets.cleaning.checking import Going, Look, Members, add, beside, compare, value_of
from openhotline.datasets.cleaning.sources import Planned, Source
from openhotline.datasets.cleaning.tar import Target
from openhotline.datasets.inputs import forms
from openhotline.datasets.inputs.columns import find_columns
from openhotline.datasets.inputs.opening import Opened
from openhotline.datasets.inputs.rows import items_of
from openhotline.datasets.inputs.shard import Item, Reading
from openhotline.datasets.inputs.streaming import Lent

AT_ONCE = 256
"""Rows whose pictures are held a second time while it is decided about them."""

_FILE_MARK = b"ARROW1"
_CODECS = {"UNCOMPRESSED": "none", "LZ4_RAW": "lz4"}


def write_table(source: Source, reading: Reading, there: Opened, target: Target, going: Going) -> Look:
    """Copy a table without the rows of which something goes; return what was found on the way.

    Raises Conflict where it is not what the audit found it to be.
    """
    sifting = _Sifting(source, reading, going)
    if source.form == forms.PARQUET:
        _write_parquet(there, target, sifting)
    else:
        _write_arrow(there, target, sifting)
    return sifting.end()


def _write_parquet(there: Opened, target: Target, sifting: _Sifting) -> None:
    file = pq.ParquetFile(Lent(there.file), pre_buffer=False, page_checksum_verification=True)
    with pq.ParquetWriter(target, file.schema_arrow, **_as_written(file)) as writer:
        for number in range(file.num_row_groups):
            group = file.read_row_group(number)
            kept = sifting.kept(number, group)
            if kept.num_rows:
                writer.write_table(kept, row_group_size=kept.num_rows)


def _as_written(file: pq.ParquetFile) -> dict[str, Any]:
    """Return how the first row group was packed, column by column."""
    if not file.num_row_groups:
        return {}
    group = file.metadata.row_group(0)
    columns = [group.column(place) for place in range(group.num_columns)]
    coded = [one.path_in_schema for one in columns if one.has_dictionary_page]
    return {
        "compression": {
            one.path_in_schema: _CODECS.get(one.compression, one.compression.lower()) for one in columns
        },
        "use_dictionary": coded or False,
        "version": file.metadata.format_version,
        "write_statistics": any(one.is_stats_set for one in columns),
    }


def _write_arrow(there: Opened, target: Target, sifting: _Sifting) -> None:
    there.file.seek(0)
    is_file = there.file.read(len(_FILE_MARK)) == _FILE_MARK
    there.file.seek(0)
    whole = pa.PythonFile(Lent(there.file), "r")
    reader: Any = pa.ipc.open_file(whole) if is_file else pa.ipc.open_stream(whole)
    make = pa.ipc.new_file if is_file else pa.ipc.new_stream
    with make(target, reader.schema) as writer:
        for number, (batch, said) in enumerate(_from_file(reader) if is_file else _from_stream(reader)):
            batch.validate(full=True)
            kept = sifting.kept(number, pa.Table.from_batches([batch]))
            for one in kept.combine_chunks().to_batches():
                writer.write_batch(one, custom_metadata=said)


def _from_file(reader: Any) -> Iterator[tuple[pa.RecordBatch, Any]]:
    for number in range(reader.num_record_batches):
        found = reader.get_batch_with_custom_metadata(number)
        yield found.batch, found.custom_metadata


def _from_stream(reader: Any) -> Iterator[tuple[pa.RecordBatch, Any]]:
    while True:
        try:
            found = reader.read_next_batch_with_custom_metadata()
        except StopIteration:
            return
        yield found.batch, found.custom_metadata


class _Sifting:
    """Decides about rows as they come, and compares each shard with what the audit found."""

    def __init__(self, source: Source, reading: Reading, going: Going) -> None:
        self._source, self._reading, self._going = source, reading, going
        self._left = list(source.parts)
        self._digest = ShardDigest()
        self._row = 0
        self._found, self._staying = Look(), Members(source.form)

    def kept(self, number: int, rows: pa.Table) -> pa.Table:
        """Return what stays of row group or record batch ``number``."""
        while len(self._left) > 1 and number >= self._left[0].shard.stop:
            self._next_part()
        columns = find_columns(rows.schema, self._reading)
        names = list(dict.fromkeys(columns.names))
        stays = [
            one
            for batch in rows.to_batches(max_chunksize=AT_ONCE)
            for one in self._stays(batch.select(names), columns)
        ]
        return rows if all(stays) else rows.filter(pa.array(stays))

    def end(self) -> Look:
        """Return what was found in the whole file."""
        while self._left:
            self._next_part()
        self._found.digest = self._staying.hex
        return self._found

    @property
    def _part(self) -> Planned:
        return self._left[0]

    def _next_part(self) -> None:
        part = self._left.pop(0)
        compare(self._digest, part.digest, part.shard)
        self._digest = ShardDigest()

    def _stays(self, batch: pa.RecordBatch, columns: Any) -> list[bool]:
        first, shard = self._row, self._part.shard.name
        self._row += batch.num_rows
        items = list(items_of(batch, columns, first))
        if not any(self._going.names(shard, item.key) for item in items):
            self._decide(items)
            return [True] * batch.num_rows
        rows = (items_of(batch.slice(row, 1), columns, first + row) for row in range(batch.num_rows))
        return [self._decide(list(row)) for row in rows]

    def _decide(self, items: list[Item]) -> bool:
        """Take the items of one row, or of rows that all stay; return whether they do."""
        shard = self._part.shard.name
        members = [(item, value_of(item)) for item in items if item.problem not in REMARKS]
        for item, value in members:
            add(self._digest, item, value)
        why = [self._going.reasons(shard, item, value) for item, value in members]
        goes = any(why)
        for (item, value), reasons in zip(members, why, strict=True):
            self._found.add(item, (reasons or [beside(item, value)]) if goes else [], shard)
            if not goes:
                self._staying.add(item, value)
        return not goes
