"""The peer's own pipeline over the same shards: threatexchange hashes bytes and asks its PDQ index, in a loop.

``PdqSignal.hash_from_bytes`` (Pillow, ``pdqhash``) and ``PDQIndex.query`` (faiss), as the package's own command and HMA
use them, in two processes that share one index by being forked after it was built. No digests are made, no bytes are
distrusted and nothing is written; building the index and starting the processes count nowhere. All of that is in the
peer's favour. ``python -m benchmarks.audit_peer FOLDER LIST.csv`` prints a line of JSON.
"""

from __future__ import annotations

import argparse
import csv
import json
import multiprocessing
import time
from pathlib import Path
from typing import Any

from benchmarks.audit_collections import PROCESSES, read


class Peer:
    """The index, built once before the processes are forked."""

    index: Any


def loop(path: Path) -> tuple[int, list[str], float]:
    """Go through one shard; return how many pictures it has, the keys of what was found, and the processor time."""
    from threatexchange.signal_type.pdq.signal import PdqSignal

    began = time.process_time()
    count, found = 0, []
    for key, data in read(path):
        value = PdqSignal.hash_from_bytes(data)
        if value and Peer.index.query(value):
            found.append(key)
        count += 1
    return count, found, time.process_time() - began


def run(shards: list[Path], source: Path) -> dict[str, Any]:
    """Build the index, fork, go through all shards; return what it cost."""
    import faiss
    from threatexchange.signal_type.pdq.pdq_index import PDQIndex

    faiss.omp_set_num_threads(1)
    with source.open(newline="") as rows:
        Peer.index = PDQIndex(
            (row["value"], row["reference"]) for row in csv.DictReader(rows) if row["algorithm"] == "pdq"
        )
    with multiprocessing.get_context("fork").Pool(PROCESSES) as pool:
        began, own = time.perf_counter(), time.process_time()
        done = list(pool.imap(loop, shards))
        seconds = time.perf_counter() - began
        processor = sum(spent for *_, spent in done) + time.process_time() - own
    return {
        "pictures": sum(count for count, *_ in done),
        "hits": sorted({key for _, keys, _ in done for key in keys}),
        "seconds": seconds,
        "processor": processor,
    }


def main() -> None:
    """Run, and print what it cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("folder", "source"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--out", help="not used: nothing is written")
    parser.add_argument("--shards", type=int, default=None, help="go through so many")
    options = parser.parse_args()
    shards = sorted(options.folder.iterdir())[: options.shards]
    print(json.dumps(run(shards, options.source)))


if __name__ == "__main__":
    main()
