"""What travels between the driver and the processes: a shard on its way out, a result on its way back.

A result is a header and three tables in one piece, with a digest over all of it, so that one that was cut short or
altered on a disk is known as such. It is kept on the disk in the same form.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import pyarrow as pa

from openhotline.datasets.audit.result import ShardResult
from openhotline.datasets.audit.tables import ERRORS, FINGERPRINTS, HITS
from openhotline.datasets.inputs.shard import Shard
from openhotline.errors import Damaged

MAGIC, STOP = b"OHLSHARD1\n", b"OHLSTOP1\n"
READY = b"OHLREADY1\n"
_LENGTHS, _DIGEST = 8, 32
_HEAD = len(MAGIC) + _DIGEST + _LENGTHS


def write_shard(shard: Shard) -> bytes:
    """Return a shard as it travels to a process; a folder's names become a tenth."""
    return zlib.compress(json.dumps(asdict(shard)).encode(), 1)


def read_shard_of(written: bytes) -> Shard:
    """Return the shard that :func:`write_shard` wrote."""
    return shard_of(json.loads(zlib.decompress(written)))


def shard_of(told: dict[str, Any]) -> Shard:
    """Return the shard of its fields, as JSON holds them."""
    return Shard(**{**told, "members": tuple(told["members"])})


def encode_result(result: ShardResult) -> bytes:
    """Return a result in one piece."""
    tables = [_written(table) for table in (result.hits, result.errors, result.fingerprints)]
    told = {
        "shard": result.shard,
        "counts": {name: int(count) for name, count in result.counts.items()},
        "digest": result.digest,
        "seconds": result.seconds,
        "claims": {name: int(count) for name, count in result.claims.items()},
        "failure": result.failure,
        "tables": [len(table) for table in tables],
    }
    header = json.dumps(told).encode()
    body = b"".join([len(header).to_bytes(_LENGTHS, "little"), header, *tables])
    return b"".join([MAGIC, hashlib.sha256(body).digest(), body])


def decode_result(data: bytes) -> ShardResult:
    """Return the result of its piece; raises Damaged where it is not what was written."""
    told, at = _header(data)
    if (
        hashlib.sha256(memoryview(data)[len(MAGIC) + _DIGEST :]).digest()
        != data[len(MAGIC) : len(MAGIC) + _DIGEST]
    ):
        raise _damaged()
    tables = []
    for length, schema in zip(told.pop("tables"), (HITS, ERRORS, FINGERPRINTS), strict=True):
        tables.append(_read(memoryview(data)[at : at + length], schema))
        at += length
    hits, errors, fingerprints = tables
    return ShardResult(
        hits=hits if hits is not None else HITS.empty_table(),
        errors=errors if errors is not None else ERRORS.empty_table(),
        fingerprints=fingerprints,
        **told,
    )


def encode_failure(shard: str, why: str, *, seconds: float = 0.0) -> bytes:
    """Return the result of a shard that gave nothing, in one piece."""
    return encode_result(
        ShardResult(shard, {}, "", seconds, HITS.empty_table(), ERRORS.empty_table(), failure=why)
    )


def encode_stop(reason: str) -> bytes:
    """Return what a process answers when it can look at nothing at all."""
    return STOP + reason.encode()


def stop_in(answer: bytes) -> str:
    """Return why nothing can be looked at; empty where the answer is a result."""
    return answer.removeprefix(STOP).decode() if answer.startswith(STOP) else ""


def header_in(data: bytes) -> Mapping[str, Any]:
    """Return what a result tells beside its tables (``shard``, ``counts``, ...), without checking all of it."""
    return _header(data)[0]


def _header(data: bytes) -> tuple[dict[str, Any], int]:
    """Return the header, and where the tables begin."""
    try:
        if data[: len(MAGIC)] != MAGIC:
            raise ValueError("another file")
        length = int.from_bytes(data[_HEAD - _LENGTHS : _HEAD], "little")
        told = json.loads(data[_HEAD : _HEAD + length])
        if not isinstance(told, dict):
            raise ValueError("another header")
        return told, _HEAD + length
    except ValueError:
        raise _damaged() from None


def _written(table: pa.Table | None) -> bytes:
    if table is None or (table.num_rows == 0 and table.schema is not FINGERPRINTS):
        return b""
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with pa.ipc.new_stream(sink, table.schema, options=options) as writer:
        writer.write_table(table)
    found: bytes = sink.getvalue().to_pybytes()
    return found


def _read(piece: memoryview, schema: pa.Schema) -> pa.Table | None:
    if not len(piece):
        return None
    try:
        table = pa.ipc.open_stream(pa.py_buffer(piece)).read_all()
    except (pa.ArrowInvalid, OSError):
        raise _damaged() from None
    if not table.schema.equals(schema):
        raise _damaged()
    return table


def _damaged() -> Damaged:
    return Damaged("The result of a shard is not what was written. It is made again.")
