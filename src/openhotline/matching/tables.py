"""What an index is searched by: codes, groups, and where those lie in memory; in a mapped file or in memory alone."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from openhotline.matching.bands import Band
from openhotline.matching.packed import aligned
from openhotline.matching.permutation import Codes
from openhotline.matching.probes import probes_for

if TYPE_CHECKING:
    from openhotline.matching.search_kernels import Asked

Halves = npt.NDArray[np.uint32]

THREADS = 2
"""That fill bands at once; each needs 4 to 8 bytes a hash meanwhile."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a band lies, counted in numbers of 32 bits: its lines, and ``size`` numbers beyond them."""

    lines: int
    beyond: int
    size: int


@dataclass(frozen=True)
class Tables:
    """``memory`` holds the groups of every band; all arrays are read-only and may be shared by threads."""

    codes: Codes
    memory: Halves
    bands: tuple[Band, ...]
    places: tuple[Place, ...]
    _asked: dict[int, Asked | None] = field(default_factory=dict, repr=False)

    @property
    def row_bits(self) -> int:
        """Return how many lower bits of an item are its row. No row has all of them set."""
        return row_bits(len(self.codes))

    def asked(self, distance: int) -> Asked | None:
        """Return what the kernels need for a distance; None where comparing with every hash is quicker."""
        if distance not in self._asked:
            self._asked[distance] = self._ask(distance)
        return self._asked[distance]

    def _ask(self, distance: int) -> Asked | None:
        from openhotline.matching.search_kernels import Asked

        probes = probes_for(self.bands, len(self.codes), distance)
        if probes is None:
            return None
        rows = [
            (band.start, band.width, band.rest_bits, place.lines, place.beyond, place.size, *part)
            for band, place, part in zip(self.bands, self.places, probes.slices, strict=True)
        ]
        arrays = np.array(rows, np.uint64), probes.masks, probes.left, probes.flips
        return Asked(self.codes, self.memory, *(fixed(array) for array in arrays))


def row_bits(count: int) -> int:
    """Return how many bits a row takes, so that none has all of them set: that one marks a free slot."""
    return count.bit_length()


def fixed(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Mark an array as read-only, which is what the kernels are compiled for."""
    array.setflags(write=False)
    return array


def fill(codes: Codes, bands: tuple[Band, ...]) -> Iterator[tuple[Halves, Halves]]:
    """Yield the lines, uint32[groups, 16], and the numbers beyond them of every band, few bands ahead of the taker."""
    with ThreadPoolExecutor(THREADS) as pool:
        filling = deque(pool.submit(_fill, codes, band) for band in bands[:THREADS])
        for band in bands[THREADS:]:
            yield filling.popleft().result()
            filling.append(pool.submit(_fill, codes, band))
        while filling:
            yield filling.popleft().result()


def in_memory(codes: Codes, bands: tuple[Band, ...]) -> Tables:
    """Make tables that live as long as they are used."""
    parts, places, at = [], [], 0
    for lines, beyond in fill(codes, bands):
        places.append(Place(at, at + lines.size, beyond.size))
        parts += [lines.reshape(-1), beyond, np.zeros(-beyond.size % 16, np.uint32)]
        at = at + lines.size + beyond.size + len(parts[-1])
    return Tables(fixed(codes), fixed(_on_a_line(parts, at)), bands, tuple(places))


def _on_a_line(parts: list[Halves], size: int) -> Halves:
    memory = aligned(-(-size // 2)).view(np.uint32)[:size]
    if parts:
        np.concatenate(parts, out=memory)
    return memory


def _fill(codes: Codes, band: Band) -> tuple[Halves, Halves]:
    from openhotline.matching import index_kernels as kernels

    where = band.start, band.width, band.rest_bits
    counts = np.zeros(2**band.group_bits, np.uint32)
    kernels.count_groups(codes, *where, counts)
    crowded = counts[counts > kernels.SLOTS].astype(np.int64)
    lines = np.full((len(counts), kernels.LINE), kernels.EMPTY, np.uint32)
    beyond = np.empty(int((crowded - kernels.SLOTS + 1).sum()), np.uint32)
    kernels.link_groups(counts, lines.reshape(-1), beyond)
    kernels.fill_groups(codes, *where, row_bits(len(codes)), counts, lines.reshape(-1), beyond)
    return lines, beyond
