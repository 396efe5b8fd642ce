"""The caller's keys of an index: ascending, and in 32 bits each where they lie close enough together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Stored = npt.NDArray[np.unsignedinteger]

_CLOSE = 2**32


@dataclass(frozen=True)
class Keys:
    """``above`` says by how much each key exceeds the first one; uint32[n] or uint64[n], ascending."""

    first: int
    above: Stored

    def of(self, rows: Integers) -> Integers:
        """Return the keys of some rows, int64."""
        return (self.above[rows].astype(np.uint64) + self._origin).view(np.int64)

    def rows_of(self, keys: Integers) -> Integers:
        """Return the row of each key, -1 where there is none."""
        wanted = np.ascontiguousarray(keys).view(np.uint64) - self._origin
        rows = np.searchsorted(self.above, wanted.astype(self.above.dtype))
        held = (wanted <= np.iinfo(self.above.dtype).max) & (rows < len(self.above))
        held[held] = self.above[rows[held]] == wanted[held]
        return np.where(held, rows, -1)

    @property
    def _origin(self) -> np.uint64:
        return np.uint64(self.first % 2**64)  # unsigned numbers count around, so differences are right


def pack_keys(keys: Integers) -> Keys:
    """Return ascending keys as they are stored."""
    if not len(keys):
        return Keys(0, np.empty(0, np.uint32))
    above = np.ascontiguousarray(keys).view(np.uint64) - np.uint64(int(keys[0]) % 2**64)
    return Keys(int(keys[0]), above.astype(np.uint32) if above[-1] < _CLOSE else above)
