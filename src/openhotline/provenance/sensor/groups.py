"""Pictures of unknown devices against each other: one report's among themselves, and two reports'.

Two pictures of one scene agree because of the scene, so such pairs are left out, and counted: nothing about a
sensor follows from a copy.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from openhotline.errors import BadInput
from openhotline.provenance.sensor.correlation import PeakToCorrelation, compare
from openhotline.provenance.sensor.false_alarms import false_alarm_rate
from openhotline.provenance.sensor.matching import MATCH, outcome_of
from openhotline.provenance.sensor.residuals import Trace
from openhotline.provenance.sensor.scene import ALIKE
from openhotline.provenance.sensor.settings import sensor_settings
from openhotline.provenance.sensor.spectrum import spectrum_of

Singles = npt.NDArray[np.float32]

MOST_PICTURES = 200
_SLICE = 1 << 16  # values of every picture that are compared at a time: 50 MiB for 200 pictures
_CELLS = 32
_CLOSE = 0.7  # of the threshold: what the estimate finds is measured exactly before it counts


@dataclass(frozen=True)
class Link:
    """Two pictures by their positions, and how far their sensors' patterns agree."""

    first: int
    second: int
    energy: float
    false_alarm: float


@dataclass(frozen=True)
class SensorGroups:
    """``groups`` of two and more positions, largest first; ``links`` hold each together.

    ``compared`` pairs were; ``alike`` pairs were not, because they show one scene; the last ``left_over`` pictures were
    not looked at at all. ``false_alarm`` of a link counts all pairs compared.
    """

    groups: tuple[tuple[int, ...], ...]
    links: tuple[Link, ...]
    compared: int
    alike: int
    left_over: int


def compare_groups(first: Sequence[Trace], second: Sequence[Trace]) -> PeakToCorrelation:
    """Compare the mean residual of one group with that of another: two reports of one device, as two patterns.

    All of one size, each group from one device if anything is to be found. Pictures of the second that repeat a
    scene of the first are left out; BadInput where nothing is left.
    """
    kept = without_repeats(first, second)
    if not first or not kept:
        raise BadInput("There is nothing to compare but copies of one scene. Add other pictures of both.")
    if len({(trace.width, trace.height) for trace in (*first, *kept)}) > 1:
        raise BadInput("The pictures have different dimensions. Compare those of one size at a time.")
    return compare(_sum(first), _sum(kept))


def without_repeats(first: Sequence[Trace], second: Sequence[Trace]) -> list[Trace]:
    """Return those of ``second`` whose scene is none of ``first``."""
    if not first:
        return list(second)
    scenes = np.stack([trace.scene for trace in first])
    return [trace for trace in second if not (scenes @ trace.scene > ALIKE).any()]


def group_by_sensor(traces: Sequence[Trace], *, most: int = MOST_PICTURES) -> SensorGroups:
    """Group pictures that match each other: of one size, above the threshold for a match.

    1. All pairs are estimated at once: their inner product squared over the product of their power spectra, a cell
       of each at a time, which is the energy with the surface's mean replaced by what it is expected to be.
    2. Pairs are taken from the strongest down; one that would join two groups is measured exactly first.
    """
    seen = traces[:most]
    links: list[Link] = []
    group_of = list(range(len(seen)))
    compared = alike = 0
    pairs: list[tuple[float, int, int]] = []
    for positions in _by_size(seen):
        energies, same = _estimates([seen[at] for at in positions])
        above = np.triu(np.ones_like(same), 1)
        compared += int((above & ~same).sum())
        alike += int((above & same).sum())
        close = np.argwhere(above & ~same & (energies >= _CLOSE * sensor_settings().match))
        pairs += [(float(energies[i, j]), positions[i], positions[j]) for i, j in close]
    for _, i, j in sorted(pairs, key=lambda pair: (-pair[0], pair[1:])):
        if group_of[i] == group_of[j]:
            continue
        peak = compare(_single(seen[i]), _single(seen[j]))
        if outcome_of(peak) == MATCH:
            links.append(Link(i, j, peak.energy, false_alarm_rate(peak.energy / peak.spread, compared)))
            group_of = [group_of[i] if group == group_of[j] else group for group in group_of]
    return SensorGroups(_groups(group_of), tuple(links), compared, alike, len(traces) - len(seen))


def _by_size(traces: Sequence[Trace]) -> Iterator[list[int]]:
    sizes: dict[tuple[int, int], list[int]] = {}
    for at, trace in enumerate(traces):
        sizes.setdefault((trace.width, trace.height), []).append(at)
    return (positions for positions in sizes.values() if len(positions) > 1)


def _groups(group_of: list[int]) -> tuple[tuple[int, ...], ...]:
    members: dict[int, list[int]] = {}
    for at, group in enumerate(group_of):
        members.setdefault(group, []).append(at)
    several = [tuple(positions) for positions in members.values() if len(positions) > 1]
    return tuple(sorted(several, key=lambda positions: (-len(positions), positions)))


def _estimates(traces: Sequence[Trace]) -> tuple[Singles, npt.NDArray[np.bool_]]:
    """Return the signed energy of every pair, and whether a pair shows one scene."""
    count = traces[0].values.size
    products = np.zeros((len(traces), len(traces)), np.float64)
    for begin in range(0, count, _SLICE):
        part = np.stack([trace.values.reshape(-1)[begin : begin + _SLICE] for trace in traces])
        part32 = part.astype(np.float32)
        products += part32 @ part32.T
    powers = np.stack([_power(trace) for trace in traces])
    scenes = np.stack([trace.scene for trace in traces])
    spread = np.maximum(powers @ powers.T, 1e-12)  # the mean of the surface's squares, were the two unrelated
    energies = (np.sign(products) * products**2 / spread).astype(np.float32)
    return energies, scenes @ scenes.T > ALIKE


def _power(trace: Trace) -> Singles:
    """Return the mean power of cells of the spectrum, such that two pictures' product is their surface's mean square."""
    rows, columns = trace.values.shape
    spectrum = spectrum_of(_single(trace))[:, : columns // 2]
    squares = spectrum.real**2 + spectrum.imag**2
    cells = squares.reshape(_CELLS, rows // _CELLS, _CELLS // 2, columns // _CELLS).mean(axis=(1, 3))
    # sum over frequencies of |A|^2 |B|^2 / n^2, each cell standing for n / (32 * 16) of the n frequencies
    scale: Singles = cells.ravel() / np.float32((rows * columns) ** 0.5 * (_CELLS * _CELLS // 2) ** 0.5)
    return scale


def _sum(traces: Sequence[Trace]) -> Singles:
    total = np.zeros(traces[0].values.shape, np.float64)
    for trace in traces:
        total += trace.values
    return total.astype(np.float32)


def _single(trace: Trace) -> Singles:
    return trace.values.astype(np.float32)
