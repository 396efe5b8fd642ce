"""``provenance evaluate``: figures over pictures, by folds or as the detector stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

import numpy as np

from openhotline.errors import BadInput
from openhotline.provenance.detectors.abstention import NO_WEIGHT, REASONS, UNSTABLE
from openhotline.provenance.detectors.calibration import SPEAKS_FROM
from openhotline.provenance.detectors.crossing import (
    LEAST_PICTURES,
    Flags,
    Judged,
    Rows,
    judge_as_it_stands,
    judge_by_folds,
)
from openhotline.provenance.detectors.detector import Fitted
from openhotline.provenance.detectors.figures import Curves, Figures, by_sources, limits_of, quality
from openhotline.provenance.detectors.fit import plans_of
from openhotline.provenance.detectors.fitting import Learned
from openhotline.provenance.detectors.manifest import Manifest
from openhotline.provenance.detectors.measuring import Measured
from openhotline.provenance.detectors.metrics import Share
from openhotline.provenance.detectors.trap import spring

FOLDS = 8
"""At most; no more than a class has sources. More folds fit on more sources, and take longer."""
BY_FOLDS = "folds by source: each picture is judged by heads that saw nothing of its source"
BY_CHANCE = "folds by chance: pictures of a source may stand on both sides"
AS_IT_STANDS = "the detector as it stands, on pictures it was not fitted on"


def across_folds(
    rows: Rows,
    measured: Sequence[Measured],
    manifest: Manifest,
    *,
    at: datetime,
    dequantised: bool,
    folds: int = FOLDS,
    doubts: Sequence[str] = (),
    advance: Callable[[], None] = lambda: None,
) -> Figures:
    """Judge every picture by heads fitted without its source; the detector's own head plays no part."""
    judged, count = judge_by_folds(rows, plans_of(manifest), folds, advance)
    how = BY_FOLDS if count else BY_CHANCE
    return _figures(rows, measured, judged, manifest, at, dequantised, how, count, bool(count), doubts, ())


def on_new_pictures(
    rows: Rows,
    measured: Sequence[Measured],
    manifest: Manifest,
    fitted: Fitted,
    *,
    at: datetime,
    dequantised: bool,
    doubts: Sequence[str] = (),
) -> Figures:
    """Judge pictures with the detector as it stands."""
    learned = Learned(fitted.head, fitted.calibration)
    judged = judge_as_it_stands(rows, learned)
    known = {
        name for word in ("real_sources", "generated_sources") for name in fitted.validated_on.get(word, {})
    }
    shared = sorted(known & {row.sample.source for row in rows.measured if row.sample.source})
    if shared:
        doubts = (
            *doubts,
            f"Sources of the same name were fitted on: {', '.join(shared)}. Their figures flatter.",
        )
    lowest, highest = fitted.calibration.bounds
    always = (NO_WEIGHT,) if learned.calibration.slope == 0 or lowest == highest == 0 else ()
    return _figures(
        rows, measured, judged, manifest, at, dequantised, AS_IT_STANDS, 0, not shared, doubts, always
    )


def without(rows: Rows, files: frozenset[str]) -> tuple[Rows | None, int]:
    """Leave out pictures that a head was fitted on; return the rest, if enough, and how many were left out."""
    kept = [row for row in rows.measured if row.digest[:16] not in files]
    left_out = len(rows.measured) - len(kept)
    if not left_out:
        return rows, 0
    generated = np.asarray([row.sample.generated for row in kept], bool)
    if min((generated == made).sum() for made in (False, True)) < LEAST_PICTURES:
        return None, left_out
    sources = [
        source
        for row, source in zip(rows.measured, rows.sources, strict=True)
        if row.digest[:16] not in files
    ]
    return Rows(tuple(kept), tuple(sources), generated), left_out


def _figures(
    rows: Rows,
    measured: Sequence[Measured],
    judged: Judged,
    manifest: Manifest,
    at: datetime,
    dequantised: bool,
    how: str,
    folds: int,
    source_disjoint: bool,
    doubts: Sequence[str],
    always: Sequence[str],
) -> Figures:
    reasons = [
        (*row.reasons, *((UNSTABLE,) if shaky else ()), *always)
        for row, shaky in zip(rows.measured, judged.unstable, strict=True)
    ]
    abstains: Flags = np.asarray([bool(found) for found in reasons])
    made, ratios = rows.generated, judged.log10_lr
    everything = quality(judged, made, np.ones(len(made), bool))
    if everything is None:
        raise BadInput("One class has no readable picture. Add some.")
    sources = by_sources(rows.sources, made, ratios, abstains)
    trap = spring(rows.measured, rows.sources, made)
    counts = Counter(reason for found in reasons for reason in found)
    real, spoken = ~made, ~made & ~abstains
    return Figures(
        detector=manifest.name,
        version=manifest.version,
        model_sha256=manifest.sha256,
        dequantised=dequantised,
        at=at.isoformat(timespec="seconds"),
        how=how,
        source_disjoint=source_disjoint,
        folds=folds,
        sample=rows.material.sample(),
        everything=everything,
        spoken=quality(judged, made, ~abstains) if (~abstains).any() else None,
        real_called_synthetic=Share(int((ratios[real] >= SPEAKS_FROM).sum()), int(real.sum())),
        real_called_synthetic_spoken=Share(int((ratios[spoken] >= SPEAKS_FROM).sum()), int(spoken.sum())),
        abstentions=tuple((code, counts[code]) for code in REASONS if counts[code]),
        abstained=Share(int(abstains.sum()), len(abstains)),
        sources=sources,
        trap=trap,
        unreadable=tuple((str(row.sample.path), row.problem) for row in measured if row.problem),
        limits=limits_of(sources, everything, trap, source_disjoint=source_disjoint, doubts=doubts),
        curves=_curves(ratios, made),
    )


def _curves(ratios: np.ndarray[tuple[int], np.dtype[np.float64]], made: Flags) -> Curves:
    order = np.argsort(ratios, kind="stable")
    return Curves(tuple(ratios[order].tolist()), tuple(made[order].tolist()))
