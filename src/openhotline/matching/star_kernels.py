"""The numba kernel that hands out stars. Importing this module loads numba."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from openhotline.hashing.compiled import INDICES, NOTHING, OUT_INDICES, compiled

Integers = npt.NDArray[np.int64]


@compiled(NOTHING, INDICES, INDICES, INDICES, INDICES, OUT_INDICES, OUT_INDICES)
def settle(
    batch: Integers, query: Integers, row: Integers, bits: Integers, centre_of: Integers, distances: Integers
) -> None:
    """Let each of ``batch`` that is free at its turn take the free ones among its neighbours.

    The pairs are ordered by their place in the batch; each of it is among its own neighbours.
    """
    turn, may = -1, False
    for k in range(query.size):
        if query[k] != turn:
            turn = query[k]
            may = centre_of[batch[turn]] < 0
        if may and centre_of[row[k]] < 0:
            centre_of[row[k]], distances[row[k]] = batch[turn], bits[k]
