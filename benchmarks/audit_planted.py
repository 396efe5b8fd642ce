"""Known pictures hidden in a collection: which does an audit find, and what does it tell that is not so?

A collection of drawn pictures in tars; among them every one of 500 listed originals, once for each way in
``audit_transforms`` (so with 500 of them 12,000 of 100,000 members are hidden ones). The list holds a strict PDQ hash of
each original and, so that there is something to be confused with, hashes of 5,000 other pictures by the same program
that are not in the collection, and of 100,000 crops of another kind of picture (``picture_hashes``). Then ``openhotline
audit`` runs as anybody runs it.

*Recall* is the share of members of a kind with a hit on their own original. A *false hit* is a member with a hit on an
entry that is not its original. Both hashes then really lie within 31 bits, which is confirmed at full resolution: the
pictures are drawn by one program, and some of their scenes are alike. Intervals are Wilson's, 95 %.

Run: ``python -m benchmarks.audit_planted``, or with ``--count 2000`` for a short look. The collection is drawn once and
kept in ``--data``: about ten minutes on two cores.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.audit_collections import PROCESSES, write_tar
from benchmarks.audit_ours import audit
from benchmarks.audit_transforms import CHANGES, encoded
from benchmarks.picture_hashes import picture_hashes
from openhotline.provenance.detectors.metrics import wilson

Z95 = 1.959964
MEMBERS_A_SHARD = 1_000
LISTED_OF, LIKE_OF, OTHERS = 200, 20, 100_000
"""Of so many members one original is listed, and of so many one entry more, of a picture by the same program; entries of
other pictures."""

SIZES = ((640, 480), (480, 640), (640, 360), (512, 512), (800, 600))
UNRELATED, ORIGINALS, ALIKE = 10_000_000, 20_000_000, 30_000_000
"""Where the numbers begin from which unrelated members, originals, and listed pictures like them are drawn."""


@dataclass(frozen=True)
class Member:
    """``kind`` is one of ``CHANGES``, or empty for what is on no list."""

    number: int
    kind: str = ""

    @property
    def key(self) -> str:
        """The name in the tar, from which the truth is read."""
        if not self.kind:
            return f"other-{self.number}.jpg"
        return f"hidden-{list(CHANGES).index(self.kind)}-{self.number}.{CHANGES[self.kind][0]}"

    def file(self) -> bytes:
        """Draw it."""
        if not self.kind:
            return encoded(drawn(UNRELATED + self.number, scale=0.6), "JPEG", quality=80)
        return CHANGES[self.kind][1](drawn(ORIGINALS + self.number))


def drawn(number: int, *, scale: float = 1.0) -> Image.Image:
    """Draw a picture of one of the sizes: the same for the same number."""
    from openhotline_server.pipeline.drawing import draw

    width, height = SIZES[number % len(SIZES)]
    return draw(number, width=round(width * scale), height=round(height * scale))


def fingerprint(number: int) -> tuple[int, str, int]:
    """Return the number, the strict PDQ hash and its quality of a picture as it was drawn."""
    from openhotline import hashing

    found = hashing.pdq_strict(np.asarray(drawn(number)))
    return number, found.hex, found.quality


def originals(count: int, first: int, pool: ProcessPoolExecutor) -> list[tuple[int, str, int]]:
    """Return the first so many pictures from a number on that say enough to be listed."""
    from openhotline.hashing import MATCHABLE_QUALITY

    found: list[tuple[int, str, int]] = []
    while len(found) < count:
        wanted = range(first, first + count - len(found) + 8)
        found += [one for one in pool.map(fingerprint, wanted, chunksize=32) if one[2] >= MATCHABLE_QUALITY]
        first = wanted.stop
    return found[:count]


def made(data: Path, count: int) -> tuple[Path, Path]:
    """Return the folder of tars and the list, drawn first where they are not there."""
    folder, source = data / f"planted-{count}", data / f"planted-{count}.csv"
    if not folder.is_dir():
        print(f"drawing {count:,} pictures …", flush=True)
        new = folder.with_name(f"{folder.name}.new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        with ProcessPoolExecutor(PROCESSES) as pool:
            listed = originals(max(1, count // LISTED_OF), ORIGINALS, pool)
            alike = originals(count // LIKE_OF, ALIKE, pool)
            _write_list(source, listed, alike)
            shares = _shares(count, [number - ORIGINALS for number, _, _ in listed])
            list(pool.map(partial(_draw_shard, new), shares))
        new.rename(folder)
    return folder, source


def _write_list(path: Path, listed: list[tuple[int, str, int]], alike: list[tuple[int, str, int]]) -> None:
    with path.open("w") as out:
        out.write("algorithm,value,quality,reference\n")
        out.writelines(
            f"pdq,{value},{quality},original {number - ORIGINALS}\n" for number, value, quality in listed
        )
        out.writelines(f"pdq,{value},{quality},like it {number}\n" for number, value, quality in alike)
        out.writelines(f"pdq,{row.tobytes().hex()},100,another\n" for row in picture_hashes(OTHERS, seed=5))


def _shares(count: int, listed: list[int]) -> list[tuple[int, list[Member]]]:
    """Deal hidden and other members into shards, in an order by chance."""
    members = [Member(number, kind) for number in listed for kind in CHANGES]
    members += [Member(number) for number in range(count - len(members))]
    order = np.random.default_rng(1).permutation(len(members)).tolist()
    cuts = range(0, count, MEMBERS_A_SHARD)
    return [(n, [members[at] for at in order[cut : cut + MEMBERS_A_SHARD]]) for n, cut in enumerate(cuts)]


def _draw_shard(folder: Path, share: tuple[int, list[Member]]) -> None:
    number, members = share
    write_tar(folder / f"{number:05d}.tar", ((member.key, member.file()) for member in members))


@dataclass
class Told:
    """What an audit told of a collection, by the member's key."""

    own: dict[str, int]
    """The distance to its own original, of members that were found."""

    false: dict[str, set[str]]
    """By member: what it was taken for and is not."""


