"""Fitting a head on what a model says about pictures, and its map to likelihood ratios.

1. Every division is by source: the scaler, the components, the weights, the fusion and the map to ratios never see a
   source that they are measured on. Divisions are drawn ``TURNS`` times, since with few sources one is luck.
2. How many components a branch keeps is chosen by what the inner divisions show (their Cllr), never by the figures that
   are reported.
3. A branch is the mean of the heads of all inner divisions: all of them are weighted sums, so their mean is one. The
   scores that fusion and map were fitted on thus come from heads like those in use.
4. Shares of branches are never negative.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openhotline.provenance.detectors.calibration import Calibration, Sample, fit_line
from openhotline.provenance.detectors.extra import need
from openhotline.provenance.detectors.folds import at_random, by_source, fold_count
from openhotline.provenance.detectors.head import UNIT, Branch, Head, scaled
from openhotline.provenance.detectors.metrics import cllr

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Line = tuple[Floats, float]

COMPONENTS = (8, 16, 32, 64)
INNER_FOLDS = 5
TURNS = 2
INNER_STRENGTH, UNIT_STRENGTH, FUSION_STRENGTH = 0.05, 10.0, 0.1
"""Inverse regularisation: of the components of an inner layer, of an embedding of length 1, of the fusion."""


@dataclass(frozen=True, eq=False)
class Material:
    """Pictures to fit on. ``features``: for each branch float64[n, variants, d]; the other two are of length n.

    A score of a model's own is a single branch with d = 1.
    """

    features: tuple[Floats, ...]
    sources: tuple[str, ...]
    generated: Flags

    def part(self, chosen: Flags) -> Material:
        """Return the chosen pictures."""
        sources = tuple(name for name, inside in zip(self.sources, chosen, strict=True) if inside)
        return Material(tuple(values[chosen] for values in self.features), sources, self.generated[chosen])

    def sample(self) -> Sample:
        """Return how much there is of it."""
        made = {name for name, flag in zip(self.sources, self.generated, strict=True) if flag}
        real = {name for name, flag in zip(self.sources, self.generated, strict=True) if not flag}
        count = int(self.generated.sum())
        return Sample(len(self.sources) - count, count, len(real), len(made))


@dataclass(frozen=True)
class BranchPlan:
    """What a branch reads, and whether it is reduced to components first or used at length 1."""

    feature: str
    scaling: str


@dataclass(frozen=True, eq=False)
class Learned:
    """A head, none where the model has a score of its own, and the map of its scores to ratios."""

    head: Head | None
    calibration: Calibration

    def scores(self, features: Sequence[Floats]) -> Floats:
        """Return float64[n, variants] from float64[n, variants, d] for each branch."""
        if self.head is None:
            return np.asarray(features[0][:, :, 0])
        count, kinds = features[0].shape[:2]
        flat = [values.reshape(count * kinds, -1) for values in features]
        return self.head.score(flat).reshape(count, kinds)


@dataclass(frozen=True, eq=False)
class _Fit:
    """A branch's heads, its out-of-fold scores, and how well those do."""

    lines: tuple[Line, ...]
    scores: Floats
    cost: float


def learn(material: Material, plans: Sequence[BranchPlan]) -> Learned:
    """Fit a head and its map to ratios, or, without plans, the map of a model's own score alone.

    On one thread: sums then come in one order, and small matrices are quicker so. Cost: some two seconds for 150
    pictures of a vision transformer, ten for a thousand.
    """
    with need("threadpoolctl").threadpool_limits(1):
        return _learn(material, plans)


def _learn(material: Material, plans: Sequence[BranchPlan]) -> Learned:
    if not plans:
        scores = material.features[0][:, :, 0].mean(axis=1)
        return Learned(None, Calibration(*fit_line(scores, material.generated), material.sample()))
    divisions = inner_divisions(material)
    fits = [
        _branch(scaled(values, plan.scaling), plan, material.generated, divisions)
        for values, plan in zip(material.features, plans, strict=True)
    ]
    scores = np.stack([fit.scores for fit in fits], axis=1)
    middle, spread = scores.mean(axis=0), np.maximum(scores.std(axis=0), 1e-9)
    shares = _shares((scores - middle) / spread, material.generated)
    slope, offset = fit_line(((scores - middle) / spread) @ shares, material.generated)
    branches = []
    for plan, fit, mean, width, share in zip(plans, fits, middle, spread, shares, strict=True):
        weights = np.mean([line[0] for line in fit.lines], axis=0)
        bias = float(np.mean([line[1] for line in fit.lines])) - float(mean)
        branches.append(Branch(plan.feature, plan.scaling, weights, bias, float(share / width)))
    return Learned(Head(tuple(branches), 0.0), Calibration(slope, offset, material.sample()))


