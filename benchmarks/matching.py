"""Matching against the peer: ``python -m benchmarks.matching [--million] [--ten-million] [--hundred-million] ...``.

The peer is the index that threatexchange's ``PDQIndex`` builds: faiss IndexBinaryIDMap2 over IndexBinaryMultiHash with
16 maps of 16 bits, one bit flipped, which is exact at 31. Both run in fresh processes of their own, on one thread, and
are asked in turn, in an order by chance; a ratio is taken within its round. Times are processor time. Every answer of
the peer must be ours and the other way round: queries, keys and distances are compared by a checksum in every round.

Half of the queries are listed hashes with 0 to 31 bits flipped, half are unrelated. Hashes are by chance, or of drawn
pictures (``picture_hashes``; made once and kept in the file that ``--hashes`` names: a minute for a million, ten for
ten million, on one core).
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks import matching_changes, matching_clusters
from benchmarks.picture_hashes import cached, picture_hashes

Hashes = npt.NDArray[np.uint8]

DISTANCE, WIDER = 31, 39
"""Bits: of a match, and with the margin that a site asks with before it looks closer."""


@dataclass(frozen=True)
class Size:
    """How many hashes, how they are asked, and what the product promises."""

    count: int
    queries: int
    rounds: int
    ratio_by_chance: float
    ratio_of_pictures: float
    build: float = 60.0
    memory: float = 130.0


MILLION = Size(1_000_000, 1_000, 7, 20, 20)
TEN_MILLION = Size(10_000_000, 250, 5, 50, 90)
HUNDRED_MILLION = Size(100_000_000, 1_000, 5, 0, 0, build=600.0, memory=100.0)
OPEN, RATE = 0.1, 1_000


class Worker:
    """An index in a process of its own."""

    def __init__(self, kind: str, folder: Path) -> None:
        command = [sys.executable, "-m", "benchmarks.matching_worker", kind]
        files = [folder / "hashes.npy", folder / "queries.npy", folder / "x.index"]
        self.process = subprocess.Popen(
            [*command, *files], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.facts = self._answer()

    def ask(self, begin: int, end: int, distance: int, *, each: bool = False) -> dict[str, Any]:
        """Ask a slice of the queries."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{begin} {end} {distance} {int(each)}\n")
        self.process.stdin.flush()
        return self._answer()

    def close(self) -> None:
        """End the process."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()

    def _answer(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit("A worker died; see what it wrote above.")
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextmanager
def workers(kinds: Sequence[str], folder: Path) -> Iterator[dict[str, Worker]]:
    """Start workers one after the other, so that none is built while another is."""
    started: dict[str, Worker] = {}
    try:
        for kind in kinds:
            started[kind] = Worker(kind, folder)
        yield started
    finally:
        for worker in started.values():
            worker.close()


def held(value: float, target: float, *, at_most: bool = False) -> str:
    """Say whether a target is held; nothing where there is none."""
    if not target:
        return ""
    good = value <= target if at_most else value >= target
    return f"   target {'<=' if at_most else '>='} {target:g}: {'held' if good else 'MISSED'}"


def spread(values: Sequence[float], form: str = ".1f") -> str:
    """Return median and range."""
    return f"{statistics.median(values):{form}} [{min(values):{form}} - {max(values):{form}}]"


def compare(size: Size, name: str, folder: Path, target: float) -> None:
    """Print one table: ours and the peer's, on the hashes and queries in a folder."""
    print(f"\n{size.count:,} hashes {name}", flush=True)
    with workers(("ours", "peer"), folder) as asked:
        report_facts(size, {kind: worker.facts for kind, worker in asked.items()})
        for each, form in ((False, f"{size.queries} at once"), (True, "one by one")):
            slices = size.queries if not each else max(size.queries // 10, 25)
            times = interleaved(asked, slices, size.rounds, each=each)
            ratios = [peer / ours for ours, peer in zip(times["ours"], times["peer"], strict=True)]
            print(f"  {form:16} ours {spread(times['ours'])} us   peer {spread(times['peer'])} us")
            aim = target if not each else 0
            print(f"  {'':16} peer / ours {spread(ratios)}{held(statistics.median(ratios), aim)}")
        wider = asked["ours"].ask(0, size.queries, WIDER)["seconds"] / size.queries
        print(f"  {'distance ' + str(WIDER):16} ours {wider * 1e6:.1f} us a query")
        print("  every round found the same pairs with the same distances")


def report_facts(size: Size, facts: dict[str, dict[str, float]]) -> None:
    """Print what building and opening took."""
    ours, peer = facts["ours"], facts.get("peer")
    peers = f" (peer {peer['build']:.1f} s)" if peer else ""
    print(f"  build            {ours['build']:.1f} s{peers}{held(ours['build'], size.build, at_most=True)}")
    print(
        f"  open             {ours['open'] * 1e3:.1f} ms{held(ours['open'] * 1e3, OPEN * 1e3, at_most=True)}"
    )
    peers = f" (peer {peer['bytes']:.0f} resident)" if peer else ""
    share = held(ours["bytes"], size.memory, at_most=True)
    print(
        f"  memory           {ours['bytes']:.1f} bytes a hash, {ours['bands']:.0f} bands{peers}{share}",
        flush=True,
    )


def interleaved(asked: dict[str, Worker], queries: int, rounds: int, *, each: bool) -> dict[str, list[float]]:
    """Return microseconds a query by kind and round, after each was asked every piece once."""
    chance, times = np.random.default_rng(queries), {kind: list[float]() for kind in asked}
    for turn in range(-PIECES, rounds):
        begin, found = turn % PIECES * queries, {}
        for kind in chance.permutation(list(asked)).tolist():
            found[kind] = asked[kind].ask(begin, begin + queries, DISTANCE, each=each)
            if turn >= 0:
                times[kind].append(found[kind]["seconds"] / queries * 1e6)
        if len({(answer["pairs"], answer["checksum"]) for answer in found.values()}) != 1:
            raise SystemExit(f"The answers differ: {found}")
    return times


PIECES = 4
"""Queries come in so many pieces, which the rounds take in turn."""


def prepare(folder: Path, hashes: Hashes, unrelated: Hashes) -> None:
    """Write hashes and queries for the workers."""
    chance, wanted = np.random.default_rng(2), len(unrelated)
    listed = flip(np.asarray(hashes[np.sort(chance.integers(0, len(hashes), wanted))]), chance)
    queries = np.concatenate([listed, unrelated])[chance.permutation(2 * wanted)]
    np.save(folder / "queries.npy", queries)
    if not (folder / "hashes.npy").exists():
        np.save(folder / "hashes.npy", hashes)


def flip(hashes: Hashes, chance: np.random.Generator) -> Hashes:
    """Flip 0 to 31 bits of each."""
    bits = np.unpackbits(hashes, axis=1)
    for row in bits:
        row[chance.choice(256, int(chance.integers(0, DISTANCE + 1)), replace=False)] ^= 1
    return np.packbits(bits, axis=1)


def by_chance(count: int, seed: int) -> Hashes:
    """Return uint8[count, 32]."""
    return np.random.default_rng(seed).integers(0, 256, (count, 32), dtype=np.uint8)


def report_pair(size: Size, pictures: Path, scratch: Path) -> None:
    """Compare on hashes by chance, then on those of pictures."""
    half = PIECES * size.queries // 2
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        prepare(Path(folder), by_chance(size.count, 1), by_chance(half, 3))
        compare(size, "by chance", Path(folder), size.ratio_by_chance)
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        hashes = cached(pictures, size.count, processes=len(os.sched_getaffinity(0)))
        prepare(Path(folder), hashes, picture_hashes(half, seed=77))
        del hashes
        compare(size, "of pictures", Path(folder), size.ratio_of_pictures)


def report_hundred_million(size: Size, scratch: Path) -> None:
    """Build the largest, without a peer: faiss would need about 30 GB."""
    with tempfile.TemporaryDirectory(dir=scratch) as name:
        folder = Path(name)
        shape = (size.count, 32)
        hashes = np.lib.format.open_memmap(folder / "hashes.npy", "w+", np.uint8, shape)
        part = size.count // 100
        for number in range(100):
            hashes[number * part : (number + 1) * part] = by_chance(part, 1_000 + number)
        hashes.flush()
        prepare(folder, hashes, by_chance(PIECES * size.queries // 2, 3))
        del hashes
        print(f"\n{size.count:,} hashes by chance", flush=True)
        with workers(("ours",), folder) as asked:
            facts = asked["ours"].facts
            report_facts(size, {"ours": facts})
            times = interleaved(asked, size.queries, size.rounds, each=False)["ours"]
            rate = 1e6 / statistics.median(times)
            print(f"  {size.queries} at once     {spread(times)} us, {rate:,.0f} a second{held(rate, RATE)}")
            found = sum(
                asked["ours"].ask(begin, begin + size.queries, DISTANCE)["pairs"]
                for begin in range(0, PIECES * size.queries, size.queries)
            )
            print(f"  found {found:,} of {PIECES * size.queries // 2:,} listed hashes with flipped bits")


def main() -> None:
    """Run what is asked for; without options what takes a few minutes."""
    parser = argparse.ArgumentParser(description="Matching against the peer.")
    names = ("million", "ten-million", "hundred-million", "clusters", "million-clusters", "changes")
    for name in names:
        parser.add_argument(f"--{name}", action="store_true")
    folder = Path(tempfile.gettempdir())
    parser.add_argument("--hashes", type=Path, default=folder / "openhotline-picture-hashes.npy")
    parser.add_argument("--scratch", type=Path, default=folder, help="a folder with room for the files")
    options = parser.parse_args()
    chosen = {name for name in names if getattr(options, name.replace("-", "_"))} or {
        "million",
        "clusters",
        "changes",
    }
    began = time.perf_counter()
    if "million" in chosen:
        report_pair(MILLION, options.hashes, options.scratch)
    if "ten-million" in chosen:
        report_pair(TEN_MILLION, options.hashes.with_stem(options.hashes.stem + "-10m"), options.scratch)
    if "hundred-million" in chosen:
        report_hundred_million(HUNDRED_MILLION, options.scratch)
    if "clusters" in chosen:
        matching_clusters.report(options.hashes, 100_000)
    if "million-clusters" in chosen:
        matching_clusters.report(options.hashes, 1_000_000)
    if "changes" in chosen:
        matching_changes.report(options.hashes, options.scratch)
    print(f"\n{time.perf_counter() - began:.0f} s in all")


if __name__ == "__main__":
    main()
