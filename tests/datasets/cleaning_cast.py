"""Data sets of random bytes in every form, and audits of them that name some members: nothing is decoded for these."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
import zipfile
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pyarrow as pa
import pyarrow.parquet as pq
from tests.datasets.audit_results import ASKED, KEY, NOON, hit, member

from openhotline.datasets.audit.digest import ShardDigest
from openhotline.datasets.audit.finishing import finish
from openhotline.datasets.audit.result import ShardResult
from openhotline.datasets.audit.tables import ERRORS, FINGERPRINTS, HITS
from openhotline.datasets.bulk.record import REMARKS
from openhotline.datasets.cleaning.finishing import Cleaned
from openhotline.datasets.cleaning.run import Wish, clean
from openhotline.datasets.inputs.planning import plan
from openhotline.datasets.inputs.reading import read_shard
from openhotline.datasets.inputs.shard import Item, Reading, Shard

Hashes = Mapping[str, bytes]


def noise(name: str, size: int = 700) -> bytes:
    """Bytes that are always the same for a name."""
    return hashlib.shake_128(os.fsencode(name)).digest(size)


def write_tar(path: Path, members: Iterable[tuple[str, bytes]], mode: str = "w") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, mode) as file:  # type: ignore[call-overload]
        for name, data in members:
            told = tarfile.TarInfo(name)
            told.size, told.mtime, told.uname = len(data), 1_600_000_000, "ana"
            file.addfile(told, io.BytesIO(data))
    return path


def samples(*names: str) -> list[tuple[str, bytes]]:
    """A picture and a caption each."""
    return [(f"{name}.{end}", noise(f"{name}.{end}")) for name in names for end in ("jpg", "txt")]


def audit(
    data_set: Path | str,
    out: Path,
    hits: Collection[str] = (),
    *,
    unreadable: Collection[str] = (),
    hashes: Hashes | None = None,
    values: Collection[bytes] = (),
    reading: Reading | None = None,
) -> Path:
    """Write an audit by which members of these keys are on a list, or those with these ``values`` of them where there
    are any; ``hashes`` are PDQ values by key."""
    how = reading or Reading()
    results = [_result(shard, how, hits, unreadable, hashes, values) for shard in plan(str(data_set), how)]
    told = {"key_column": how.key_column, "store": dict(how.store)}
    asked = {"reading": told, "fingerprints": hashes is not None}
    with patch("openhotline.datasets.audit.finishing.page", return_value="no plots, to be quick"):
        finish(out, results, {**ASKED, **asked}, key=KEY, at=NOON)
    return out


def _result(
    shard: Shard,
    reading: Reading,
    hits: Collection[str],
    unreadable: Collection[str],
    hashes: Hashes | None,
    values: Collection[bytes],
) -> ShardResult:
    digest = ShardDigest()
    found: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    prints: list[dict[str, Any]] = []
    for number, item in enumerate(read_shard(shard, reading)):
        digest.add_item(item)
        if item.problem or item.key in unreadable:
            errors.append(_error(shard, item.key, item.problem or "damaged"))
        if item.problem in REMARKS:
            continue
        told = _told(item)
        if item.key in hits and (not values or item.untrusted_bytes in values):
            pdq = (hashes or {}).get(item.key, bytes(32)).hex()
            found += [hit(shard.name, item.key, sha256=told, pdq=pdq) for _ in range(2)]
            found.append(hit(shard.name, item.key, sha256=told, pdq=pdq, list="other hills"))
        if hashes is not None:
            sha256 = bytes.fromhex(told) if told else None
            row = member(item.key, number, pdq=hashes.get(item.key), sha256=sha256)
            prints.append({"shard": shard.name, **row})
    return ShardResult(
        shard=shard.name,
        counts={"bytes": shard.size, "hits": len(found)},
        digest=digest.hex,
        seconds=0.1,
        hits=pa.Table.from_pylist(found, schema=HITS),
        errors=pa.Table.from_pylist(errors, schema=ERRORS),
        fingerprints=None if hashes is None else pa.Table.from_pylist(prints, schema=FINGERPRINTS),
    )


def _told(item: Item) -> str | None:
    return None if item.untrusted_bytes is None else hashlib.sha256(item.untrusted_bytes).hexdigest()


def _error(shard: Shard, key: str, kind: str) -> dict[str, Any]:
    return {"shard": shard.name, "key": key, "kind": kind, "words": "Said."}


def cleaned(data_set: Path | str, audited: Path, out: Path, **wish: Any) -> Cleaned:
    return clean(Wish(str(data_set), audited, **wish), out, key=KEY, now=lambda: NOON)


def in_tar(path: Path) -> dict[str, bytes]:
    with tarfile.open(path) as file:
        return {one.name: file.extractfile(one).read() for one in file if one.isreg()}  # type: ignore[union-attr]


def in_zip(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as file:
        assert file.testzip() is None
        return {name: file.read(name) for name in file.namelist()}


def in_folder(path: Path) -> dict[str, bytes]:
    return {str(one.relative_to(path)): one.read_bytes() for one in sorted(path.rglob("*")) if one.is_file()}


def removed(out: Path) -> set[tuple[str, str]]:
    """Keys with why they went."""
    rows = pq.read_table(out / "removed.parquet").to_pylist()
    return {(row["key"], row["why"]) for row in rows}


def untouched(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """What would tell that somebody wrote to a folder."""
    return {
        name: ((folder / name).stat().st_mtime_ns, (folder / name).stat().st_mode, data)
        for name, data in in_folder(folder).items()
    }
