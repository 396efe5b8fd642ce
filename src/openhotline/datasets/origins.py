"""The deep look at one file's origin: every check there is. Runs inside a confined process.

Shared by the site and by ``openhotline examine``. Trust lists, sensor patterns, detectors and settings are handed in
before the process is closed off.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from openhotline.provenance.sensor.pattern import decode
from openhotline.provenance.settings import default_settings, load_settings
from openhotline.provenance.signed.trust_list import read_trust
from openhotline.provenance.suite import Suite
from openhotline.provenance.unsigned.marks import origin_marks, signer_marks

ENTRY = "openhotline.datasets.origins:origin_entry"


class _Prepared:
    """What this process examines with."""

    suite = Suite()


def warm(
    blobs: Sequence[bytes] = (),
    *,
    trust: Sequence[Mapping[str, Any]] = (),
    detectors: Sequence[str] = (),
    settings: str = "",
) -> None:
    """Load everything. ``blobs`` are the files of sensor patterns, ``trust`` is ``Trust.as_json()``.

    ``detectors`` are directories and ``settings`` is a file; either may be empty. What is damaged is refused.
    """
    loaded = []
    if detectors:
        from openhotline.provenance.detectors.detector import load_detector

        loaded = [load_detector(Path(directory)) for directory in detectors]
    _Prepared.suite = Suite(
        trust=read_trust([dict(one) for one in trust]),
        patterns=[decode(blob) for blob in blobs],
        detectors=loaded,
        settings=load_settings(Path(settings)) if settings else default_settings(),
    )
    _Prepared.suite.prepare()


def origin_entry(untrusted_bytes: bytes, *, inputs_only: bool = False) -> tuple[dict[str, Any], list[bytes]]:
    """Examine a file. The verdict is left to whoever asks: facts of their own come into it.

    ``energies``: of the devices that matched, by the digest of their pattern. With ``inputs_only`` nothing is
    examined; ``inputs`` is one digest of all that a result is made with.
    """
    suite = _Prepared.suite
    if inputs_only:
        return {"inputs": suite.digest}, []
    examined = suite.examine(untrusted_bytes)
    marks = (*origin_marks(untrusted_bytes, examined.media_type), *signer_marks(examined.manifests))
    return {
        "media_type": examined.media_type,
        "failure": examined.failure,
        "evidence": [asdict(piece) for piece in examined.evidence],
        "abstained": list(examined.verdict.abstained),
        "marks": [[mark.kind, mark.value] for mark in marks],
        "energies": dict(examined.energies),
        "record": dict(examined.record),
    }, []
