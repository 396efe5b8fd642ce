"""Dividing pictures so that no source stands on both sides, and both classes stand on each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]
Numbers = NDArray[np.int64]


def fold_count(sources: Sequence[str], generated: Flags, most: int) -> int:
    """Return how many folds these sources allow: each needs one of each class. Below 2 none can be source-disjoint."""
    return min(most, *(len(set(_names(sources, generated == made))) for made in (False, True)))


def by_source(sources: Sequence[str], generated: Flags, count: int, turn: int = 0) -> Numbers:
    """Return each picture's fold. Whole sources go, the largest first, to the fold with the fewest of their class.

    A source that has pictures of both classes stays together. ``turn``: 0, or a number for another division: then the
    order of sources that are no more than half as large as the largest is drawn by it.
    """
    names = np.asarray(sources, object)
    home: dict[str, int] = {}
    for made in (False, True):
        load = [0] * count
        sizes = {
            name: int(((names == name) & (generated == made)).sum())
            for name in _names(sources, generated == made)
        }
        for name in _ordered(sizes, turn):
            if name not in home:
                home[name] = min(range(count), key=lambda fold: (load[fold], fold))
            load[home[name]] += sizes[name]
    return np.asarray([home[name] for name in sources], np.int64)


def at_random(generated: Flags, count: int, turn: int = 0) -> Numbers:
    """Return folds that ignore sources. What is measured with them flatters."""
    fold = np.zeros(len(generated), np.int64)
    chance = np.random.default_rng(turn)
    for made in (False, True):
        places = np.flatnonzero(generated == made)
        fold[chance.permutation(places)] = np.arange(len(places)) % count
    return fold


def _names(sources: Sequence[str], chosen: Flags) -> list[str]:
    return sorted({name for name, inside in zip(sources, chosen, strict=True) if inside})


def _ordered(sizes: dict[str, int], turn: int) -> list[str]:
    if not turn:
        return sorted(sizes, key=lambda name: (-sizes[name], name))
    half = max(sizes.values()) / 2
    chance = dict(zip(sorted(sizes), np.random.default_rng(turn).random(len(sizes)).tolist(), strict=True))
    return sorted(sizes, key=lambda name: (sizes[name] <= half, chance[name]))
