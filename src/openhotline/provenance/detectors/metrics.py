"""How good scores and likelihood ratios are. Arrays of float64; ``generated`` is true where the picture is.

Definitions: Cllr and its minimum, Brümmer and du Preez 2006; ECE (empirical cross-entropy), Ramos and
Gonzalez-Rodriguez 2013; PAV, Ayer et al. 1955; Wilson's interval 1927.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, lgamma, log, log1p, sqrt

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def auc(scores: Floats, generated: Flags) -> float:
    """Return the chance that a generated picture scores above a real one; ties count half."""
    order = np.sort(scores[~generated])
    above = scores[generated]
    below = np.searchsorted(order, above, "left") + np.searchsorted(order, above, "right")
    return float(below.sum() / (2 * len(order) * len(above)))


def auc_interval(scores: Floats, generated: Flags) -> tuple[float, float]:
    """Return the 95 % interval by DeLong's variance. It takes pictures as independent; those of a source are not."""
    real, made = scores[~generated], scores[generated]
    wins = (made[:, None] > real[None, :]) + 0.5 * (made[:, None] == real[None, :])
    area = float(wins.mean())
    spread = _variance(wins.mean(axis=1)) / len(made) + _variance(wins.mean(axis=0)) / len(real)
    half = 1.96 * sqrt(spread)
    return max(area - half, 0.0), min(area + half, 1.0)


def _variance(values: Floats) -> float:
    return float(values.var(ddof=1)) if len(values) > 1 else 0.25


def recall_at(scores: Floats, generated: Flags, false_rate: float) -> float:
    """Return the share of generated pictures above a threshold that at most ``false_rate`` of the real ones pass."""
    real = np.sort(scores[~generated])[::-1]
    allowed = int(np.floor(false_rate * len(real) + 1e-9))
    if allowed >= len(real):
        return 1.0
    return float((scores[generated] > real[allowed]).mean())


def cllr(log10_lr: Floats, generated: Flags) -> float:
    """Return the log likelihood-ratio cost in bits: 0 is perfect, 1 is what saying nothing costs."""
    natural = log10_lr * log(10)
    made = np.logaddexp(0, -natural[generated]).mean()
    real = np.logaddexp(0, natural[~generated]).mean()
    return float((made + real) / (2 * log(2)))


def cllr_min(scores: Floats, generated: Flags) -> float:
    """Return what Cllr would be if the scores were calibrated as well as they can be, on these very pictures."""
    rates = pav(scores, generated, balanced=True)
    with np.errstate(divide="ignore"):
        natural = np.log(rates) - np.log1p(-rates)
    return cllr(natural / log(10), generated)


def pav(scores: Floats, generated: Flags, *, balanced: bool) -> Floats:
    """Return for each picture the rising rate of generated ones that fits best (pool adjacent violators).

    ``balanced``: both classes weigh the same, so that the rate belongs to even prior odds.
    """
    made, real = int(generated.sum()), int((~generated).sum())
    weights = np.where(generated, 1 / made, 1 / real) if balanced else np.ones(len(scores))
    order = np.argsort(scores, kind="stable")
    levels, first = np.unique(scores[order], return_index=True)
    total = np.add.reduceat(weights[order], first)
    hits = np.add.reduceat((weights * generated)[order], first)
    rates = _pooled(hits, total)
    return rates[np.searchsorted(levels, scores)]


def _pooled(hits: Floats, total: Floats) -> Floats:
    blocks: list[list[float]] = []
    for hit, weight in zip(hits, total, strict=True):
        blocks.append([hit, weight, 1])
        while len(blocks) > 1 and blocks[-2][0] * blocks[-1][1] >= blocks[-1][0] * blocks[-2][1]:
            last = blocks.pop()
            blocks[-1] = [a + b for a, b in zip(blocks[-1], last, strict=True)]
    return np.concatenate([np.full(int(count), hit / weight) for hit, weight, count in blocks])


def calibration_error(log10_lr: Floats, generated: Flags, bins: int = 10) -> float:
    """Return the expected calibration error at even prior odds: how far stated and observed rates lie apart.

    Bins hold equal weight, at least two; each class weighs a half.
    """
    stated = 1 / (1 + 10.0**-log10_lr)
    weights = np.where(generated, 0.5 / generated.sum(), 0.5 / (~generated).sum())
    order = np.argsort(stated, kind="stable")
    place = np.minimum((np.cumsum(weights[order]) * bins - 1e-9).astype(int), bins - 1)
    error = 0.0
    for number in range(bins):
        inside = order[place == number]
        weight = weights[inside].sum()
        if weight > 0:
            gap = (weights[inside] * (stated[inside] - generated[inside])).sum() / weight
            error += weight * abs(gap)
    return float(error)


def cross_entropy(log10_lr: Floats, generated: Flags, log10_prior: Floats) -> Floats:
    """Return the empirical cross-entropy in bits for each prior odds: the curve of an ECE plot."""
    found = []
    for prior in log10_prior * log(10):
        chance = 1 / (1 + np.exp(-prior))
        natural = log10_lr * log(10)
        made = np.logaddexp(0, -(natural[generated] + prior)).mean()
        real = np.logaddexp(0, natural[~generated] + prior).mean()
        found.append((chance * made + (1 - chance) * real) / log(2))
    return np.asarray(found)


@dataclass(frozen=True)
class Share:
    """``hits`` of ``of``, with Wilson's 95 % interval."""

    hits: int
    of: int

    @property
    def rate(self) -> float:
        return self.hits / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        return wilson(self.hits, self.of, 1.959964)

    @property
    def upper(self) -> float:
        """The one-sided 95 % upper bound, exact."""
        return upper_bound(self.hits, self.of)


def wilson(hits: int, of: int, z: float) -> tuple[float, float]:
    """Return Wilson's interval for a rate; (0, 1) where nothing was counted."""
    if not of:
        return 0.0, 1.0
    rate = hits / of
    middle = (rate + z * z / (2 * of)) / (1 + z * z / of)
    half = z * sqrt(rate * (1 - rate) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def upper_bound(hits: int, of: int, miss: float = 0.05) -> float:
    """Return the exact one-sided upper bound (Clopper and Pearson 1934), at which so few hits are as rare as ``miss``."""
    if hits >= of:
        return 1.0
    low, high = hits / of, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if _at_most(hits, of, middle) > miss:
            low = middle
        else:
            high = middle
    return high


def _at_most(hits: int, of: int, rate: float) -> float:
    """Return the chance of no more than ``hits`` of ``of`` at this rate, strictly between 0 and 1."""
    logs = (
        lgamma(of + 1) - lgamma(k + 1) - lgamma(of - k + 1) + k * log(rate) + (of - k) * log1p(-rate)
        for k in range(hits + 1)
    )
    return sum(exp(value) for value in logs)
