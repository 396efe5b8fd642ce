"""A detector loaded from its directory, and what it reads in one picture."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openhotline.errors import BadInput, Damaged, NotFound
from openhotline.provenance.detectors.calibration import Calibration, calibration_of
from openhotline.provenance.detectors.head import Head, feature_vector, head_of
from openhotline.provenance.detectors.manifest import LOW, Manifest, read_manifest
from openhotline.provenance.detectors.network import Network
from openhotline.provenance.detectors.picture import Pixels, tensor, variants, working_picture

CALIBRATION_FORMAT = "openhotline-calibration-1"
MOST_CALIBRATION_BYTES = 1 << 24

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Fitted:
    """The calibration file: the head, the map to ratios, and what both were validated on."""

    head: Head | None
    calibration: Calibration
    validated_on: Mapping[str, Any]
    files: frozenset[str]
    """The first 16 digits of the SHA-256 of every picture of the fitting, so that none of them tests it."""


@dataclass(frozen=True, eq=False)
class Detector:
    """A detector that can be asked. Keep one for many pictures. A vision transformer takes three seconds to load
    and up to 1.5 GB meanwhile, then 0.8 GB."""

    manifest: Manifest
    network: Network
    fitted: Fitted | None

    @property
    def name(self) -> str:
        """The name that stands in evidence after ``detector:``."""
        return self.manifest.name

    def features(self, pixels: Pixels) -> tuple[NDArray[np.float32], ...]:
        """Return what the model says about an upright picture: for each output float32[variants, d]."""
        return features_of(self.network, self.manifest, pixels)

    def scores(self, features: Sequence[NDArray[np.float32]]) -> Floats:
        """Return one score for each variant; a larger one speaks for generated."""
        if self.fitted is not None and self.fitted.head is not None:
            return self.fitted.head.score([np.asarray(part, np.float64) for part in features])
        return np.asarray(features[0][:, 0], np.float64)


def features_of(network: Network, manifest: Manifest, pixels: Pixels) -> tuple[NDArray[np.float32], ...]:
    """Return for each wanted tensor its vectors, float32[variants, d], in the order of picture.VARIANTS.

    A model with a score of its own gives that alone, float32[variants, 1], larger where it speaks for generated.
    """
    how = manifest.normalisation
    rows = []
    for picture in variants(working_picture(pixels, how), how):
        rows.append([feature_vector(found) for found in network.run(tensor(picture, manifest.preparation))])
    columns = tuple(np.stack(column) for column in zip(*rows, strict=True))
    return columns if manifest.output.features else (plain_scores(manifest, columns[0]),)


def plain_scores(manifest: Manifest, values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the chosen place of the output, turned so that a larger number means generated: float32[n, 1]."""
    place = manifest.output.index
    if place >= values.shape[1]:
        raise BadInput("The model's output is shorter than output.index in detector.toml says. Correct it.")
    chosen = values[:, place : place + 1]
    return -chosen if manifest.output.generated == LOW else chosen


def wanted_of(manifest: Manifest) -> tuple[str, ...]:
    """Return the names of the tensors that are read."""
    return manifest.output.features or (manifest.output.name,)


def load_detector(directory: Path) -> Detector:
    """Load a detector; raise NotFound, BadInput or, where a file is not the pinned one, Damaged.

    Without a calibration file it is loaded too, and abstains on every picture.
    """
    directory = Path(directory)
    manifest = read_manifest(directory)
    fitted = read_fitted(directory, manifest)
    if manifest.output.features and (fitted is None or fitted.head is None):
        raise BadInput("This detector's model has no score of its own and no head. Run provenance fit.")
    if fitted is not None and fitted.head is not None:
        names = tuple(branch.feature for branch in fitted.head.branches)
        if names != manifest.output.features:
            raise BadInput(
                "The head was fitted on other tensors than detector.toml names. Run provenance fit."
            )
    network = Network(directory / manifest.model, manifest.sha256, wanted_of(manifest))
    return Detector(manifest, network, fitted)


def read_fitted(directory: Path, manifest: Manifest) -> Fitted | None:
    """Read the calibration file that the manifest names and pins, if it names one."""
    if not manifest.calibration:
        return None
    path = directory / manifest.calibration
    if not path.is_file():
        raise NotFound("The calibration file is missing. Put it back, or run provenance fit.")
    if path.stat().st_size > MOST_CALIBRATION_BYTES:
        raise BadInput("The calibration file is larger than 16 MiB. Run provenance fit.")
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != manifest.calibration_sha256:
        raise Damaged(
            "The calibration file is not the one that was pinned. Put it back, or run provenance fit."
        )
    try:
        return _fitted(json.loads(data), manifest)
    except (KeyError, TypeError, ValueError) as problem:
        raise BadInput(
            "The calibration file cannot be read. Run provenance fit.", details=str(problem)
        ) from None


def _fitted(read: Mapping[str, Any], manifest: Manifest) -> Fitted:
    if read["format"] != CALIBRATION_FORMAT:
        raise ValueError("another format")
    if read["model_sha256"] != manifest.sha256:
        raise Damaged("The calibration belongs to another model. Run provenance fit with this one.")
    return Fitted(
        head=head_of(read["head"]) if read.get("head") else None,
        calibration=calibration_of(read["calibration"]),
        validated_on=dict(read["validated_on"]),
        files=frozenset(str(digest) for digest in read.get("files", ())),
    )
