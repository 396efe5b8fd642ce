"""Members that look like one that goes: by the hashes that an audit stored, no picture is read for it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from openhotline.datasets.audit.finishing import FINGERPRINTS_FOLDER, HITS_FILE
from openhotline.datasets.cleaning.tables import NEAR_DUPLICATE, REMOVED
from openhotline.errors import NotFound
from openhotline.matching import ListIndex

Hashes = npt.NDArray[np.uint8]

AT_ONCE = 16_384  # fingerprints that are compared at a time

NO_FINGERPRINTS = (
    "The audit kept no fingerprints, and near-duplicates are found by them. Run it again with --fingerprints."
)


def near_reasons(audit: Path, *, distance: int, min_quality: int) -> pa.Table:
    """Return a row of REMOVED for each member at most ``distance`` bits from one that was hit, and not hit itself.

    Both hashes have at least ``min_quality``. The stored hashes may be of a scaled decode, which differ from strict ones
    by some bits: at the edge of the distance a member may be on either side.
    """
    parts = sorted((audit / FINGERPRINTS_FOLDER).glob("part-*.parquet"))
    if not parts:
        raise NotFound(NO_FINGERPRINTS)
    hashes, hit = _hits(audit, min_quality)
    found = [REMOVED.empty_table()]
    if len(hashes):
        with tempfile.TemporaryDirectory(prefix="openhotline-near-") as folder:
            index = ListIndex.create(Path(folder) / "index")
            index.apply(np.arange(len(hashes)), hashes, np.empty(0, np.int64))
            found += [table for part in parts for table in _near(part, index, distance, min_quality, hit)]
    return pa.concat_tables(found)


def _hits(audit: Path, min_quality: int) -> tuple[Hashes, frozenset[tuple[str, str]]]:
    """Return the hashes of what was hit, and its shards and keys."""
    table = pq.read_table(audit / HITS_FILE, columns=["shard", "key", "pdq", "pdq_quality"])
    members = frozenset(zip(table["shard"].to_pylist(), table["key"].to_pylist(), strict=True))
    good = table.filter(pc.greater_equal(table["pdq_quality"], min_quality))
    texts = {text for text in good["pdq"].to_pylist() if text}
    joined = np.frombuffer(bytes.fromhex("".join(sorted(texts))), np.uint8)
    return joined.reshape(-1, 32), members


def _near(
    part: Path, index: ListIndex, distance: int, min_quality: int, hit: frozenset[tuple[str, str]]
) -> Iterator[pa.Table]:
    with pq.ParquetFile(part) as file:
        names = ["shard", "key", "sha256", "pdq", "pdq_quality"]
        for batch in file.iter_batches(AT_ONCE, columns=names):
            usable = pc.and_(pc.is_valid(batch["pdq"]), pc.greater_equal(batch["pdq_quality"], min_quality))
            rows = batch.filter(usable)
            queries = np.frombuffer(b"".join(rows["pdq"].to_pylist()), np.uint8).reshape(-1, 32)
            near = np.unique(index.search(queries, distance).query)
            yield _told(rows.take(pa.array(near)), hit)


def _told(rows: pa.RecordBatch, hit: frozenset[tuple[str, str]]) -> pa.Table:
    told = [
        {
            "shard": row["shard"],
            "key": row["key"],
            "sha256": row["sha256"].hex() if row["sha256"] else None,
            "why": NEAR_DUPLICATE,
        }
        for row in rows.select(["shard", "key", "sha256"]).to_pylist()
        if (row["shard"], row["key"]) not in hit
    ]
    return pa.Table.from_pylist(told, schema=REMOVED)
