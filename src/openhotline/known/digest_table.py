"""Exact values of one algorithm, in order: a look-up is a binary search.

The first eight bytes are searched as one number; where several share them, the rest is compared.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from openhotline.errors import BadInput

Values = npt.NDArray[np.uint8]
Rows = npt.NDArray[np.int64]


class DigestTable:
    """``values`` is uint8[n, width] in ascending order, at least eight wide; ``rows`` what each is called."""

    def __init__(self, values: Values, rows: Rows) -> None:
        if values.ndim != 2 or values.shape[1] < 8 or len(values) != len(rows):
            raise BadInput(
                "Values to look up are uint8[n, width] with a row number each. Check what was read."
            )
        self._values, self._rows = values, rows
        self._heads = np.ascontiguousarray(values[:, :8]).view(">u8").ravel().astype(np.uint64)

    def find(self, value: bytes) -> list[int]:
        """Return the row number of every row that is exactly ``value``."""
        if not len(self._rows) or len(value) != self._values.shape[1]:
            return []
        head = np.uint64(int.from_bytes(value[:8]))
        first = int(np.searchsorted(self._heads, head, "left"))
        last = int(np.searchsorted(self._heads, head, "right"))
        return [int(self._rows[at]) for at in range(first, last) if self._values[at].tobytes() == value]
