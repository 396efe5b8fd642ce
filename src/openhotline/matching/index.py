"""A list's hashes in one file that never changes, searched exactly by multi-index hashing.

The file is mapped, not read: it opens at once however large it is, and all processes share its memory. Its format
is described in ``docs/reference/index-format.md``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from openhotline.errors import BadInput
from openhotline.matching import permutation as shuffle
from openhotline.matching import sections
from openhotline.matching.bands import BITS, ITEM_BITS, WIDTHS, Band, plan
from openhotline.matching.packed import WORDS, Hashes, check_hashes
from openhotline.matching.searching import Hits, Integers, find
from openhotline.matching.sections import Sections, damaged
from openhotline.matching.tables import Place, Tables, fill, fixed, row_bits

FORMAT = "openhotline-index-1"

MOST_ROWS = 2**27 - 1
"""Hashes an index holds: their rows leave five bits of an item to the band. A larger list is several indexes."""

LINE = 16


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
    """An open index. ``keys`` (int64[n], ascending) are the caller's; rows count in their order."""

    contents: Sections
    keys: Integers
    tables: Tables
    permutation: shuffle.Permutation

    @property
    def path(self) -> Path:
        """Return the file."""
        return self.contents.path

    @property
    def count(self) -> int:
        """Return how many hashes it holds."""
        return len(self.keys)

    def search(self, queries: Hashes, distance: int) -> Found:
        """Return every entry at most ``distance`` bits from each of uint8[m, 32].

        There are as many answers as there are: ask a few queries at a time where many entries may be near.
        """
        query, row, bits = self.search_rows(queries, distance)
        return ordered(query, self.keys[row], bits)

    def search_rows(self, queries: Hashes, distance: int) -> Hits:
        """Return the same with row numbers, in no order."""
        check_search(queries, distance)
        return find(self.tables, shuffle.encode(queries, self.permutation), distance)

    def rows_of(self, keys: Integers) -> Integers:
        """Return the row of each key, -1 where there is none."""
        rows = np.searchsorted(self.keys, keys)
        held = rows < self.count
        held[held] = self.keys[rows[held]] == keys[held]
        return np.where(held, rows, -1)

    def hashes(self, rows: Integers) -> Hashes:
        """Return the hashes uint8[k, 32] of some rows."""
        return shuffle.decode(self.tables.codes[rows], self.permutation)

    def verify(self) -> None:
        """Read every byte; raises Damaged, naming the file in its details, where one was altered."""
        self.contents.verify()


def build_index(keys: Integers, hashes: Hashes, path: Path, *, prefix: str = "") -> None:
    """Write an index of uint8[n, 32] under the caller's keys (int64[n], each once). Durable when it returns.

    Until then it is in a file beside ``path`` whose name begins with ``prefix`` and ends in ``.new``.
    """
    check_entries(keys, hashes)
    if len(keys) > MOST_ROWS:
        raise BadInput(f"An index holds {MOST_ROWS:,} hashes. Make several.")
    if not (keys[1:] > keys[:-1]).all():
        order = np.argsort(keys, kind="stable")
        keys, hashes = keys[order], hashes[order]
    bands, permutation = plan(len(keys)), shuffle.standard()
    about = {
        "format": FORMAT,
        "count": len(keys),
        "permutation": permutation.tolist(),
        "bands": [[band.start, band.width, band.group_bits] for band in bands],
    }
    sections.write(path, about, _arrays(keys, hashes, bands, permutation), prefix=prefix)


def open_index(path: Path) -> Index:
    """Map an index. Its size, description and shapes are checked now, its content by ``verify``."""
    contents = sections.read(path)
    about = contents.about
    if about.get("format") != FORMAT:
        raise damaged(path, "not an index, or of a version that this program does not know")
    count, permutation = about.get("count"), about.get("permutation")
    if not isinstance(count, int) or not 0 <= count <= MOST_ROWS:
        raise damaged(path, "count")
    if not isinstance(permutation, list) or sorted(permutation) != list(range(BITS)):
        raise damaged(path, "permutation")
    keys, codes = contents.get("keys", "<i8", count), contents.get("codes", "<u8", count, WORDS)
    bands = _bands(path, about.get("bands"), count)
    places = tuple(_place(contents, number, band) for number, band in enumerate(bands))
    tables = Tables(fixed(codes), contents.everything, bands, places)
    return Index(contents, keys, tables, np.array(permutation, np.uint8))


def ordered(query: Integers, key: Integers, distance: Integers) -> Found:
    """Put answers in order."""
    order = np.lexsort((key, distance, query))
    return Found(query[order], key[order], distance[order])


def check_search(queries: Hashes, distance: int) -> None:
    """Refuse what cannot be asked."""
    check_hashes(queries)
    if not 0 <= distance <= BITS:
        raise BadInput(f"A distance is 0 to {BITS} bits.")


def check_entries(keys: Integers, hashes: Hashes) -> None:
    """Refuse what cannot be entries: int64[n], each once, and uint8[n, 32]."""
    check_hashes(hashes)
    if keys.dtype != np.int64 or keys.shape != (len(hashes),):
        raise BadInput("There is one key, int64, for each hash. Pass as many as there are hashes.")
    in_order = np.sort(keys)
    if (in_order[1:] == in_order[:-1]).any():
        raise BadInput("A key is given twice. Each key names one hash.")


def _arrays(
    keys: Integers, hashes: Hashes, bands: tuple[Band, ...], permutation: shuffle.Permutation
) -> Iterator[tuple[str, npt.NDArray[Any]]]:
    yield "keys", keys
    codes = fixed(shuffle.encode(hashes, permutation))
    yield "codes", codes
    later = []
    for number, (lines, beyond) in enumerate(fill(codes, bands)):
        yield f"lines.{number}", lines
        later.append((f"beyond.{number}", beyond))
    yield from later


def _bands(path: Path, rows: Any, count: int) -> tuple[Band, ...]:
    """Check that the bands tile the bits, so that no kernel reads outside a code."""
    try:
        bands = tuple(Band(*(int(number) for number in row)) for row in rows)
    except (TypeError, ValueError):
        raise damaged(path, "bands") from None
    at = 0
    for band in bands:
        fits = band.width in WIDTHS and 0 < band.group_bits <= band.width
        if band.start != at or not fits or band.rest_bits + row_bits(count) > ITEM_BITS:
            raise damaged(path, "bands")
        at += band.width
    if bands and at != BITS:
        raise damaged(path, "bands")
    return bands


def _place(contents: Sections, number: int, band: Band) -> Place:
    lines, beyond = f"lines.{number}", f"beyond.{number}"
    contents.get(lines, "<u4", 2**band.group_bits, LINE)
    size = len(contents.arrays.get(beyond, ()))
    contents.get(beyond, "<u4", size)
    return Place(contents.starts[lines] // 4, contents.starts[beyond] // 4, size)
