"""A small data set of drawn pictures in tar files, a list of some of them, and audits of it."""

from __future__ import annotations

import io
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.gate.gate_cast import FLAT, KNOWN, KNOWN_AGAIN, drawn, encoded, lines_for, write_list

from openhotline.datasets.audit.asked import Asked

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def now() -> datetime:
    return NOON


def write_tar(path: Path, members: dict[str, bytes]) -> Path:
    """Write members as they come."""
    with tarfile.open(path, "w") as file:
        for name, data in members.items():
            told = tarfile.TarInfo(name)
            told.size = len(data)
            file.addfile(told, io.BytesIO(data))
    return path


def known_list(folder: Path) -> Path:
    """Return a list of one picture: its PDQ hash, and the SHA-256 of its bytes."""
    return write_list(folder / "known.csv", lines_for(KNOWN))


def tars(folder: Path, *, shards: int, pictures: int = 3) -> Path:
    """Write shards of other pictures and one re-encoded known picture each, and a broken one in the first."""
    folder.mkdir()
    number = 100
    for shard in range(shards):
        members = {}
        for _ in range(pictures):
            number += 1
            members[f"{number}.jpg"] = encoded(drawn(number))
        members[f"{shard}-known.jpg"] = KNOWN_AGAIN
        members[f"{shard}-known.txt"] = b"a caption"
        if shard == 0:
            members |= {"exact.jpg": KNOWN, "flat.jpg": FLAT, "broken.jpg": KNOWN[:500]}
        write_tar(folder / f"{shard:05d}.tar", members)
    return folder


def asked(data_set: Path, listed: Path, **more: object) -> Asked:
    """Return the question, for one process: tests run beside others."""
    return Asked(str(data_set), [listed], **{"workers": 1, **more})  # type: ignore[arg-type]


def rows(out: Path, name: str) -> list[dict[str, object]]:
    """Return the rows of a table, without what differs from run to run."""
    found = pq.read_table(out / f"{name}.parquet").to_pylist()
    return [{column: value for column, value in row.items() if column != "seconds"} for row in found]
