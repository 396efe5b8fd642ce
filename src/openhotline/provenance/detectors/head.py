"""A fitted head: weighted sums over what a model says about a picture. NumPy only; no package is needed to apply it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
PLAIN, UNIT = "plain", "unit_length"


@dataclass(frozen=True, eq=False)
class Branch:
    """One sum over one feature. ``scaling``: as it is, or divided by its Euclidean length first.

    ``share``: the weight of this branch in the head's score; never negative, so that no branch can be turned round.
    """

    feature: str
    scaling: str
    weights: Floats
    bias: float
    share: float

    def score(self, features: Floats) -> Floats:
        """Return one number for each row of float64[n, d]."""
        return scaled(features, self.scaling) @ self.weights + self.bias


@dataclass(frozen=True, eq=False)
class Head:
    """The branches and what is added in the end. A larger score speaks for generated."""

    branches: tuple[Branch, ...]
    bias: float

    def score(self, features: Sequence[Floats]) -> Floats:
        """Return one number for each picture; ``features`` holds float64[n, d] for each branch."""
        total = np.full(len(features[0]), self.bias)
        for branch, values in zip(self.branches, features, strict=True):
            total += branch.share * branch.score(values)
        return total


def scaled(features: Floats, scaling: str) -> Floats:
    """Return the rows, float64[..., d], as a branch wants them."""
    values = np.asarray(features, np.float64)
    if scaling == PLAIN:
        return values
    lengths: Floats = np.sqrt((values * values).sum(axis=-1, keepdims=True))
    return values / np.maximum(lengths, 1e-12)


def feature_vector(tensor: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return a picture's vector from a tensor of batch 1: the first token of a sequence, or the vector as it is."""
    row = tensor[0]
    return np.asarray(row[0] if row.ndim == 2 else row.reshape(-1), np.float32)


def head_document(head: Head) -> dict[str, Any]:
    """Return the head as JSON takes it. Numbers keep nine digits: more are noise of the processor's."""
    return {
        "bias": _short(head.bias),
        "branches": [
            {
                "feature": branch.feature,
                "scaling": branch.scaling,
                "share": _short(branch.share),
                "bias": _short(branch.bias),
                "weights": [_short(weight) for weight in branch.weights],
            }
            for branch in head.branches
        ],
    }


def head_of(read: Mapping[str, Any]) -> Head:
    """Return the head in a document; raise KeyError, TypeError or ValueError where it is none."""
    branches = tuple(
        Branch(
            feature=str(entry["feature"]),
            scaling=_known(entry["scaling"]),
            weights=_finite(np.asarray(entry["weights"], np.float64)),
            bias=float(entry["bias"]),
            share=max(float(entry["share"]), 0.0),
        )
        for entry in read["branches"]
    )
    if not branches or any(branch.weights.ndim != 1 or not branch.weights.size for branch in branches):
        raise ValueError("a head needs branches, each with a list of weights")
    return Head(branches, float(read["bias"]))


def _short(value: float) -> float:
    return float(f"{float(value):.9g}")


def _known(scaling: Any) -> str:
    if scaling not in (PLAIN, UNIT):
        raise ValueError("scaling must be plain or unit_length")
    return str(scaling)


def _finite(values: Floats) -> Floats:
    if not np.isfinite(values).all():
        raise ValueError("a weight is not a number")
    return values
