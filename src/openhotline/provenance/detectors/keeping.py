"""What a model said about a file, kept for the next run: arrays in a plain format, named by a digest."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from openhotline.provenance.detectors.manifest import Manifest
from openhotline.provenance.detectors.picture import VARIANTS

Features = tuple[NDArray[np.float32], ...]


class Kept:
    """A directory of answers. An answer belongs to one file, one model and one way of preparing."""

    def __init__(self, directory: Path, manifest: Manifest) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory
        way = (manifest.sha256, manifest.preparation, manifest.normalisation, manifest.output, VARIANTS)
        self._way = hashlib.sha256(repr(way).encode()).hexdigest()

    def path(self, digest: str) -> Path:
        """Return where the answer about a file of this digest lies."""
        name = hashlib.sha256(f"{self._way} {digest}".encode()).hexdigest()[:32]
        return self._directory / f"{name}.npz"


def kept_features(kept: Kept | None, digest: str, ask: Callable[[], Features]) -> Features:
    """Return the kept answer, or ask and keep it. A damaged one is asked for again."""
    if kept is None:
        return ask()
    path = kept.path(digest)
    try:
        with np.load(path, allow_pickle=False) as stored:
            return tuple(stored[f"part{number}"] for number in range(len(stored.files)))
    except (OSError, ValueError, KeyError, zipfile.BadZipFile):
        answer = ask()
    partial = path.with_suffix(".partial.npz")
    with partial.open("wb") as stream:
        np.savez(stream, **{f"part{number}": part for number, part in enumerate(answer)})  # type: ignore[arg-type]
    partial.replace(path)
    return answer
