"""Do two pictures show one scene? Then their residuals agree because of the scene, and nothing follows for a sensor."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Singles = npt.NDArray[np.float32]

_CELLS = 32  # each way
_LEAST_DETAIL = 1.5  # grey levels: below it is a flat field, and all flat fields look alike
ALIKE = 0.95
"""Correlation of two scenes above which they are one. Copies saved again at quality 60 reach 0.999; sixteen photographs
(polimi-ispl/prnu-python) stay below 0.3 and twelve drawn landscapes below 0.4 (measured 2026-11)."""


def scene_of(cut: Singles) -> Singles:
    """Return float32[1024]: what is lighter and darker, a cell at a time, of length one; zeros for a flat field."""
    rows, columns = cut.shape
    cells = cut.reshape(_CELLS, rows // _CELLS, _CELLS, columns // _CELLS).mean(axis=(1, 3))
    padded = np.pad(cells, 2, mode="edge")
    around = sum(padded[y : y + _CELLS, x : x + _CELLS] for y in range(5) for x in range(5)) / np.float32(25)
    detail: Singles = (cells - around).ravel()
    if float(detail.std()) < _LEAST_DETAIL:
        return np.zeros(_CELLS * _CELLS, np.float32)
    return detail / np.float32(np.linalg.norm(detail))


def first_alike(scenes: Sequence[Singles]) -> tuple[int, int] | None:
    """Return the positions of the first two that show one scene."""
    together = np.stack(scenes)
    alike = np.argwhere(np.triu(together @ together.T > ALIKE, 1))
    return (int(alike[0][0]), int(alike[0][1])) if alike.size else None


def is_alike(a: Singles, b: Singles) -> bool:
    """Whether two pictures show one scene."""
    return float(a @ b) > ALIKE
