"""``provenance fit``: from a model and pictures to a detector's directory, with figures from folds by source."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from openhotline.errors import BadInput, Conflict
from openhotline.provenance.detectors.calibration import calibration_document
from openhotline.provenance.detectors.crossing import Rows
from openhotline.provenance.detectors.detector import CALIBRATION_FORMAT
from openhotline.provenance.detectors.figures import Figures
from openhotline.provenance.detectors.fitting import BranchPlan, Learned, learn
from openhotline.provenance.detectors.graph import digest_of
from openhotline.provenance.detectors.head import PLAIN, UNIT, head_document
from openhotline.provenance.detectors.manifest import FILE, Manifest, Output, written
from openhotline.provenance.detectors.network import anatomy
from openhotline.provenance.detectors.picture import Normalisation, Preparation
from openhotline.provenance.detectors.report_json import document

MODEL, CALIBRATION, VALIDATION = "model.onnx", "calibration.json", "validation.json"
INNER = "/encoder/layers.7/Add_1_output_0"
"""The end of the name under which the usual export of a vision transformer has what its eighth layer hands on."""
EMBEDDING = "image_embeds"
UNKNOWN_LICENCE = "not stated: ask whoever made the model"


def described_backbone(path: Path, *, name: str, licence: str, version: str) -> Manifest:
    """Look into a model file and describe what is to be read from it, for CLIP's way of preparing pictures."""
    digest = digest_of(path)
    tensors, size = anatomy(path, digest)
    inner = [tensor for tensor, dimensions in tensors if dimensions is None and tensor.endswith(INNER)]
    flat = [tensor for tensor, dimensions in tensors if dimensions == 2]
    final = EMBEDDING if EMBEDDING in flat else next(iter(flat), "")
    features = tuple(tensor for tensor in (*inner[:1], final) if tensor)
    if not features:
        raise BadInput(
            "The model has neither a known inner layer nor an output of two dimensions. Export it with its embedding "
            "as an output."
        )
    usual = Preparation()
    preparation = replace(usual, size=size or usual.size)
    return Manifest(name, version, licence, MODEL, digest, preparation, Normalisation(), Output(features))


def plans_of(manifest: Manifest) -> tuple[BranchPlan, ...]:
    """Return how each tensor is used: an inner layer by components, an embedding at length 1; none for a score."""
    return tuple(
        BranchPlan(name, PLAIN if name.endswith(INNER) else UNIT) for name in manifest.output.features
    )


def learn_from(rows: Rows, manifest: Manifest) -> Learned:
    """Fit on everything usable: what is written into the detector's directory."""
    return learn(rows.material.part(rows.usable), plans_of(manifest))


def write_detector(
    directory: Path,
    model: Path,
    manifest: Manifest,
    learned: Learned,
    rows: Rows,
    figures: Figures,
    at: datetime,
) -> Manifest:
    """Write model, calibration, figures and, last, ``detector.toml``; return what that says."""
    check_directory(directory, manifest)
    directory.mkdir(parents=True, exist_ok=True)
    target = directory / manifest.model
    if target.resolve() != model.resolve():
        shutil.copyfile(model, target)
    if digest_of(target) != manifest.sha256:
        raise Conflict("The model file changed while it was copied. Try again.")
    calibration = _json(_calibration(manifest, learned, rows, figures, at))
    (directory / CALIBRATION).write_bytes(calibration)
    (directory / VALIDATION).write_bytes(_json(document(figures)))
    digest = hashlib.sha256(calibration).hexdigest()
    manifest = replace(manifest, calibration=CALIBRATION, calibration_sha256=digest)
    partial = directory / f"{FILE}.partial"
    partial.write_text(written(manifest), encoding="utf-8")
    partial.replace(directory / FILE)
    return manifest


def check_directory(directory: Path, manifest: Manifest) -> None:
    """Raise Conflict where a directory holds anything but a detector: it is left alone."""
    known = {MODEL, CALIBRATION, VALIDATION, FILE, manifest.model}
    if directory.is_dir() and any(entry.name not in known for entry in directory.iterdir()):
        raise Conflict(
            "The directory holds other files. Name an empty one, or one of an earlier fit, with --out."
        )


def _calibration(
    manifest: Manifest, learned: Learned, rows: Rows, figures: Figures, at: datetime
) -> dict[str, Any]:
    best, usable = figures.everything, rows.usable
    chosen = [name for name, inside in zip(rows.sources, usable, strict=True) if inside]
    made = np.asarray(rows.generated)[usable]
    return {
        "format": CALIBRATION_FORMAT,
        "model_sha256": manifest.sha256,
        "head": head_document(learned.head) if learned.head else None,
        "calibration": calibration_document(learned.calibration),
        "validated_on": {
            "date": at.date().isoformat(),
            "how": figures.how,
            "source_disjoint": figures.source_disjoint,
            "real": best.real,
            "generated": best.generated,
            "real_sources": _counted(chosen, ~made),
            "generated_sources": _counted(chosen, made),
            "auc": _short(best.auc),
            "cllr": _short(best.cllr),
            "cllr_min": _short(best.cllr_min),
            "people": "Not validated on images of people.",
            "limits": list(figures.limits),
        },
        "files": sorted(row.digest[:16] for row in rows.measured),
    }


def _counted(sources: Sequence[str], chosen: Any) -> dict[str, int]:
    names = [name for name, inside in zip(sources, chosen, strict=True) if inside]
    return {name: names.count(name) for name in sorted(set(names))}


def _short(value: float) -> float:
    return float(f"{value:.4g}")


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=True) + "\n").encode()