def told(hits: Iterator[dict[str, object]]) -> Told:
    """Sort hits into true and false ones."""
    found = Told({}, {})
    for row in hits:
        key, reference = str(row["key"]), str(row["entry_reference"])
        if reference == f"original {_number(key)}" and key.startswith("hidden"):
            found.own[key] = min(int(str(row["distance"])), found.own.get(key, 256))
        else:
            found.false.setdefault(key, set()).add(reference.partition(" ")[0])
    return found


def _number(key: str) -> int:
    return int(key.partition(".")[0].rpartition("-")[2])


def report(found: Told, count: int) -> None:
    """Print recall by kind, and false hits."""
    listed = max(1, count // LISTED_OF)
    print(f"{'':<30} {'found':>6} {'of':>6}   recall   95 % interval      distance: median, most")
    for place, kind in enumerate(CHANGES):
        distances = sorted(d for key, d in found.own.items() if key.startswith(f"hidden-{place}-"))
        middle = f"{distances[len(distances) // 2]:3d} {distances[-1]:4d}" if distances else ""
        print(f"{kind:<30} {len(distances):6d} {listed:6d}   {_rate(len(distances), listed)}   {middle}")
    hidden = sum(key.startswith("hidden") for key in found.false)
    others = count - listed * len(CHANGES)
    print("\nfalse hits, members:")
    print(
        f"  of {others:,} on no list: {len(found.false) - hidden}  = {_rate(len(found.false) - hidden, others, 4)}"
    )
    of_all = listed * len(CHANGES)
    print(f"  of {of_all:,} hidden, another entry beside or instead: {hidden}  = {_rate(hidden, of_all, 4)}")
    kinds = Counter(reference for references in found.false.values() for reference in references)
    names = {
        "like": "a listed picture by the same program",
        "original": "an original",
        "another": "other pictures",
    }
    for reference, number in kinds.most_common():
        print(f"    taken for {names[reference]}: {number}")


def _rate(hits: int, of: int, digits: int = 1) -> str:
    low, high = wilson(hits, of, Z95)
    return f"{100 * hits / of:6.{digits}f} %  [{100 * low:.{digits}f} - {100 * high:.{digits}f}]"


def main() -> None:
    """Draw, audit, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--data", type=Path, default=Path(tempfile.gettempdir()) / "openhotline-audit-bench")
    options = parser.parse_args()
    folder, source = made(options.data, options.count)
    with tempfile.TemporaryDirectory(prefix="openhotline-bench-") as out:
        done = audit(folder, source, Path(out) / "audit")
        print(f"{options.count:,} members audited in {done.run.seconds:.0f} s\n")
        report(told(done.hits()), options.count)
        if done.errors:
            raise SystemExit(f"{done.errors} members could not be read; nothing of this can be relied upon.")


if __name__ == "__main__":
    main()
