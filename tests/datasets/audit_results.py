"""Results of shards as a test writes them down: random numbers for hashes, and no picture anywhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from openhotline.datasets.audit.finishing import finish
from openhotline.datasets.audit.result import ShardResult
from openhotline.datasets.audit.summary import Summary
from openhotline.datasets.audit.tables import ERRORS, FINGERPRINTS, HITS
from openhotline.datasets.bulk.record import Mode, State
from openhotline.known.preparing import prepare

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ASKED: dict[str, Any] = {
    "data_set": "/home/ana/landscapes",
    "rule": {"distance": 31, "min_quality": 50, "turned": False},
    "lists": [
        {
            "name": "hills",
            "edition": "0123456789abcdef",
            "sha256": "01" * 32,
            "entries": {"pdq": 7, "md5": 9},
            "bad_rows": 0,
            "doubts": ["3 entries of the kind photodna are not compared."],
        }
    ],
    "engine": "local",
    "fingerprints": True,
    "census": False,
    "started_at": "2026-11-23T11:00:00.000000Z",
    "reading": {"store": {"endpoint": "http://store.example"}},
}

Values = npt.NDArray[np.uint8]


def random_values(seed: int, count: int, width: int = 32) -> Values:
    return np.random.default_rng(seed).integers(0, 256, (count, width), np.uint8)


def flipped(value: bytes, bits: int) -> bytes:
    """Return a value that differs in exactly so many bits."""
    changed = np.unpackbits(np.frombuffer(value, np.uint8))
    changed[:bits] ^= 1
    return np.packbits(changed).tobytes()


def member(key: str, seed: int, **given: Any) -> dict[str, Any]:
    """Return a row of fingerprints, of random numbers but for what is given."""
    values = random_values(seed, 1, 100)[0].tobytes()
    return {
        "key": key,
        "state": State.HASHED,
        "size": 1000,
        "md5": values[:16],
        "sha1": values[16:36],
        "sha256": values[36:68],
        "pdq": values[68:100],
        "pdq_quality": 100,
        "pdq_mode": Mode.STRICT,
    } | given


def hit(shard: str, key: str, **given: Any) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(HITS.names)
    told = {
        "shard": shard,
        "key": key,
        "matched": "pdq",
        "distance": 4,
        "threshold": 31,
        "pdq": "ab" * 32,
        "pdq_quality": 90,
        "variant": "original",
        "confirmed": True,
        "list": "hills",
        "edition": "0123456789abcdef",
        "tags": [],
    }
    return row | told | given


def shard(
    name: str,
    members: Sequence[Mapping[str, Any]] = (),
    *,
    hits: Sequence[Mapping[str, Any]] = (),
    errors: Sequence[tuple[str, str]] = (),
    failure: str = "",
    keep: bool = True,
    **counts: int,
) -> ShardResult:
    """Return a shard's result. ``errors`` are of a key and a kind."""
    told = [{"shard": name, "key": key, "kind": kind, "words": "Said."} for key, kind in errors]
    fingerprints = [{"shard": name, **row} for row in members]
    return ShardResult(
        shard=name,
        counts={
            "bytes": 1000 * len(members),
            "seen": len(members),
            "hashed": len(members),
            "hits": len(hits),
            "hit_members": len({row["key"] for row in hits}),
            "errors": len(errors),
        }
        | counts,
        digest="" if failure else f"{len(name):02x}" * 32,
        seconds=0.5,
        hits=pa.Table.from_pylist(list(hits), schema=HITS),
        errors=pa.Table.from_pylist(told, schema=ERRORS),
        fingerprints=_fingerprints(fingerprints) if keep and not failure else None,
        failure=failure,
    )


def _fingerprints(rows: list[dict[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(rows, schema=FINGERPRINTS)


def finished(out: Path, results: Sequence[ShardResult] | Iterator[ShardResult], **asked: Any) -> Summary:
    return finish(out, results, ASKED | asked, key=KEY, at=NOON)


def prepared_list(folder: Path, name: str, rows: Sequence[str]) -> Path:
    """Prepare a list of rows ``algorithm,value,quality``; return what can be opened."""
    folder.mkdir(parents=True, exist_ok=True)
    source = folder / f"{name}.csv"
    source.write_text("algorithm,value,quality\n" + "".join(f"{row}\n" for row in rows))
    prepare(source, folder / name)
    return folder / name
