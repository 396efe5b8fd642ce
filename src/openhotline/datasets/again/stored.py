"""Fingerprints that an audit kept, read again in pieces: columns of numbers, and no picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from openhotline.datasets.audit.tables import FINGERPRINTS
from openhotline.errors import BadInput, NotFound

ROWS_AT_ONCE = 65_536
"""Rows that are held at a time; some 20 MB."""

Values = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Column:
    """``values`` is uint8[n, width]; where ``known`` is False the data set gave no such value, and zeros stand there."""

    values: Values
    known: Mask


@dataclass(frozen=True)
class Stored:
    """Some rows, in their order: parallel. ``quality`` is -1 where there is none."""

    shards: Sequence[str]
    keys: Sequence[str]
    sizes: Sequence[int | None]
    state: npt.NDArray[Any]
    exact: dict[str, Column]
    pdq: Column
    quality: npt.NDArray[np.int16]
    mode: npt.NDArray[Any]

    def __len__(self) -> int:
        return len(self.keys)


def fingerprint_files(source: Path) -> list[Path]:
    """Return the tables of an audit's folder, of its folder of fingerprints, or one table itself; in their order."""
    if source.is_file():
        return [source]
    folder = source / "fingerprints" if (source / "fingerprints").is_dir() else source
    files = sorted(folder.glob("part-*.parquet"))
    if not files:
        raise NotFound(
            "There are no fingerprints here. Run the audit with --fingerprints, or name the folder of one that was.",
            details=str(source),
        )
    return files


def rows_in(files: Sequence[Path]) -> int:
    """Count the rows, by what the files' ends say."""
    return sum(_opened(file).metadata.num_rows for file in files)


def stored_rows(files: Sequence[Path]) -> Iterator[Stored]:
    """Yield every row, some :data:`ROWS_AT_ONCE` at a time, in the order of the shards."""
    for file in files:
        try:
            for batch in _opened(file).iter_batches(ROWS_AT_ONCE):
                yield _stored(pa.Table.from_batches([batch]).cast(FINGERPRINTS))
        except (pa.ArrowException, OSError) as problem:
            raise _unlike(file) from problem


def column_of(table: pa.Table, name: str) -> Column:
    """Return a column of binary values of one width as numbers."""
    width = FINGERPRINTS.field(name).type.byte_width
    array = table[name].combine_chunks() if table.num_rows else pa.array([], pa.binary(width))
    if isinstance(array, pa.ChunkedArray):
        array = pa.concat_arrays(array.chunks)
    known = np.asarray(array.is_valid())
    values = np.zeros((len(array), width), np.uint8)
    held = array.buffers()[1]
    if held is not None and len(array):
        start = array.offset * width
        values = np.frombuffer(held, np.uint8)[start : start + len(array) * width].reshape(-1, width)
    return Column(np.where(known[:, None], values, 0).astype(np.uint8), known)


def _opened(file: Path) -> pq.ParquetFile:
    try:
        opened = pq.ParquetFile(file)
    except (pa.ArrowException, OSError) as problem:
        raise _unlike(file) from problem
    if missing := set(FINGERPRINTS.names) - set(opened.schema_arrow.names):
        raise BadInput(
            "This table is none of fingerprints. Name the folder of an audit.",
            details=", ".join(sorted(missing)),
        )
    return opened


def _stored(table: pa.Table) -> Stored:
    quality = table["pdq_quality"].fill_null(-1).to_numpy()
    return Stored(
        shards=table["shard"].to_pylist(),
        keys=table["key"].to_pylist(),
        sizes=table["size"].to_pylist(),
        state=table["state"].fill_null(0).to_numpy(),
        exact={name: column_of(table, name) for name in ("md5", "sha1", "sha256")},
        pdq=column_of(table, "pdq"),
        quality=quality,
        mode=table["pdq_mode"].fill_null(0).to_numpy(),
    )


def _unlike(file: Path) -> BadInput:
    return BadInput("A table of fingerprints is damaged. Get the folder again.", details=file.name)
