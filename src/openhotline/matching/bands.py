"""How 256 bits are cut into bands, and how many flipped bits each band is searched with.

The general pigeonhole rule: if the flips t of all bands satisfy sum(t + 1) = d + 1, then two hashes at most d
apart agree in some band but for t bits. Fewer, wider bands with more flips ask more places that hold less each;
which cut is cheapest depends on how many hashes there are, so it is computed from what each step costs.

A band's upper bits name its *group*; its lower bits lie beside the row numbers of the group, so that whoever
reads a group drops most of them without touching the hashes. A group is one cache line, and on average more than
half full.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import comb, exp, inf

from openhotline.matching.packed import HASH_BYTES

BITS = 8 * HASH_BYTES
DESIGN_DISTANCE = 31
"""Bits. The cut is made for the distance that lists are matched at; every other distance works as well."""

# Nanoseconds a step, as measured; docs/decisions/0009-matching-kernels.md says where and how.
LINE_COST = 15.0
ITEM_COST = 0.7
CANDIDATE_COST = 13.0
ROW_COST = 1.0

FEW = 8192
"""Hashes. So few are compared one by one: that takes 4 microseconds a query, and their file is written at once."""

BYTE_COST, MEGABYTE_COST = 200.0, 200e-6
"""Nanoseconds a query that a byte of memory for every hash must save, or a megabyte in all, whichever is less."""

SLOTS, LINE_BYTES, ITEM_BYTES = 15, 64, 4
EMPTIEST, FULLEST = 5, 2
"""A line holds 4 to 16 items on average: the group has so many bits less than the number of hashes."""

WIDTHS = range(8, 32)
NEARBY = 5
"""Bits: only bands that are so much wider or narrower than the number of hashes has bits are considered."""

MOST_FLIPS = 4
ITEM_BITS = 32


@dataclass(frozen=True, slots=True)
class Band:
    """``width`` bits from ``start`` on; the upper ``group_bits`` of them choose the group."""

    start: int
    width: int
    group_bits: int

    @property
    def rest_bits(self) -> int:
        """Return how many bits lie beside the row number."""
        return self.width - self.group_bits


@dataclass(frozen=True, slots=True)
class Shape:
    """A band that could be, and what searching it costs."""

    width: int
    group_bits: int
    flips: int
    cost: float


def plan(count: int) -> tuple[Band, ...]:
    """Return the bands of an index of ``count`` hashes; none for a few."""
    return cut(count) if count > FEW else ()


@lru_cache(maxsize=64)
def cut(count: int) -> tuple[Band, ...]:
    """Return the cheapest cut for ``count`` hashes."""
    shapes = list(_shapes(count))
    # best[bits][flips]: the cheapest way to cut so many bits that shares out so many flips, and its last band.
    best: list[list[tuple[float, Shape | None]]]
    best = [[(inf, None)] * (DESIGN_DISTANCE + 2) for _ in range(BITS + 1)]
    best[0][0] = 0.0, None
    for bits in range(BITS + 1):
        for flips in range(DESIGN_DISTANCE + 2):
            cost, _ = best[bits][flips]
            if cost == inf:
                continue
            for shape in shapes:
                to, shared = bits + shape.width, flips + shape.flips + 1
                if to <= BITS and shared <= DESIGN_DISTANCE + 1 and cost + shape.cost < best[to][shared][0]:
                    best[to][shared] = cost + shape.cost, shape
    return _read_back(best)


def share_out(bands: tuple[Band, ...], count: int, distance: int) -> tuple[tuple[int, ...], float]:
    """Return the flips of each band, -1 for one that need not be asked, and what a query costs so."""
    best: list[tuple[float, tuple[int, ...]]] = [(0.0, ()), *[(inf, ())] * (distance + 1)]
    for band in bands:
        costs = [0.0, *(cost_of(band, count, flips) for flips in range(MOST_FLIPS + 1))]
        best = [
            min(
                (best[total - share][0] + costs[share], (*best[total - share][1], share - 1))
                for share in range(min(total, MOST_FLIPS + 1) + 1)
            )
            for total in range(distance + 2)
        ]
    cost, flips = best[distance + 1]
    return flips, cost


def cost_of(band: Band, count: int, flips: int) -> float:
    """Return the nanoseconds that a query spends in one band, if the hashes are spread evenly."""
    load = count / (1 << band.group_bits)
    groups = sum(comb(band.group_bits, flipped) for flipped in range(flips + 1))
    patterns = sum(comb(band.width, flipped) for flipped in range(flips + 1))
    crowded, beyond = overflow(load)
    line = LINE_COST * (1 + crowded) + ITEM_COST * beyond
    return groups * line + CANDIDATE_COST * patterns * count / (1 << band.width)


@lru_cache(maxsize=4096)
def overflow(load: float) -> tuple[float, float]:
    """Return which share of the groups has more items than a line holds, and how many more a group has on average.

    For ``load`` items a group by chance (Poisson).
    """
    chance = exp(-min(load, 700.0))
    few, missing = chance, SLOTS * chance
    for items in range(1, SLOTS + 1):
        chance *= load / items
        few += chance
        missing += (SLOTS - items) * chance
    return 1 - few, load - SLOTS + missing


def memory_of(band: Band, count: int) -> float:
    """Return the bytes that a band takes for each hash."""
    load = count / (1 << band.group_bits)
    crowded, beyond = overflow(load)
    return (LINE_BYTES + ITEM_BYTES * (crowded + beyond)) / load


def _shapes(count: int) -> Iterator[Shape]:
    size = count.bit_length()
    for width in range(max(WIDTHS[0], size - NEARBY), min(WIDTHS[-1], max(size, WIDTHS[0]) + NEARBY) + 1):
        for group_bits in range(max(size - EMPTIEST, 1), max(min(width, size - FULLEST), 1) + 1):
            if width - group_bits + size <= ITEM_BITS:
                band = Band(0, width, group_bits)
                memory = min(BYTE_COST, count * MEGABYTE_COST) * memory_of(band, count)
                for flips in range(MOST_FLIPS):
                    yield Shape(width, group_bits, flips, cost_of(band, count, flips) + memory)


def _read_back(best: list[list[tuple[float, Shape | None]]]) -> tuple[Band, ...]:
    bands, bits, flips = [], BITS, DESIGN_DISTANCE + 1
    while (shape := best[bits][flips][1]) is not None:
        bits, flips = bits - shape.width, flips - shape.flips - 1
        bands.append(Band(bits, shape.width, shape.group_bits))
    return tuple(reversed(bands))
