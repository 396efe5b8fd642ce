"""What an evaluation found, as frozen records: the only thing that text, JSON and the page are made from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from openhotline.provenance.detectors import metrics
from openhotline.provenance.detectors.calibration import SPEAKS_FROM, Sample
from openhotline.provenance.detectors.crossing import Judged
from openhotline.provenance.detectors.metrics import Share

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Quality:
    """Figures over a set of pictures. ``cllr`` is of ratios as stated, ``cllr_as_weighed`` of those within all bounds."""

    real: int
    generated: int
    auc: float
    auc_interval: tuple[float, float]
    recall_at_1: float
    recall_at_5: float
    cllr: float
    cllr_min: float
    cllr_as_weighed: float
    fine_gap: float
    """Cllr less its minimum before ratios are rounded. Rounding leaves the minimum less to fit to chance."""
    ece: float

    @property
    def gap(self) -> float:
        """What better calibration alone would save."""
        return self.cllr - self.cllr_min


@dataclass(frozen=True)
class Source:
    """One source: how often what it made was called synthetic, abstentions set apart."""

    name: str
    generated: bool
    pictures: int
    abstained: int
    synthetic: Share
    """Over all its pictures, abstained or not: those with a ratio of two or more for generated."""
    spoken: Share
    """Of those on which the detector did not abstain, called synthetic."""


@dataclass(frozen=True)
class Trap:
    """How well file format, width, height and bytes a pixel alone tell the classes apart; None where not to be tried."""

    at_random: float | None
    by_source: float | None


@dataclass(frozen=True)
class Curves:
    """What the plots show: each picture's calibrated ratio and class, in no order that tells which it is."""

    log10_lr: tuple[float, ...]
    generated: tuple[bool, ...]


@dataclass(frozen=True)
class Figures:
    """A whole evaluation."""

    detector: str
    version: str
    model_sha256: str
    dequantised: bool
    at: str
    how: str
    source_disjoint: bool
    folds: int
    sample: Sample
    everything: Quality
    spoken: Quality | None
    real_called_synthetic: Share
    real_called_synthetic_spoken: Share
    abstentions: tuple[tuple[str, int], ...]
    abstained: Share
    sources: tuple[Source, ...]
    trap: Trap
    unreadable: tuple[tuple[str, str], ...]
    limits: tuple[str, ...]
    curves: Curves


def quality(judged: Judged, generated: Flags, chosen: Flags) -> Quality | None:
    """Return the figures over the chosen pictures, or nothing where a class is missing.

    AUC and TPR are of ratios before rounding.
    """
    generated = generated[chosen]
    if generated.all() or not generated.any():
        return None
    fine, log10_lr, weighed = judged.fine[chosen], judged.log10_lr[chosen], judged.weights[chosen]
    return Quality(
        real=int((~generated).sum()),
        generated=int(generated.sum()),
        auc=metrics.auc(fine, generated),
        auc_interval=metrics.auc_interval(fine, generated),
        recall_at_1=metrics.recall_at(fine, generated, 0.01),
        recall_at_5=metrics.recall_at(fine, generated, 0.05),
        cllr=metrics.cllr(log10_lr, generated),
        cllr_min=metrics.cllr_min(log10_lr, generated),
        cllr_as_weighed=metrics.cllr(weighed, generated),
        fine_gap=metrics.cllr(fine, generated) - metrics.cllr_min(fine, generated),
        ece=metrics.calibration_error(log10_lr, generated),
    )


def by_sources(
    names: Sequence[str], generated: Flags, log10_lr: Floats, abstains: Flags
) -> tuple[Source, ...]:
    """Return a line for each source of each class, generated ones first."""
    found = []
    labels = np.asarray(names, object)
    for made in (True, False):
        for name in sorted(set(labels[generated == made])):
            inside = (labels == name) & (generated == made)
            spoken = inside & ~abstains
            found.append(
                Source(
                    name=name,
                    generated=made,
                    pictures=int(inside.sum()),
                    abstained=int((inside & abstains).sum()),
                    synthetic=Share(int((log10_lr[inside] >= SPEAKS_FROM).sum()), int(inside.sum())),
                    spoken=Share(int((log10_lr[spoken] >= SPEAKS_FROM).sum()), int(spoken.sum())),
                )
            )
    return tuple(found)


TRAPPED = 0.7
FEW = 100


def limits_of(
    sources: Sequence[Source], quality: Quality, trap: Trap, *, source_disjoint: bool, doubts: Sequence[str]
) -> tuple[str, ...]:
    """Return, in sentences, what the figures do not show and the detector cannot do."""
    return (
        "Nothing here was validated on images of people; figures on other pictures say nothing about them.",
        *_about_sources(sources),
        *_about_figures(quality, trap, source_disjoint=source_disjoint),
        *doubts,
    )


def _about_sources(sources: Sequence[Source]) -> Iterator[str]:
    made = [source for source in sources if source.generated]
    if blind := [source.name for source in made if not source.synthetic.hits]:
        yield f"It recognised no picture at all of: {', '.join(blind)}."
    if weak := [_counted(source) for source in made if 0 < source.synthetic.rate < 0.5]:
        yield f"It recognised less than half of: {', '.join(weak)}."
    if wrong := [_counted(each) for each in sources if not each.generated and each.synthetic.rate > 0.2]:
        yield f"It called more than a fifth synthetic of the real pictures of: {', '.join(wrong)}."
    if silent := [source.name for source in sources if source.abstained == source.pictures]:
        yield f"It abstains on every picture of: {', '.join(silent)}."


def _about_figures(quality: Quality, trap: Trap, *, source_disjoint: bool) -> Iterator[str]:
    if not source_disjoint:
        yield (
            "The figures are not source-disjoint: pictures of a source stand among those fitted on and those judged. "
            "They flatter, and say nothing about pictures from elsewhere."
        )
    if min(quality.real, quality.generated) < FEW:
        yield (
            f"The sample is small ({quality.real} real, {quality.generated} generated): a share of false alarms of a "
            "few per cent cannot be told from none."
        )
    if quality.real < FEW:
        yield f"With {quality.real} real pictures, TPR at 1 % FPR is the share above the highest of them."
    if (trap.by_source or 0) > TRAPPED:
        yield (
            f"Format and size alone reach AUC {trap.by_source:.2f} by source in this collection: part of what the "
            "detector shows may be that, although both are made the same first."
        )


def _counted(source: Source) -> str:
    return f"{source.name} ({source.synthetic.hits} of {source.pictures})"
