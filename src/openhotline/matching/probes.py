"""What a query of one distance asks an index: which groups of which bands, written out once."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from openhotline.matching.bands import ROW_COST, Band, share_out


@dataclass(frozen=True)
class Probes:
    """``masks`` turn a query's group into those to look at; ``left`` says how many of the band's bits may differ yet.

    ``slices`` says which of them are each band's, from and to; ``flips`` what each band allows in all, -1 for one that
    is not asked.
    """

    masks: npt.NDArray[np.uint32]
    left: npt.NDArray[np.uint8]
    slices: tuple[tuple[int, int], ...]
    flips: tuple[int, ...]


def probes_for(bands: tuple[Band, ...], count: int, distance: int) -> Probes | None:
    """Return what to ask for everything within ``distance``; None where comparing with every hash is cheaper."""
    flips, cost = share_out(bands, count, distance)
    if not bands or cost >= count * ROW_COST:
        return None
    masks: list[int] = []
    left: list[int] = []
    slices = []
    for band, most in zip(bands, flips, strict=True):
        begin = len(masks)
        for flipped in range(min(most, band.group_bits) + 1):
            chosen = combinations(range(band.group_bits), flipped)
            masks += [sum(1 << bit for bit in bits) for bits in chosen]
            left += [most - flipped] * (len(masks) - len(left))
        slices.append((begin, len(masks)))
    return Probes(np.array(masks, np.uint32), np.array(left, np.uint8), tuple(slices), flips)
