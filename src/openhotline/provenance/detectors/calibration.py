"""From a score to a log10 likelihood ratio, bounded by what the sample it was calibrated on can support.

1. The map is a straight line (logistic regression at even prior odds), never falling.
2. No ratio goes beyond what counting supports: if none of n real pictures reached a score, the next one still may, with
   a chance of about 1 in n + 1 (Laplace). So a ratio for "generated" is at most n_real + 1, one for "camera" at most
   n_generated + 1, before anything else is considered.
3. Pictures of one source depend on each other. What is used as a weight is bounded once more by the number of
   *sources* in the same way, and by the family's bounds in rules.toml.
4. Ratios are stated with one decimal: with 26 real pictures the standard error of a ratio is 0.13 in powers of ten in
   the middle and 0.4 at the ends (binomial), and a further decimal would be false precision.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import log10
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openhotline.provenance.evidence import PIXEL_DETECTORS
from openhotline.provenance.rules import rules

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Sample:
    """What it was calibrated on: pictures and sources of each class."""

    real: int
    generated: int
    real_sources: int
    generated_sources: int

    def bounded(self, log10_lr: Floats) -> Floats:
        """Return ratios within what these numbers of pictures support."""
        return np.clip(log10_lr, -_most(self.generated), _most(self.real))


DECIMALS = 1
SPEAKS_FROM = 0.3
"""In powers of ten: a ratio below two supports neither side (ENFSI's scale of 2015); nothing is called by it."""
RIDGE = 1e-3
"""A very weak pull towards a flat line: it only matters where the classes lie apart, and the bounds hold there."""


@dataclass(frozen=True)
class Calibration:
    """``log10_lr = slope * score + offset``, within what ``sample`` supports."""

    slope: float
    offset: float
    sample: Sample

    def line(self, scores: Floats | float) -> Floats:
        """Return what the line alone says, without any bound."""
        return np.asarray(self.slope * np.asarray(scores, np.float64) + self.offset)

    def log10_lr(self, scores: Floats | float) -> Floats:
        """Return calibrated ratios, bounded by the number of pictures. For measuring, not for weighing."""
        return self.sample.bounded(self.line(scores))

    def weight(self, log10_lr: Floats | float) -> Floats:
        """Return what evidence of a stated ratio may weigh: within the bounds of the sources and of the family."""
        return np.clip(np.asarray(log10_lr, np.float64), *self.bounds)

    @property
    def bounds(self) -> tuple[float, float]:
        """The lowest and the highest weight."""
        lowest, highest = rules().bounds[PIXEL_DETECTORS]
        sample = self.sample
        return max(lowest, -_most(sample.generated_sources)), min(highest, _most(sample.real_sources))


def stated(log10_lr: Floats | float) -> Floats:
    """Return ratios as they are stated."""
    return np.asarray(np.round(np.asarray(log10_lr, np.float64), DECIMALS) + 0.0)


def _most(count: int) -> float:
    return log10(count + 1)


def fit_line(scores: Floats, generated: NDArray[np.bool_], *, steps: int = 100) -> tuple[float, float]:
    """Return slope and offset of log10 ratios by logistic regression, each class weighing a half.

    Newton's method: the same line on every machine. A falling line becomes a flat one: such scores say nothing.
    """
    made, real = int(generated.sum()), int((~generated).sum())
    spread = float(scores.std()) or 1.0
    x = (scores - scores.mean()) / spread
    weights = np.where(generated, 0.5 / made, 0.5 / real)
    slope, offset = 1.0, 0.0
    for _ in range(steps):
        rates = 1 / (1 + np.exp(-np.clip(slope * x + offset, -40, 40)))
        error, curve = weights * (rates - generated), weights * rates * (1 - rates) + 1e-12
        gradient = np.array([error @ x + RIDGE * slope, error.sum()])
        hessian = np.array([[curve @ (x * x), curve @ x], [curve @ x, curve.sum()]]) + np.diag([RIDGE, 1e-9])
        step = np.linalg.solve(hessian, gradient)
        slope, offset = slope - float(np.clip(step[0], -2, 2)), offset - float(np.clip(step[1], -2, 2))
        if np.abs(step).max() < 1e-10:
            break
    if slope <= 0:
        return 0.0, 0.0
    per_score = slope / spread
    return per_score / np.log(10), (offset - per_score * float(scores.mean())) / np.log(10)


def calibration_document(calibration: Calibration) -> dict[str, Any]:
    """Return the map as JSON takes it."""
    sample = calibration.sample
    return {
        "slope": float(f"{calibration.slope:.9g}"),
        "offset": float(f"{calibration.offset:.9g}"),
        "sample": {
            "real": sample.real,
            "generated": sample.generated,
            "real_sources": sample.real_sources,
            "generated_sources": sample.generated_sources,
        },
    }


def calibration_of(read: Mapping[str, Any]) -> Calibration:
    """Return the map in a document; raise KeyError, TypeError or ValueError where it is none."""
    sample = Sample(**{name: int(count) for name, count in read["sample"].items()})
    slope, offset = float(read["slope"]), float(read["offset"])
    if not (np.isfinite(slope) and np.isfinite(offset)) or slope < 0 or min(vars(sample).values()) < 0:
        raise ValueError("the calibration's line must not fall, and counts must not be negative")
    return Calibration(slope, offset, sample)
