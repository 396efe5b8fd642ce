"""The trap: how well a classifier does that never looks at a picture, only at its file's format and size."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from openhotline.provenance.detectors.extra import need
from openhotline.provenance.detectors.figures import Trap
from openhotline.provenance.detectors.folds import at_random, by_source, fold_count
from openhotline.provenance.detectors.measuring import Measured
from openhotline.provenance.detectors.metrics import auc

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
FOLDS = 5


def spring(measured: Sequence[Measured], sources: Sequence[str], generated: Flags) -> Trap:
    """Return the AUC of format, width, height and bytes a pixel alone, in random folds and in folds by source.

    A high figure in random folds says that these pictures can be told apart without looking; one by source, that
    this would even carry over.
    """
    table = _table(measured)
    smaller = int(min(generated.sum(), (~generated).sum()))
    at_random_folds = at_random(generated, min(FOLDS, smaller)) if smaller >= 2 else None
    count = fold_count(sources, generated, FOLDS)
    return Trap(
        at_random=_auc(table, generated, at_random_folds),
        by_source=_auc(table, generated, by_source(sources, generated, count)) if count >= 2 else None,
    )


def _table(measured: Sequence[Measured]) -> Floats:
    formats = sorted({row.media_type for row in measured})
    rows = []
    for row in measured:
        area = max(row.width * row.height, 1)
        rows.append(
            [
                *(float(row.media_type == name) for name in formats),
                *(np.log2(max(row.width, 1)), np.log2(max(row.height, 1)), np.log2(row.size / area + 1e-6)),
            ]
        )
    return np.asarray(rows, np.float64)


def _auc(table: Floats, generated: Flags, fold: NDArray[np.int64] | None) -> float | None:
    if fold is None:
        return None
    forest = need("sklearn.ensemble").RandomForestClassifier
    scores = np.zeros(len(generated))
    for number in np.unique(fold):
        inside = fold != number
        if generated[inside].all() or not generated[inside].any():
            return None
        model = forest(100, min_samples_leaf=2, class_weight="balanced", random_state=0, n_jobs=1)
        model.fit(table[inside], generated[inside])
        scores[~inside] = model.predict_proba(table[~inside])[:, 1]
    return auc(scores, generated)
