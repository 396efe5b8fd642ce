"""How 256 bits are cut into bands, and how many flipped bits each band is searched with.

The bands lie in a ring, the first behind the last. Let the flips t of all bands satisfy sum(t + 1) = d + 1, and let
x be how many bits of each band differ between two hashes at most d apart. Then sum(x - (t + 1)) < 0. Go around the
ring from just behind the place where the running sum of x - (t + 1) is highest: from there every running sum is
negative. So there is a band where

1. x <= t (the pigeonhole principle, in its general form), and
2. x and the next band's x together are at most t + (next t) + 1 (the "pigeonring", Qin and Xiao, PVLDB 12(1), 2018).

A band's upper bits name its *group*: the groups that differ from the query's in up to t bits are visited. Beside each
row of a group lies a *signature* of 16 bits: the band's remaining bits, and as many of the next band as there is room
for. By these two conditions it rules out nearly all rows of a group, 32 in one step, without touching the hashes.

Fewer, wider bands with more flips ask more groups that hold less each. Which cut is cheapest depends on how many hashes
there are, so it is computed from what each step costs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import comb, inf, sqrt

from openhotline.matching.packed import HASH_BYTES

BITS = 8 * HASH_BYTES
DESIGN_DISTANCE = 31
"""Bits. The cut is made for the distance that lists are matched at; every other distance works as well."""

# Nanoseconds a step, as measured; docs/decisions/0009-matching-kernels.md says where and how.
GROUP_COST = 20.0
LINE_COST = 4.0
CANDIDATE_COST = 30.0
ROW_COST = 1.0

BYTE_COST = 0.2
"""Nanoseconds a query that a byte of memory for every hash must save, for the square root of the number of hashes.

It is 0.2 microseconds at a million and 2 at a hundred million: there the whole is to stay within 10 GB.
"""

FEW = 8192
"""Hashes. So few are compared one by one: that takes 4 microseconds a query, and their file is written at once."""

SIGNATURE_BITS = 16
LANES = 32
"""Signatures in a cache line, and looked at in one step."""

WIDTHS = range(8, 32)
NEARBY = 5
"""Bits: only bands that are so much wider or narrower than the number of hashes has bits are considered."""

MOST_FLIPS = 4


@dataclass(frozen=True, slots=True)
class Band:
    """``width`` bits from ``start`` on; the upper ``group_bits`` of them choose the group."""

    start: int
    width: int
    group_bits: int

    @property
    def rest_bits(self) -> int:
        """Return how many of its bits are in the signature."""
        return self.width - self.group_bits

    def next_bits(self, next_width: int) -> int:
        """Return how many bits of the next band are in the signature."""
        return min(SIGNATURE_BITS - self.rest_bits, next_width)


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


@lru_cache(maxsize=4096)
def cost_of(band: Band, count: int, flips: int) -> float:
    """Return the nanoseconds that a query spends in one band, if the hashes are spread evenly.

    The next band is taken to be as wide, and asked with as many flips.
    """
    load = count / (1 << band.group_bits)
    next_bits = band.next_bits(band.width)
    total = 0.0
    for flipped in range(min(flips, band.group_bits) + 1):
        left = flips - flipped
        passing = sum(
            _share(band.rest_bits, differ) * _share_up_to(next_bits, left + flips + 1 - differ)
            for differ in range(min(left, band.rest_bits) + 1)
        )
        group = GROUP_COST + LINE_COST * (load / LANES + 0.5) + CANDIDATE_COST * load * passing
        total += comb(band.group_bits, flipped) * group
    return total


def memory_of(band: Band, count: int) -> float:
    """Return the bytes that a band takes for each hash: signature, row, and its share of where the groups begin."""
    return (SIGNATURE_BITS + row_bits(count)) / 8 + 4 * (1 << band.group_bits) / count


def row_bits(count: int) -> int:
    """Return how many bits a row number takes."""
    return max(count - 1, 1).bit_length()


def _share(bits: int, differ: int) -> float:
    """Return which share of all patterns of so many bits differs from a given one in just so many."""
    return comb(bits, differ) / (1 << bits)


def _share_up_to(bits: int, differ: int) -> float:
    return sum(_share(bits, some) for some in range(min(differ, bits) + 1))


def _shapes(count: int) -> Iterator[Shape]:
    size = count.bit_length()
    price = BYTE_COST * sqrt(count)
    for width in range(
        max(WIDTHS[0], size - 2 * NEARBY), min(WIDTHS[-1], max(size, SIGNATURE_BITS) + NEARBY) + 1
    ):
        fewest = max(width - SIGNATURE_BITS // 2, size - 2 * NEARBY, 1)
        for group_bits in range(fewest, max(fewest, min(width, size)) + 1):
            band = Band(0, width, group_bits)
            for flips in range(1, MOST_FLIPS):
                yield Shape(
                    width, group_bits, flips, cost_of(band, count, flips) + price * memory_of(band, count)
                )


def _read_back(best: list[list[tuple[float, Shape | None]]]) -> tuple[Band, ...]:
    bands, bits, flips = [], BITS, DESIGN_DISTANCE + 1
    while (shape := best[bits][flips][1]) is not None:
        bits, flips = bits - shape.width, flips - shape.flips - 1
        bands.append(Band(bits, shape.width, shape.group_bits))
    return tuple(reversed(bands))
