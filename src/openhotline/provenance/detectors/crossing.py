"""Judging a detector on pictures: with heads that saw none of their sources, or as it stands on pictures new to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openhotline.errors import BadInput
from openhotline.provenance.detectors.abstention import MOST_SPREAD, TOO_SMALL
from openhotline.provenance.detectors.calibration import Sample, stated
from openhotline.provenance.detectors.fitting import BranchPlan, Learned, Material, learn
from openhotline.provenance.detectors.folds import at_random, by_source, fold_count
from openhotline.provenance.detectors.measuring import Measured

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

TURNS = 3
"""Divisions of the whole; what the maps say of a picture is averaged over them."""
LEAST_PICTURES = 4
"""Of each class; below that nothing can be fitted."""


@dataclass(frozen=True, eq=False)
class Judged:
    """``lines``: what the map says of each picture and variant, float64[n, variants], without bounds.

    ``bounds``: the lowest and highest weight, for each picture, float64[n, 2]. ``sample``: what was fitted on.
    """

    lines: Floats
    bounds: Floats
    sample: Sample

    @property
    def unstable(self) -> Flags:
        """Where the variants lie too far apart."""
        ratios = self.sample.bounded(self.lines)
        return np.asarray(ratios.max(axis=1) - ratios.min(axis=1) > MOST_SPREAD)

    @property
    def fine(self) -> Floats:
        """The ratio of each picture before it is rounded: that of the mean of its variants' scores."""
        return self.sample.bounded(self.lines.mean(axis=1))

    @property
    def log10_lr(self) -> Floats:
        """The ratio of each picture as it is stated."""
        return stated(self.fine)

    @property
    def weights(self) -> Floats:
        """What each picture's evidence would weigh."""
        return np.clip(self.log10_lr, self.bounds[:, 0], self.bounds[:, 1])


@dataclass(frozen=True)
class Rows:
    """The readable pictures of a collection, ready to be fitted on or judged."""

    measured: tuple[Measured, ...]
    sources: tuple[str, ...]
    generated: Flags

    @property
    def material(self) -> Material:
        """All of them to fit on or to be judged."""
        parts = range(len(self.measured[0].features))
        features = tuple(
            np.stack([row.features[part] for row in self.measured]).astype(np.float64) for part in parts
        )
        return Material(features, self.sources, self.generated)

    @property
    def usable(self) -> Flags:
        """Which may be fitted on: not those too small to be spoken about, if enough others are left."""
        large = np.asarray([TOO_SMALL not in row.reasons for row in self.measured])
        enough = all((large & (self.generated == made)).sum() >= 2 * LEAST_PICTURES for made in (False, True))
        return large if enough else np.ones(len(large), bool)


def rows_of(measured: Sequence[Measured]) -> Rows:
    """Return the readable ones; raise BadInput where a class has too few."""
    readable = tuple(row for row in measured if not row.problem)
    generated = np.asarray([row.sample.generated for row in readable], bool)
    for made, word in ((False, "real"), (True, "generated")):
        if (generated == made).sum() < LEAST_PICTURES:
            raise BadInput(
                f"There are fewer than {LEAST_PICTURES} readable {word} pictures. Add more, of several sources."
            )
    return Rows(readable, tuple(_source(row) for row in readable), generated)


def _source(row: Measured) -> str:
    """Name the source; pictures without one are together, each class for itself."""
    return row.sample.source or ("(generated, no source)" if row.sample.generated else "(real, no source)")


def judge_as_it_stands(rows: Rows, learned: Learned) -> Judged:
    """Judge pictures that the detector has not seen."""
    return Judged(*_judged(learned, rows.material.features), learned.calibration.sample)


def judge_by_folds(
    rows: Rows, plans: Sequence[BranchPlan], most_folds: int, advance: Callable[[], None] = lambda: None
) -> tuple[Judged, int]:
    """Judge each picture by heads that saw none of its source; return the number of folds too.

    Where a class has a single source, the folds are drawn by chance; the number is then 0.
    """
    count = fold_count(rows.sources, rows.generated, most_folds)
    material, usable = rows.material, rows.usable
    lines = np.zeros(material.features[0].shape[:2])
    bounds = np.zeros((len(lines), 2))
    for turn in range(TURNS):
        if count >= 2:
            fold = by_source(rows.sources, rows.generated, count, turn)
        else:
            smaller = int(min(rows.generated.sum(), (~rows.generated).sum()))
            fold = at_random(rows.generated, max(min(most_folds, smaller // 2), 2), turn)
        once = _once(material, usable, fold, plans)
        lines, bounds = lines + once[0] / TURNS, bounds + once[1] / TURNS
        advance()
    return Judged(lines, bounds, material.part(usable).sample()), count if count >= 2 else 0


def _once(
    material: Material, usable: Flags, fold: NDArray[np.int64], plans: Sequence[BranchPlan]
) -> tuple[Floats, Floats]:
    lines = np.zeros(material.features[0].shape[:2])
    bounds = np.zeros((len(fold), 2))
    for number in np.unique(fold):
        inside = fold == number
        train = usable & ~inside
        if material.generated[train].all() or not material.generated[train].any():
            train = ~inside
        learned = learn(material.part(train), plans)
        lines[inside], bounds[inside] = _judged(learned, material.part(inside).features)
    return lines, bounds


def _judged(learned: Learned, features: Sequence[Floats]) -> tuple[Floats, Floats]:
    lines = learned.calibration.line(learned.scores(features))
    return lines, np.tile(np.asarray(learned.calibration.bounds), (len(lines), 1))
