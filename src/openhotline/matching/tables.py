"""What an index is searched by: codes, groups, and where those lie in memory; in a mapped file or in memory alone."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from openhotline.matching.bands import BITS, LANES, Band, row_bits
from openhotline.matching.packed import aligned
from openhotline.matching.permutation import Codes
from openhotline.matching.probes import probes_for

if TYPE_CHECKING:
    from openhotline.matching.search_kernels import Asked

Array = npt.NDArray[Any]
Words = npt.NDArray[np.uint64]

THREADS = 2
"""That fill bands at once; each needs 10 bytes a hash meanwhile."""

NAMES = "offsets", "signatures", "rows"
"""Of a band's arrays: where each group begins, and, group by group, the signatures and the packed row numbers."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a band's arrays begin in memory, counted in bytes."""

    offsets: int
    signatures: int
    rows: int


@dataclass(frozen=True)
class Tables:
    """``memory`` holds the arrays of every band; everything is read-only and may be shared by threads."""

    codes: Codes
    memory: Words
    bands: tuple[Band, ...]
    places: tuple[Place, ...]
    _asked: dict[int, Asked | None] = field(default_factory=dict, repr=False)

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
        rows = []
        for number, (band, place, part) in enumerate(
            zip(self.bands, self.places, probes.slices, strict=True)
        ):
            following = (number + 1) % len(self.bands)
            allowed = probes.flips[number] + 1
            both = allowed + probes.flips[following] + 1
            where = place.offsets // 4, place.signatures // 2, place.rows // 8
            rows.append(
                (
                    band.start,
                    band.width,
                    band.rest_bits,
                    *beyond(self.bands, number),
                    *where,
                    *part,
                    allowed,
                    both,
                )
            )
        memory = self.memory.view(np.uint32), self.memory.view(np.uint16), self.memory
        table = np.array(rows, np.uint64)
        return Asked(self.codes, *memory, *(fixed(array) for array in (table, probes.masks, probes.left)))


def shapes(band: Band, count: int) -> tuple[tuple[str, int], ...]:
    """Return type and length of a band's arrays, in the order of NAMES; some have more than is used, to be read."""
    packed = -(-count * row_bits(count) // 64) + 1
    return ("<u4", (1 << band.group_bits) + 1), ("<u2", count + LANES), ("<u8", packed)


def beyond(bands: tuple[Band, ...], number: int) -> tuple[int, int]:
    """Return where the next band begins, and how many of its bits are in this band's signatures."""
    band, following = bands[number], bands[(number + 1) % len(bands)]
    return (band.start + band.width) % BITS, band.next_bits(following.width)


def fixed(array: Array) -> Array:
    """Mark an array as read-only, which is what the kernels are compiled for."""
    array.setflags(write=False)
    return array


def fill(codes: Codes, bands: tuple[Band, ...]) -> Iterator[tuple[Array, ...]]:
    """Yield the arrays of every band, a few bands ahead of the taker."""
    with ThreadPoolExecutor(THREADS) as pool:
        filling = deque(
            pool.submit(_fill, codes, bands, number) for number in range(min(THREADS, len(bands)))
        )
        for number in range(THREADS, len(bands)):
            yield filling.popleft().result()
            filling.append(pool.submit(_fill, codes, bands, number))
        while filling:
            yield filling.popleft().result()


def in_memory(codes: Codes, bands: tuple[Band, ...]) -> Tables:
    """Make tables that live as long as they are used."""
    starts, at = [], 0
    for band in bands:
        for kind, length in shapes(band, len(codes)):
            starts.append(at)
            at += -(-length * np.dtype(kind).itemsize // 64) * 64
    memory = aligned(at // 8)
    for number, arrays in enumerate(fill(codes, bands)):
        for array, start in zip(arrays, starts[3 * number :], strict=False):
            memory.view(np.uint8)[start : start + array.nbytes] = array.view(np.uint8)
    places = tuple(Place(*starts[3 * number : 3 * number + 3]) for number in range(len(bands)))
    return Tables(fixed(codes), fixed(memory), bands, places)


def _fill(codes: Codes, bands: tuple[Band, ...], number: int) -> tuple[Array, ...]:
    from openhotline.matching import index_kernels as kernels

    band, count = bands[number], len(codes)
    offsets, signatures, packed = (np.zeros(length, kind) for kind, length in shapes(band, count))
    where = band.start, band.width, band.rest_bits
    rows = np.empty(count, np.uint32)
    kernels.count_groups(codes, *where, offsets)
    kernels.fill_groups(codes, *where, *beyond(bands, number), offsets, signatures, rows)
    kernels.pack_rows(rows, row_bits(count), packed)
    return offsets, signatures, packed
