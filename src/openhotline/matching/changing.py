"""One change of a list's index: what is taken back is marked, what is new gets a segment."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from openhotline.errors import BadInput
from openhotline.matching.bands import FEW
from openhotline.matching.building import check_entries
from openhotline.matching.index import MOST_ROWS
from openhotline.matching.manifest import Manifest
from openhotline.matching.packed import Hashes
from openhotline.matching.parts import write_dead, write_part
from openhotline.matching.searching import Integers
from openhotline.matching.snapshot import Snapshot

SMALL = FEW
"""Hashes. A last segment below it is written again with the next change, instead of getting a neighbour.
``merge`` leaves it alone."""


def check_change(add_keys: Integers, add_hashes: Hashes, remove_keys: Integers) -> None:
    """Refuse what cannot be applied."""
    check_entries(add_keys, add_hashes)
    if remove_keys.dtype != np.int64 or remove_keys.ndim != 1:
        raise BadInput("Keys to remove are int64[m]. Convert them first.")


def changed(
    directory: Path,
    now: Snapshot,
    add_keys: Integers,
    add_hashes: Hashes,
    remove_keys: Integers,
    *,
    consume: bool = False,
) -> Manifest:
    """Write the files of a change and return the manifest that puts it in force."""
    parts = [part.without(add_keys).without(remove_keys) for part in now.parts]
    if parts and len(add_keys) and parts[-1].live + len(add_keys) <= SMALL:
        last = parts.pop()
        rows = last.live_rows()
        add_keys = np.concatenate([last.index.keys.of(rows), add_keys])
        add_hashes = np.concatenate([last.index.hashes(rows), add_hashes])
    before = {part.segment.name: part for part in now.parts}
    segments = [
        part.segment if part is before[part.segment.name] else write_dead(directory, part)
        for part in parts
        if part.live
    ]
    for start in range(0, len(add_keys), MOST_ROWS):
        some = slice(start, start + MOST_ROWS)
        segments.append(write_part(directory, add_keys[some], add_hashes[some], consume=consume))
    return replace(now.manifest, applied=now.manifest.applied + 1, segments=tuple(segments))
