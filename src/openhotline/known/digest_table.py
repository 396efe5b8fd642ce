"""Exact values of one algorithm, in order: a look-up is a binary search.

The first eight bytes are searched as one number; where several share them, the rest is compared. Those numbers are
stored beside the values (:func:`heads_of`), so that a table of ten million costs a process nothing but what it reads.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from openhotline.errors import BadInput

Values = npt.NDArray[np.uint8]
Rows = npt.NDArray[np.int64]
Heads = npt.NDArray[np.uint64]


def heads_of(values: Values) -> Heads:
    """Return the first eight bytes of uint8[n, width] as numbers whose order is that of the bytes."""
    return np.ascontiguousarray(values[:, :8]).view(">u8").ravel().astype(np.uint64)


class DigestTable:
    """``values`` is uint8[n, width] in ascending order, at least eight wide; ``rows`` what each is called.

    ``heads`` are those of the values. All three may lie in a file: nothing is copied.
    """

    def __init__(self, values: Values, rows: Rows, heads: Heads) -> None:
        if values.ndim != 2 or values.shape[1] < 8 or not len(values) == len(rows) == len(heads):
            raise BadInput(
                "Values to look up are uint8[n, width] with a row number each. Check what was read."
            )
        self._values, self._rows, self._heads = values, rows, heads

    def find(self, value: bytes) -> list[int]:
        """Return the row number of every row that is exactly ``value``."""
        _, rows = self.find_many(np.frombuffer(value, np.uint8).reshape(1, -1))
        return [int(row) for row in rows]

    def find_many(self, values: Values) -> tuple[Rows, Rows]:
        """Look up uint8[m, width] at once: parallel arrays of a place in ``values`` and a row number there."""
        if not len(self._rows) or values.shape[1] != self._values.shape[1]:
            return np.empty(0, np.int64), np.empty(0, np.int64)
        heads = heads_of(values)
        first = np.searchsorted(self._heads, heads, "left")
        # hardly any value is listed: the second search is for those alone whose head is there
        held = np.flatnonzero(self._heads[np.minimum(first, len(self._heads) - 1)] == heads)
        last = np.searchsorted(self._heads, heads[held], "right")
        counts = last - first[held]
        places = np.repeat(held, counts)
        within = np.arange(len(places)) - np.repeat(np.cumsum(counts) - counts, counts)
        at = first[places] + within
        same = (self._values[at] == values[places]).all(axis=1)
        return places[same].astype(np.int64), self._rows[at[same]].astype(np.int64)
