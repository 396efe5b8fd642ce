"""Rows of an audit's tables from batches that were looked at: columns at a time, never a Python object a member."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from openhotline.datasets.audit.tables import ERRORS, FINGERPRINTS, HITS
from openhotline.datasets.bulk.record import NO_QUALITY, REASONS, Hit, Looked, Mode, State
from openhotline.datasets.inputs.shard import PROBLEMS
from openhotline.media.reasons import FAILED, TOO_LARGE, UNDECODABLE

Numbers = npt.NDArray[Any]

_DIGESTS = ("md5", "sha1", "sha256")
_WORDS: Mapping[str, str] = {**FAILED, **TOO_LARGE, **UNDECODABLE, **PROBLEMS}
_OTHER = "It could not be decoded."


def hit_rows(shard: str, looked: Looked, hits: Sequence[Hit]) -> pa.RecordBatch:
    """Return a row for each hit, of the schema HITS."""
    rows = [_hit_row(shard, looked, hit) for hit in hits]
    return pa.RecordBatch.from_pylist(rows, schema=HITS)


def _hit_row(shard: str, looked: Looked, hit: Hit) -> dict[str, Any]:
    look = looked.looks[hit.position]
    return {
        "shard": shard,
        "key": written(looked.keys[hit.position]),
        "size": int(look["size"]) if _has_bytes(look) else None,
        **{name: _hexadecimal(look[name]) for name in _DIGESTS},
        "pdq": hit.pdq or (_hexadecimal(look["pdq"]) if look["mode"] != Mode.NONE else None),
        "pdq_quality": hit.quality,
        "matched": hit.by,
        "distance": hit.distance,
        "threshold": hit.threshold,
        "variant": hit.variant,
        "confirmed": hit.confirmed,
        "list": hit.list,
        "edition": hit.edition,
        "entry_line": hit.entry_line,
        "entry_reference": hit.entry_reference,
        "entry_quality": hit.entry_quality,
        "ai": hit.ai,
        "tags": list(hit.tags),
        "grades": json.dumps(dict(hit.grades), sort_keys=True) if hit.grades else "",
    }


def error_rows(shard: str, looked: Looked) -> pa.RecordBatch | None:
    """Return a row for each member that could not be read or decoded; None where there is none."""
    looks = looked.looks
    undecoded = np.flatnonzero(looks["state"] == State.UNREADABLE).tolist()
    kinds = {position: REASONS[looks["reason"][position]] or "other" for position in undecoded}
    kinds |= looked.problems
    if not kinds:
        return None
    rows = [
        {"shard": shard, "key": written(looked.keys[at]), "kind": kind, "words": _WORDS.get(kind, _OTHER)}
        for at, kind in sorted(kinds.items())
    ]
    return pa.RecordBatch.from_pylist(rows, schema=ERRORS)


def fingerprint_rows(shard: str, looked: Looked, members: Numbers) -> pa.RecordBatch:
    """Return a row for each of ``members``, positions in the batch; what is not known of one is null."""
    looks = looked.looks[members]
    count = len(looks)
    names = pa.DictionaryArray.from_arrays(
        pa.array(np.zeros(count, np.int32)), pa.array([shard], pa.string())
    )
    read = np.isin(looks["state"], (State.HASHED, State.UNREADABLE, State.OTHER))
    hashed = looks["mode"] != Mode.NONE
    qualities = looks["quality"]
    columns = [
        names,
        pa.array([written(looked.keys[at]) for at in members.tolist()], pa.string()),
        pa.array(looks["state"], pa.uint8()),
        pa.array(looks["size"], pa.int64(), mask=~read),
        *(_binary(looks[name], looks[name].any(axis=1)) for name in _DIGESTS),
        _binary(looks["pdq"], hashed),
        pa.array(qualities, pa.int16(), mask=~hashed | (qualities == NO_QUALITY)),
        pa.array(looks["mode"], pa.uint8()),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=FINGERPRINTS)


def table_of(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> pa.Table:
    """Return one table of what came in batches."""
    return pa.Table.from_batches(list(batches), schema)


def written(key: str) -> str:
    """Return a key as tables can hold it: bytes of a file's name that are no UTF-8 are spelled out."""
    try:
        key.encode()
    except UnicodeEncodeError:
        return key.encode("utf-8", "backslashreplace").decode()
    return key


def _has_bytes(look: Any) -> bool:
    return look["state"] in (State.HASHED, State.UNREADABLE, State.OTHER)


def _hexadecimal(value: Numbers) -> str | None:
    return value.tobytes().hex() if value.any() else None


def _binary(values: Numbers, known: Any) -> pa.Array:
    """Return values of one width without copying each; those not known are null."""
    bits = np.packbits(known, bitorder="little")
    data = np.ascontiguousarray(values)
    return pa.Array.from_buffers(
        pa.binary(values.shape[1]), len(values), [pa.py_buffer(bits), pa.py_buffer(data)], int((~known).sum())
    )
