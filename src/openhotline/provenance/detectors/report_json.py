"""An evaluation as JSON: the same figures as the text, with names that do not change."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from openhotline.provenance.detectors.abstention import REASONS
from openhotline.provenance.detectors.calibration import SPEAKS_FROM
from openhotline.provenance.detectors.figures import Figures, Quality, Source
from openhotline.provenance.detectors.metrics import Share


def document(figures: Figures) -> dict[str, Any]:
    """Return what ``--json`` prints. Rates are from 0 to 1; intervals are Wilson's, 95 %, on both sides."""
    return {
        "detector": figures.detector,
        "version": figures.version,
        "model_sha256": figures.model_sha256,
        "dequantised": figures.dequantised,
        "at": figures.at,
        "how": figures.how,
        "source_disjoint": figures.source_disjoint,
        "folds": figures.folds,
        "sample": asdict(figures.sample),
        **_quality(figures.everything),
        "without_abstained": _quality(figures.spoken) if figures.spoken else None,
        "called_synthetic_from_log10_lr": SPEAKS_FROM,
        "real_called_synthetic": _bounded(figures.real_called_synthetic),
        "real_called_synthetic_without_abstained": _bounded(figures.real_called_synthetic_spoken),
        "abstention": {
            **_share(figures.abstained),
            "reasons": {
                code: {"pictures": count, "words": REASONS[code]} for code, count in figures.abstentions
            },
        },
        "per_source": [_source(source) for source in figures.sources],
        "trap": {
            "sees": ["format", "width", "height", "bytes a pixel"],
            "auc_random_split": _short(figures.trap.at_random),
            "auc_source_disjoint": _short(figures.trap.by_source),
        },
        "not_used": [{"file": file, "reason": reason} for file, reason in figures.unreadable],
        "limits": list(figures.limits),
    }


def _quality(quality: Quality) -> dict[str, Any]:
    return {
        "real": quality.real,
        "generated": quality.generated,
        "auc": _short(quality.auc),
        "auc_interval": [_short(end) for end in quality.auc_interval],
        "tpr_at_1_percent_fpr": _short(quality.recall_at_1),
        "tpr_at_5_percent_fpr": _short(quality.recall_at_5),
        "cllr": _short(quality.cllr),
        "cllr_min": _short(quality.cllr_min),
        "cllr_minus_cllr_min": _short(quality.gap),
        "cllr_minus_cllr_min_before_rounding": _short(quality.fine_gap),
        "cllr_as_weighed": _short(quality.cllr_as_weighed),
        "ece": _short(quality.ece),
    }


def _share(share: Share) -> dict[str, Any]:
    return {
        "pictures": share.hits,
        "of": share.of,
        "rate": _short(share.rate),
        "interval": [_short(end) for end in share.interval],
    }


def _bounded(share: Share) -> dict[str, Any]:
    return {**_share(share), "one_sided_95_percent_upper_bound": _short(share.upper)}


def _source(source: Source) -> dict[str, Any]:
    return {
        "source": source.name,
        "class": "generated" if source.generated else "real",
        "pictures": source.pictures,
        "abstained": source.abstained,
        "called_synthetic": _share(source.synthetic),
        "called_synthetic_without_abstained": _share(source.spoken),
    }


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
