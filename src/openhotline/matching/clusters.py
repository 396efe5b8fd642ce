"""Near duplicates as stars: every member is within the distance of its representative, so no group can drift.

Connected components would chain: measured on a million hashes of benign crops, their largest groups held
pictures that had nothing in common (up to 256 bits apart). A star bounds any two members by twice the
distance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from openhotline.errors import BadInput
from openhotline.matching import brute, stars
from openhotline.matching.packed import HASH_BYTES, Hashes, pack

MANY = 50_000
"""Hashes. From here on an index is asked, instead of comparing each with each: for pictures' hashes it is quicker
from 20,000 on, but where clusters are large it is not, and so many take a second on one core in any case."""

MATCH_DISTANCE = 31
"""Bits. "Match at 31 or less", ThreatExchange ``pdq/README.md``."""

Index = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Clusters:
    """For each of n hashes, int64[n], in the order given.

    ``representative`` is the index of the hash that stands for it: its own for a representative and for one
    that is alone; -1 for one that joined an existing cluster. ``existing`` is the index of that cluster's
    representative among those given, else -1. ``distance`` is in bits, to whichever of the two it has.
    """

    representative: Index
    existing: Index
    distance: Index


def cluster(
    hashes: Hashes,
    distance: int = MATCH_DISTANCE,
    usable: Mask | None = None,
    *,
    representatives: Hashes | None = None,
) -> Clusters:
    """Group uint8[n, 32]. Hashes that are not ``usable`` (bool[n]; quality too low) stay alone.

    ``representatives`` (uint8[m, 32]) are those of clusters that exist; they stay as they are. A usable hash
    joins the nearest of them within ``distance``, the first of equals. The rest are grouped among themselves:
    whoever has most neighbours, the first of equals, becomes a representative and takes all of them that are
    free.
    """
    free = _checked(hashes, usable)
    existing, away = _join(hashes, free, representatives, distance)
    free &= existing < 0
    representative = np.where(existing < 0, np.arange(len(hashes)), -1)
    members = np.flatnonzero(free)
    centre, bits = _stars(hashes[members], distance)
    representative[members] = members[centre]
    away[members] = bits
    return Clusters(representative, existing, away)


def _checked(hashes: Hashes, usable: Mask | None) -> Mask:
    if hashes.dtype != np.uint8 or hashes.ndim != 2 or hashes.shape[1] != HASH_BYTES:
        raise BadInput("Hashes to group are uint8[n, 32]. Convert them first.")
    if usable is None:
        return np.ones(len(hashes), np.bool_)
    if usable.shape != (len(hashes),):
        raise BadInput("There is one mark of usability for each hash. Pass as many as there are hashes.")
    return usable.astype(np.bool_)


def _join(hashes: Hashes, free: Mask, representatives: Hashes | None, distance: int) -> tuple[Index, Index]:
    """Return the existing representative of each hash, or -1, and the distances, 0 where there is none."""
    existing, away = np.full(len(hashes), -1, np.int64), np.zeros(len(hashes), np.int64)
    if representatives is not None and len(representatives):
        asking = np.flatnonzero(free)
        found, bits = brute.nearest(hashes[asking], representatives, distance)
        existing[asking] = found
        away[asking] = np.maximum(bits, 0)
    return existing, away


def _stars(hashes: Hashes, distance: int) -> tuple[Index, Index]:
    """Return each hash's centre and its distance to it."""
    from openhotline.matching import brute_kernels

    if len(hashes) > MANY and (found := stars.stars(hashes, distance)) is not None:
        return found
    words = pack(hashes)
    neighbours = brute.degrees(words, distance)
    order = np.argsort(-neighbours, kind="stable")
    order = order[neighbours[order] > 0]
    centre, bits = np.full(len(hashes), -1, np.int64), np.zeros(len(hashes), np.int64)
    brute_kernels.gather_stars(words, distance, order, np.sort(order), centre, bits)
    return np.where(centre < 0, np.arange(len(hashes)), centre), bits
