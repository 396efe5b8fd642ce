"""Fewer segments: those that are not much smaller than their elders are folded into one, without their dead rows.

Kept so that each segment holds at least RATIO times as many entries as all smaller ones together, there are few
of them (five for ten million entries), and an entry is written again only a few times in its life.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from openhotline.matching.building import build_index
from openhotline.matching.changing import SMALL
from openhotline.matching.index import MOST_ROWS, open_index
from openhotline.matching.manifest import Manifest, Segment
from openhotline.matching.parts import SEGMENT, Part, new_name, open_part, write_dead
from openhotline.matching.searching import Integers
from openhotline.matching.snapshot import Snapshot, take
from openhotline.matching.writing import MERGE_PREFIX, only_merger, only_writer, put_in_force, sweep_merges

RATIO = 3

DEAD_SHARE = 4
"""A segment of which a quarter is dead is written anew even alone."""


def merge(directory: Path, last: Snapshot | None) -> bool:
    """Do one merge if there is one to do. Only naming the result, at the end, keeps writers waiting."""
    with only_merger(directory) as alone:
        if not alone:
            return False
        sweep_merges(directory)
        before = take(directory, last)
        chosen = choose(before.parts)
        if not chosen:
            return False
        name = new_name(SEGMENT)
        built = _build(directory / f"{MERGE_PREFIX}{name}", chosen)
        with only_writer(directory):
            now = take(directory, before)
            put_in_force(directory, _manifest(directory, now, chosen, built, directory / name))
    return True


def choose(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Return what to fold together now. The last segment is left to ``apply`` while it is small."""
    if parts and parts[-1].index.count <= SMALL:
        parts = parts[:-1]
    by_size = sorted(parts, key=lambda part: part.live, reverse=True)
    for at, part in enumerate(by_size[:-1]):
        rest = sum(smaller.live for smaller in by_size[at + 1 :])
        if part.live < RATIO * rest and part.live + rest <= MOST_ROWS:
            return tuple(by_size[at:])
    return tuple(part for part in parts if DEAD_SHARE * len(part.dead) > part.index.count)[:1]


def _build(path: Path, chosen: tuple[Part, ...]) -> Path:
    """Write everything in force in the chosen segments into one, whose name no manifest knows yet."""
    rows = [(part, part.live_rows()) for part in chosen]
    keys = np.concatenate([part.index.keys.of(live) for part, live in rows])
    hashes = np.concatenate([part.index.hashes(live) for part, live in rows])
    build_index(keys, hashes, path, prefix=MERGE_PREFIX, consume=True)
    return path


def _manifest(directory: Path, now: Snapshot, chosen: tuple[Part, ...], built: Path, path: Path) -> Manifest:
    """Return what is in force with the new segment in the place of the chosen ones.

    Changes made in the meantime are kept: what was in force in a chosen segment and no longer is, be it that its
    rows were taken back or that the whole segment went into another, is dead in the new one.
    """
    names = {part.segment.name for part in chosen}
    merged = open_part(directory, Segment(built.name, open_index(built).count))
    merged = merged.without(_gone(now, chosen))
    others = [part.segment for part in now.parts if part.segment.name not in names]
    if not merged.live:
        return replace(now.manifest, segments=tuple(others))
    built.rename(path)
    segment = replace(merged.segment, name=path.name)
    if len(merged.dead):
        segment = write_dead(directory, replace(merged, segment=segment))
    return replace(now.manifest, segments=(segment, *others))


def _gone(now: Snapshot, chosen: tuple[Part, ...]) -> Integers:
    """Return the keys that were in force in the chosen segments and are not in force there now."""
    current = {part.segment.name: part for part in now.parts}
    gone = [np.empty(0, np.int64)]
    for part in chosen:
        still = current.get(part.segment.name)
        dead = still.dead if still else np.arange(part.index.count, dtype=np.uint32)
        gone.append(part.index.keys.of(np.setdiff1d(dead, part.dead, assume_unique=True)))
    return np.concatenate(gone)
