"""A list's hashes in one file that never changes, searched exactly by multi-index hashing.

The file is mapped, not read: it opens at once however large it is, and all processes share its memory. Its format
is described in ``docs/reference/index-format.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from openhotline.errors import BadInput
from openhotline.matching import permutation as shuffle
from openhotline.matching import sections
from openhotline.matching.bands import BITS, SIGNATURE_BITS, WIDTHS, Band
from openhotline.matching.keys import Keys
from openhotline.matching.packed import WORDS, Hashes, check_hashes
from openhotline.matching.searching import Hits, Integers, find
from openhotline.matching.sections import Sections, damaged
from openhotline.matching.tables import NAMES, Place, Tables, fixed, shapes

FORMAT = "openhotline-index-1"

MOST_ROWS = 2**28
"""Hashes in one index, which is a file of 25 GB then. A larger list is several indexes."""


@dataclass(frozen=True)
class Found:
    """Parallel arrays, int64[k]: which query, whose entry, how many bits apart; ordered by just that.

    Within a query the nearest come first, and of equally near ones the smallest key.
    """

    query: Integers
    key: Integers
    distance: Integers


@dataclass(frozen=True)
class Index:
    """An open index. Rows count in the order of the keys."""

    contents: Sections
    keys: Keys
    tables: Tables
    permutation: shuffle.Permutation

    @property
    def path(self) -> Path:
        """Return the file."""
        return self.contents.path

    @property
    def count(self) -> int:
        """Return how many hashes it holds."""
        return len(self.tables.codes)

    def search(self, queries: Hashes, distance: int) -> Found:
        """Return every entry at most ``distance`` bits from each of uint8[m, 32].

        There are as many answers as there are: ask a few queries at a time where many entries may be near.
        """
        query, row, bits = self.search_rows(queries, distance)
        return ordered(query, self.keys.of(row), bits)

    def search_rows(self, queries: Hashes, distance: int) -> Hits:
        """Return the same with row numbers, in no order."""
        check_search(queries, distance)
        return find(self.tables, shuffle.encode(queries, self.permutation), distance)

    def hashes(self, rows: Integers) -> Hashes:
        """Return the hashes uint8[k, 32] of some rows."""
        return shuffle.decode(self.tables.codes[rows], self.permutation)

    def verify(self) -> None:
        """Read every byte; raises Damaged, naming the file in its details, where one was altered."""
        self.contents.verify()


def open_index(path: Path) -> Index:
    """Map an index. Its size, description and shapes are checked now, its content by ``verify``."""
    contents = sections.read(path)
    about = contents.about
    if about.get("format") != FORMAT:
        raise damaged(path, "not an index, or of a version that this program does not know")
    count, first, permutation = about.get("count"), about.get("first_key"), about.get("permutation")
    if not isinstance(count, int) or not 0 <= count <= MOST_ROWS or not isinstance(first, int):
        raise damaged(path, "count")
    if not isinstance(permutation, list) or sorted(permutation) != list(range(BITS)):
        raise damaged(path, "permutation")
    keys, codes = contents.get("keys", ("<u4", "<u8"), count), contents.get("codes", ("<u8",), count, WORDS)
    bands = _bands(path, about.get("bands"))
    places = tuple(_place(contents, number, band, count) for number, band in enumerate(bands))
    tables = Tables(fixed(codes), contents.everything, bands, places)
    return Index(contents, Keys(first, keys), tables, np.array(permutation, np.uint8))


def ordered(query: Integers, key: Integers, distance: Integers) -> Found:
    """Put answers in order."""
    order = np.lexsort((key, distance, query))
    return Found(query[order], key[order], distance[order])


def check_search(queries: Hashes, distance: int) -> None:
    """Refuse what cannot be asked."""
    check_hashes(queries)
    if not 0 <= distance <= BITS:
        raise BadInput(f"A distance is 0 to {BITS} bits.")


def _bands(path: Path, rows: Any) -> tuple[Band, ...]:
    """Check that the bands tile the bits, so that no kernel reads outside a code."""
    try:
        bands = tuple(Band(*(int(number) for number in row)) for row in rows)
    except (TypeError, ValueError):
        raise damaged(path, "bands") from None
    at = 0
    for band in bands:
        fits = band.width in WIDTHS and 0 < band.group_bits <= band.width
        if band.start != at or not fits or band.rest_bits > SIGNATURE_BITS:
            raise damaged(path, "bands")
        at += band.width
    if bands and at != BITS:
        raise damaged(path, "bands")
    return bands


def _place(contents: Sections, number: int, band: Band, count: int) -> Place:
    for name, (kind, length) in zip(NAMES, shapes(band, count), strict=True):
        contents.get(f"{name}.{number}", (kind,), length)
    return Place(*(contents.starts[f"{name}.{number}"] for name in NAMES))