def inner_divisions(material: Material) -> list[NDArray[np.int64]]:
    """Return folds by source, several times; by chance only where a class has a single source."""
    count = fold_count(material.sources, material.generated, INNER_FOLDS)
    if count >= 2:
        return [by_source(material.sources, material.generated, count, turn) for turn in range(TURNS)]
    made = int(material.generated.sum())
    count = min(INNER_FOLDS, made, len(material.sources) - made)
    return [at_random(material.generated, max(count, 2), turn) for turn in range(TURNS)]


def _branch(
    values: Floats, plan: BranchPlan, generated: Flags, divisions: Sequence[NDArray[np.int64]]
) -> _Fit:
    sizes: tuple[int, ...] = (0,) if plan.scaling == UNIT else COMPONENTS
    lines: list[list[Line]] = [[] for _ in sizes]
    scores = np.zeros((len(sizes), len(values)))
    for fold in divisions:
        for number in np.unique(fold):
            inside = fold != number
            if generated[inside].all() or not generated[inside].any():
                continue
            kinds = values.shape[1]
            flat, labels = values[inside].reshape(-1, values.shape[2]), np.repeat(generated[inside], kinds)
            for place, (weights, bias) in enumerate(_lines(flat, labels, kinds, sizes)):
                lines[place].append((weights, bias))
                # A picture's score is the mean of its variants'.
                scores[place, ~inside] += (values[~inside].mean(axis=1) @ weights + bias) / len(divisions)
    fits = [_fit(tuple(each), row, generated) for each, row in zip(lines, scores, strict=True)]
    return min(fits, key=lambda fit: round(fit.cost, 9))


def _fit(lines: tuple[Line, ...], scores: Floats, generated: Flags) -> _Fit:
    slope, offset = fit_line(scores, generated)
    return _Fit(lines, scores, cllr(slope * scores + offset, generated))


def _lines(values: Floats, generated: Flags, kinds: int, sizes: Sequence[int]) -> list[Line]:
    """Return the weighted sum for each number of components; 0 stands for the values as they are.

    ``kinds``: how often each picture is there; its variants together weigh what one picture does.
    """
    if sizes == (0,):
        return [_logistic(values, generated, UNIT_STRENGTH / kinds)]
    middle, spread = values.mean(axis=0), values.std(axis=0)
    spread = np.where(spread > 1e-9, spread, 1.0)
    standard = (values - middle) / spread
    directions = _directions(standard, max(sizes))
    found = []
    for size in sizes:
        kept = directions[:size]
        parts = standard @ kept.T
        widths = np.maximum(parts.std(axis=0), 1e-9)
        weights, bias = _logistic(parts / widths, generated, INNER_STRENGTH / kinds)
        outer = (kept.T @ (weights / widths)) / spread
        found.append((outer, bias - float(outer @ middle)))
    return found


def _directions(standard: Floats, most: int) -> Floats:
    """Return the first principal directions, float64[k, d], without those in which nothing varies."""
    tall = len(standard) >= standard.shape[1]
    variances, columns = np.linalg.eigh(standard.T @ standard if tall else standard @ standard.T)
    variances, rows = variances[::-1], columns.T[::-1]
    varied = int((variances > 1e-10 * max(float(variances[0]), 1e-12)).sum())
    kept = rows[: max(min(most, varied), 1)]
    if tall:
        return np.asarray(kept)
    directions = kept @ standard
    return np.asarray(directions / np.maximum(np.linalg.norm(directions, axis=1, keepdims=True), 1e-12))


def _logistic(values: Floats, generated: Flags, strength: float) -> Line:
    model = need("sklearn.linear_model").LogisticRegression(
        C=strength, class_weight="balanced", max_iter=5000
    )
    model.fit(values, generated)  # the second class is True: larger means generated
    return np.asarray(model.coef_[0], np.float64), float(model.intercept_[0])


def _shares(scores: Floats, generated: Flags) -> Floats:
    """Return the branches' shares: what logistic regression gives them, none below 0, not all 0."""
    if scores.shape[1] == 1:
        return np.ones(1)
    weights, _ = _logistic(scores, generated, FUSION_STRENGTH)
    positive = np.maximum(weights, 0.0)
    return positive if positive.any() else np.ones(scores.shape[1]) / scores.shape[1]
