"""The plain loop that an audit is compared with: what a careful person writes in an afternoon, without any walls.

Two processes take shards in turn. For every picture: MD5, SHA-1 and SHA-256, the product's own decoder and fast hash
with its self-check (strict where that fails), in this very process. A shard's hashes are matched at once, with the
margins that the product's fast hashes need, and every candidate is confirmed by the strict hash, so that the answers are
the same; SHA-256 are looked up in a set. The rows of what was found go into one parquet file. Nothing is kept for a
second start, no bytes are distrusted, no member's error is told, nothing is signed. With ``--plainest`` fast hashes are
matched as if they were strict ones, and nothing is confirmed: quicker, and other answers.

Processes are started, loaded and warm before the clock runs. ``python -m benchmarks.audit_plain FOLDER LIST --out OUT``
goes through the shards of a folder with a prepared list and prints a line of JSON.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.audit_collections import PROCESSES, read

DISTANCE, MIN_QUALITY = 31, 50

Row = dict[str, Any]
Fingerprint = tuple[str, str, bytes, int, int, bytes]
"""Key, SHA-256, PDQ, quality, how many of its frequencies lie near the median, and the file: it may be needed again."""


class Worker:
    """What one process holds: the list, mapped into memory, and its SHA-256 as a set."""

    index: Any
    sha256: frozenset[str]
    margins: Sequence[tuple[int, int]]
    quality: int

    @classmethod
    def ready(cls, prepared: Path, plainest: bool) -> None:
        """Load and compile everything, and open the list."""
        from openhotline.datasets import scan
        from openhotline.datasets.bulk.asking import MARGINS
        from openhotline.known.answers import QUALITY_MARGIN
        from openhotline.matching import ListIndex, sections

        scan.warm()
        cls.index, cls.margins = ListIndex.open(prepared / "pdq"), () if plainest else MARGINS
        cls.quality = MIN_QUALITY if plainest else MIN_QUALITY - QUALITY_MARGIN
        values = sections.read(prepared / "rows.ohl").arrays["sha256 values"]
        cls.sha256 = frozenset(row.tobytes().hex() for row in values)
        cls.index.search(np.zeros((2, 32), np.uint8), DISTANCE)


def loop(path: Path) -> tuple[int, list[Row], float]:
    """Go through one shard; return how many pictures it has, what was found, and the processor time."""
    began = time.process_time()
    seen = [fingerprint(key, data) for key, data in read(path)]
    rows = [{"shard": path.name, **row} for row in (*_exact(seen), *_near(seen))]
    return len(seen), rows, time.process_time() - began


def fingerprint(key: str, data: bytes) -> Fingerprint:
    """Digest, decode and hash one file."""
    from openhotline import hashing, media

    digests = hashing.digests(data)
    small = media.decode(data, want="luma", min_short_side=hashing.FAST_SHORTER_SIDE)
    found = hashing.pdq_fast(small.pixels, width=small.full_width, height=small.full_height)
    if found.is_certain:
        return key, digests.sha256, found.value, found.quality, found.near_median, data
    return key, digests.sha256, *_strict(data), 0, data


def _strict(data: bytes) -> tuple[bytes, int]:
    from openhotline import hashing, media

    found = hashing.pdq_strict(media.decode(data, want="rgb").pixels)
    return found.value, found.quality


def _exact(seen: list[Fingerprint]) -> Iterator[Row]:
    for key, sha256, *_ in seen:
        if sha256 in Worker.sha256:
            yield {"key": key, "matched": "sha256", "distance": 0}


def _near(seen: list[Fingerprint]) -> Iterator[Row]:
    asked = [row for row in seen if row[3] >= Worker.quality]
    if not Worker.margins:
        found = _search([row[2] for row in asked], DISTANCE)
        for query, distance in zip(found.query.tolist(), found.distance.tolist(), strict=True):
            yield {"key": asked[query][0], "matched": "pdq", "distance": distance}
        return
    beyond = -1
    for most, margin in Worker.margins:
        yield from _confirmed([row for row in asked if beyond < row[4] <= most], DISTANCE + margin)
        beyond = most


def _confirmed(asked: list[Fingerprint], reach: int) -> Iterator[Row]:
    """Search for fast hashes as far as they need it, and confirm each candidate by the strict one."""
    candidates = sorted(set(_search([row[2] for row in asked], reach).query.tolist()))
    for key, *_, data in (asked[number] for number in candidates):
        value, quality = _strict(data)
        if quality >= MIN_QUALITY:
            for distance in _search([value], DISTANCE).distance.tolist():
                yield {"key": key, "matched": "pdq", "distance": distance}


def _search(hashes: list[bytes], reach: int) -> Any:
    return Worker.index.search(np.frombuffer(b"".join(hashes), np.uint8).reshape(-1, 32), reach)


def run(folder: Path, prepared: Path, out: Path, *, plainest: bool) -> Row:
    """Go through all shards and write one table; return what it cost."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    shards = sorted(folder.iterdir())
    with ProcessPoolExecutor(PROCESSES, initializer=Worker.ready, initargs=(prepared, plainest)) as pool:
        list(pool.map(_wait, [0.5] * 2 * PROCESSES))
        began, own = time.perf_counter(), time.process_time()
        done = list(pool.map(loop, shards))
        rows = [row for _, found, _ in done for row in found]
        pq.write_table(pa.Table.from_pylist(rows), out / "hits.parquet")
        seconds = time.perf_counter() - began
        processor = sum(spent for *_, spent in done) + time.process_time() - own
    return {
        "pictures": sum(count for count, *_ in done),
        "hits": sorted({str(row["key"]) for row in rows}),
        "seconds": seconds,
        "processor": processor,
    }


def _wait(seconds: float) -> None:
    time.sleep(seconds)


def main() -> None:
    """Run, and print what it cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("folder", "prepared", "--out"):
        parser.add_argument(name, type=Path)
    parser.add_argument(
        "--plainest", action="store_true", help="match fast hashes as if they were strict ones"
    )
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    print(json.dumps(run(options.folder, options.prepared, options.out, plainest=options.plainest)))


if __name__ == "__main__":
    main()
