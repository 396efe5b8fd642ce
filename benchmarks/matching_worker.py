"""One index in a process of its own, asked through its standard input: ``benchmarks.matching`` starts it.

The peer's speed depends on what its process did before (its hash maps lie wherever the heap had room), so it gets
a fresh one, and so do we. A line ``begin end distance each`` asks that slice of the queries, at once or one by one;
the answer is a line of JSON with the processor time that it took.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint8]
Answer = tuple[Integers, Integers, Integers]
Search = Callable[[Hashes, int], Answer]


def peer(hashes: Hashes, _: Path) -> tuple[Search, dict[str, float]]:
    """Build what threatexchange's PDQIndex builds: faiss multi-hash, 16 maps of 16 bits, behind an id map."""
    import faiss  # type: ignore[import-untyped]

    faiss.omp_set_num_threads(1)
    before = resident()
    index = faiss.IndexBinaryIDMap2(faiss.IndexBinaryMultiHash(256, 16, 16))
    begin = time.perf_counter()
    index.add_with_ids(hashes, np.arange(len(hashes)))
    built = time.perf_counter() - begin
    inner = faiss.downcast_IndexBinary(index.index)

    def search(queries: Hashes, distance: int) -> Answer:
        inner.nflip = distance // inner.nhash
        limits, away, keys = index.range_search(queries, distance + 1)
        return (
            np.repeat(np.arange(len(queries)), np.diff(limits.astype(np.int64))),
            keys,
            away.astype(np.int64),
        )

    return search, {"build": built, "bytes": (resident() - before) / len(hashes)}


def ours(hashes: Hashes, path: Path) -> tuple[Search, dict[str, float]]:
    """Build our index unless its file is there, and open it."""
    from openhotline import matching

    facts = {}
    if not path.exists():
        begin = time.perf_counter()
        matching.build_index(np.arange(len(hashes)), hashes, path)
        facts["build"] = time.perf_counter() - begin
    begin = time.perf_counter()
    index = matching.open_index(path)
    facts["open"] = time.perf_counter() - begin
    facts["bytes"] = path.stat().st_size / len(hashes)
    facts["bands"] = len(index.tables.bands)

    def search(queries: Hashes, distance: int) -> Answer:
        found = index.search(queries, distance)
        return found.query, found.key, found.distance

    return search, facts


KINDS = {"peer": peer, "ours": ours}


def resident() -> int:
    """Return the bytes of memory that this process holds."""
    fields = Path("/proc/self/statm").read_text().split()
    return int(fields[1]) * 4096


def ask(search: Search, queries: Hashes, distance: int, *, each: bool) -> tuple[float, Answer]:
    """Return the processor time, and what was found."""
    begin = time.process_time()
    if not each:
        found = search(queries, distance)
        return time.process_time() - begin, found
    answers = [search(queries[number : number + 1], distance) for number in range(len(queries))]
    taken = time.process_time() - begin
    numbers = np.concatenate([answer[0] + number for number, answer in enumerate(answers)])
    return taken, (numbers, *(np.concatenate([answer[k] for answer in answers]) for k in (1, 2)))


def checksum(found: Answer) -> int:
    """Return a number that another set of pairs hardly has; the order does not matter."""
    query, key, distance = (column.astype(np.uint64) for column in found)
    mixed = (query * np.uint64(0x9E3779B97F4A7C15)) ^ (key * np.uint64(0xC2B2AE3D27D4EB4F)) ^ distance
    return int((mixed * np.uint64(0xD6E8FEB86659FD93)).sum())


def main() -> None:
    """Build, say so, and answer until the input ends."""
    kind, hashes, queries, path = sys.argv[1:5]
    search, facts = KINDS[kind](np.load(hashes, mmap_mode="r"), Path(path))
    asked = np.load(queries)
    tell(facts)
    for line in sys.stdin:
        begin, end, distance, each = (int(word) for word in line.split())
        taken, found = ask(search, asked[begin:end], distance, each=bool(each))
        tell({"seconds": taken, "pairs": len(found[0]), "checksum": checksum(found)})


def tell(facts: dict[str, Any]) -> None:
    """Write one line."""
    print(json.dumps(facts), flush=True)


if __name__ == "__main__":
    main()
