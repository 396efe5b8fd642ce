"""An audit against a plain loop that does the same without walls, and against the peer's pipeline; then how it grows.

Compared are three ways through the same shards with two processes, each in fresh processes of its own:

- *ours*: the command ``openhotline audit`` from its first line to its last. Strangers' bytes are decoded in confined
  processes; every shard's result is kept on disk; tables, a signed summary and a page are written.
- *plain*: ``audit_plain``, a multiprocessing loop with the same decoder, fast hash, digests and match, without walls;
  and *plainest*, which matches fast hashes as if they were strict ones, for comparison.
- *peer*: ``audit_peer``, threatexchange's hashing and its index in a loop.

The clocks of plain and peer start when their processes are warm and their lists open. To be compared with that, what
ours takes for a collection of two listed pictures is taken off its time: its start and its end. Both figures are printed.
Every round runs all sides in an order by chance, a ratio is taken within its round, and the medians are given with their
ranges. What plain finds, ours must find, and nothing else.

Run: ``make bench-audit``, or ``python -m benchmarks.audit --count 4000 --rounds 2`` for a short look; ``--large`` for
pictures of 2 megapixels alone; ``--growth`` for time and memory at 20,000, 200,000 and 2,000,000 members. What is drawn
is kept in ``--data`` for the next run. A collection that takes less than some seconds says little: the start weighs more
than what is measured.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks import audit_growth
from benchmarks.audit_collections import (
    LARGE,
    PROCESSES,
    SMALL,
    Look,
    again,
    collections,
    next_to_nothing,
    prepared_list,
)
from benchmarks.audit_ours import audit
from benchmarks.audit_processes import run
from benchmarks.matching import held, spread

ENTRIES = 1_000_000
SHARDS = 20
PLAIN, START = "benchmarks.audit_plain", "start"
"""The side that is ours with next to nothing to look at."""

MANY = 5_000_000_000
"""Pictures of the largest published collections, for the arithmetic of what an audit of one costs."""


@dataclass(frozen=True)
class Cost:
    """One side in one round: seconds on the wall and of processor time, pictures, and the keys of those found."""

    wall: float
    processor: float
    pictures: int
    found: list[str]


Side = Callable[[Path], Cost]


@dataclass(frozen=True)
class Setting:
    """Folders by form, the list as a file and prepared, and a collection of next to nothing."""

    look: Look
    count: int
    folders: Mapping[str, Path]
    source: Path
    prepared: Path
    small: Path
    workers: int
    peer_shards: int


def setting(look: Look, count: int, data: Path, *, times: int, workers: int, peer_shards: int) -> Setting:
    """Draw what is not there."""
    data.mkdir(parents=True, exist_ok=True)
    folders = collections(data, look, count=count, shards=SHARDS)
    source, prepared = prepared_list(data, folders["tar"], count=count, entries=ENTRIES)
    small = next_to_nothing(data, look, folders["tar"], count=count)
    forms = dict(folders) if look is SMALL else {"tar": folders["tar"]}
    if times > 1:
        forms = {
            form: again(path, data / f"{path.name}-{times}-times", times) for form, path in forms.items()
        }
    return Setting(look, count * times, forms, source, prepared, small, workers, peer_shards)


def sides(of: Setting) -> dict[str, Side]:
    """Return all ways that are compared."""
    found = {
        START: _ours(of, of.small),
        "plainest tar": _apart(PLAIN, of.folders["tar"], of.prepared, "--plainest"),
    }
    for form, folder in of.folders.items():
        found[f"ours {form}"] = _ours(of, folder)
        found[f"plain {form}"] = _apart(PLAIN, folder, of.prepared)
    if of.peer_shards:
        arguments = (of.folders["tar"], of.source, "--shards", of.peer_shards)
        found["peer tar"] = _apart("benchmarks.audit_peer", *arguments)
    return found


def _ours(of: Setting, folder: Path) -> Side:
    def side(out: Path) -> Cost:
        done = audit(folder, of.prepared, out / "audit", "--workers", of.workers)
        assert not done.errors
        return Cost(done.run.seconds, done.run.processor, done.pictures, done.found)

    return side


def _apart(module: str, *arguments: object) -> Side:
    def side(out: Path) -> Cost:
        told = run(module, *arguments, "--out", out).told
        return Cost(told["seconds"], told["processor"], told["pictures"], told["hits"])

    return side


def interleaved(asked: Mapping[str, Side], rounds: int, peer_rounds: int) -> list[dict[str, Cost]]:
    """Run every side once a round, in an order by chance, and the peer in the first rounds only."""
    chance = np.random.default_rng(1)
    times: list[dict[str, Cost]] = []
    for turn in range(rounds):
        times.append({})
        for name in chance.permutation(list(asked)).tolist():
            if not name.startswith("peer") or turn < peer_rounds:
                with tempfile.TemporaryDirectory(prefix="openhotline-bench-") as out:
                    times[-1][name] = asked[name](Path(out))
    return times


def each(times: Sequence[Mapping[str, Cost]], name: str) -> list[tuple[float, float]]:
    """Return seconds and processor seconds a picture by round; ours without the median start and end."""
    starts = [turn[START] for turn in times] if name.startswith("ours") else [Cost(0, 0, 0, [])]
    wall = statistics.median(start.wall for start in starts)
    processor = statistics.median(start.processor for start in starts)
    return [
        (
            (turn[name].wall - wall) / (turn[name].pictures - starts[0].pictures),
            (turn[name].processor - processor) / (turn[name].pictures - starts[0].pictures),
        )
        for turn in times
        if name in turn
    ]


def report(times: Sequence[Mapping[str, Cost]], targets: Mapping[str, float]) -> None:
    """Print rates and ratios, after it was checked that plain and ours found the same."""
    _check(times[0])
    starts = [turn[START] for turn in times]
    spent = spread([start.processor for start in starts])
    print(f"  start and end of ours: {spread([start.wall for start in starts])} s, processor {spent} s")
    for name in sorted(times[0].keys() - {START}):
        _print_side(name, each(times, name), [turn[name] for turn in times if name in turn])
    for pair, target in targets.items():
        above, _, below = pair.partition(" / ")
        if above in times[0]:
            ratios = list(zip(each(times, above), each(times, below), strict=False))
            wall = [one[0] / other[0] for one, other in ratios]
            processor = spread([one[1] / other[1] for one, other in ratios], ".2f")
            verdict = held(statistics.median(wall), target)
            print(f"  {pair:<28} {spread(wall, '.2f')}{verdict}   processor time {processor}")


def _print_side(name: str, taken: list[tuple[float, float]], costs: list[Cost]) -> None:
    rates = spread([1 / wall for wall, _ in taken], ".0f")
    processor = [1e3 * spent for _, spent in taken]
    words = f"  {name:<14} {rates} a second, processor {spread(processor, '.3f')} ms each"
    if name.startswith("ours"):
        words += f"; as a whole {spread([cost.pictures / cost.wall for cost in costs], '.0f')} a second"
        typical = statistics.median(processor)
        words += (
            f"\n  {'':14} {1e3 / typical:.0f} a second and processor; {MANY / 1e9:.0f} billion like these: "
        )
        words += f"{typical * MANY / 3.6e6:,.0f} processor hours"
    print(words)


def _check(costs: Mapping[str, Cost]) -> None:
    """What plain finds is what ours finds, in both forms."""
    same = {name: cost.found for name, cost in costs.items() if name.startswith(("ours", "plain "))}
    if len({tuple(found) for found in same.values()}) != 1:
        raise SystemExit(f"The answers differ: { {name: len(found) for name, found in same.items()} }")
    others = {name: len(cost.found) for name, cost in costs.items() if name not in (*same, START)}
    print(f"  ours and plain found the same {len(next(iter(same.values())))} pictures; others: {others}")


TARGETS: Mapping[Look, Mapping[str, float]] = {
    SMALL: {
        "plain tar / ours tar": 0.95,
        "plain parquet / ours parquet": 0.95,
        "plainest tar / ours tar": 0,
        "peer tar / ours tar": 4,
    },
    LARGE: {"plain tar / ours tar": 0, "peer tar / ours tar": 15},
}
"""What the product promises, by pair of sides: the first one's time over the other's."""


def compare(of: Setting, rounds: int, peer_rounds: int) -> None:
    """Print one table."""
    size = sum(path.stat().st_size for path in of.folders["tar"].iterdir()) / of.count / 1024
    print(
        f"\n{of.count:,} JPEGs of {of.look.name}, {size:.0f} KiB each, in tars and parquet; a list of {ENTRIES:,} PDQ "
        f"hashes and half as many SHA-256; {rounds} rounds",
        flush=True,
    )
    report(interleaved(sides(of), rounds, peer_rounds), TARGETS[of.look])


def main() -> None:
    """Run what is asked for; without options what takes about a quarter of an hour."""
    parser = argparse.ArgumentParser(description="Audits against a plain loop and the peer.")
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--large-count", type=int, default=2_000)
    parser.add_argument("--times", type=int, default=1, help="list every shard so often, for a longer run")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peer-rounds", type=int, default=3, help="0 leaves the peer out")
    parser.add_argument("--workers", type=int, default=PROCESSES, help="of ours")
    parser.add_argument("--data", type=Path, default=Path(tempfile.gettempdir()) / "openhotline-audit-bench")
    for name in ("small", "large", "growth"):
        parser.add_argument(f"--{name}", action="store_true")
    parser.add_argument("--growth-counts", type=int, nargs="+", default=list(audit_growth.COUNTS))
    parser.add_argument("--entries", type=int, default=audit_growth.ENTRIES, help="of the list of --growth")
    told = parser.parse_args()
    chosen = {name for name in ("small", "large", "growth") if getattr(told, name)} or {"small", "large"}
    # the peer needs a tenth of a second for a large picture: a quarter of the shards are enough for its rate
    for look, name, count, shards in (
        (SMALL, "small", told.count, SHARDS),
        (LARGE, "large", told.large_count, SHARDS // 4),
    ):
        if name in chosen:
            shards = shards if told.peer_rounds else 0
            how = {"times": told.times, "workers": told.workers, "peer_shards": shards}
            found = setting(look, count, told.data, **how)
            compare(found, told.rounds, told.peer_rounds)
    if "growth" in chosen:
        audit_growth.report(told.count, told.growth_counts, told.entries, told.data)


if __name__ == "__main__":
    main()
