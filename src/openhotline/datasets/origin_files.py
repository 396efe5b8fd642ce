"""Every origin check on many files, through confined processes, in stable order and flat memory."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from openhotline.datasets.asking import ask_of_each
from openhotline.datasets.origins import ENTRY
from openhotline.datasets.walk import Place
from openhotline.errors import OpenHotlineError
from openhotline.hashing import Digests
from openhotline.media.confined import Given, Limits, Pool, Reply
from openhotline.media.reasons import worker_failed
from openhotline.provenance.evidence import (
    CAMERA_TRACES,
    SIGNED_PROVENANCE,
    UNSIGNED_CLAIMS,
    Evidence,
    unreadable,
)
from openhotline.provenance.fusion import Verdict, fuse
from openhotline.provenance.sensor.pattern import read_pattern
from openhotline.provenance.settings import Settings, default_settings, load_settings
from openhotline.provenance.signed.trust import load_trust

LIMITS = Limits(seconds=120.0, cpu_seconds=90.0)
"""A detector scores three variants of a picture: some seconds each on one core."""

ALWAYS = (SIGNED_PROVENANCE, UNSIGNED_CLAIMS, CAMERA_TRACES)
"""The families that every file is asked about."""

MOST_EVIDENCE = 500


@dataclass(frozen=True)
class With:
    """What to examine with: a directory of trust lists, files of devices, directories of detectors, a settings file."""

    trust: Path | None = None
    devices: Sequence[Path] = ()
    detectors: Sequence[Path] = ()
    settings: Path | None = None

    @property
    def loaded_settings(self) -> Settings:
        """What evidence weighs."""
        return load_settings(self.settings) if self.settings else default_settings()

    def given(self) -> Given:
        """Everything as the entry's ``warm`` takes it; what is damaged is refused here, with its path."""
        return Given(
            blobs=[_pattern(path) for path in self.devices],
            arguments={
                "trust": load_trust(self.trust).as_json() if self.trust else [],
                "detectors": [str(path.resolve()) for path in self.detectors],
                "settings": str(self.settings.resolve()) if self.settings else "",
            },
        )


@dataclass(frozen=True)
class FileOrigin:
    """One file. ``error`` says why it, or its picture, could not be read; ``unread`` where nothing of it was."""

    path: str
    evidence: tuple[Evidence, ...]
    verdict: Verdict
    record: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""
    unread: bool = False


def pool_with(how: With, *, workers: int) -> Pool:
    """Start confined processes that examine with ``how``."""
    return Pool(ENTRY, workers=workers, limits=LIMITS, given=how.given())


def examine_files(places: Iterable[Place], pool: Pool, settings: Settings) -> Iterator[FileOrigin]:
    """Yield the result of every place in the order of the places."""

    def answered(place: Place, digests: Digests, outcome: Reply | OpenHotlineError) -> FileOrigin:
        return replace(_answered(outcome, settings), path=place.path)

    def unasked(place: Place, digests: Digests | None, why: str) -> FileOrigin:
        return replace(_nothing(why, settings), path=place.path)

    return ask_of_each(places, pool, answered=answered, unasked=unasked)


def _answered(outcome: Reply | OpenHotlineError, settings: Settings) -> FileOrigin:
    """Read a worker's answer. It comes from behind untrusted bytes: nothing in it is passed on unchecked."""
    if isinstance(outcome, OpenHotlineError):
        return _nothing(outcome.message, settings)
    head = outcome.header
    try:
        evidence = tuple(_evidence(piece) for piece in head["evidence"][:MOST_EVIDENCE])
        abstained = [_words(code, 40) for code in head["abstained"][:20]]
        record = dict(head["record"])
        device, failure = bool(head["energies"]), _words(head["failure"], 300)
    except (KeyError, TypeError, ValueError):
        return _nothing(worker_failed("malformed_reply").message, settings)
    verdict = fuse(evidence, device_match=device, abstain=abstained, settings=settings)
    return FileOrigin("", evidence, verdict, record, failure)


def _nothing(problem: str, settings: Settings) -> FileOrigin:
    """A file of which nothing was learned: every family failed, and none is silent."""
    evidence = tuple(unreadable(family, "file") for family in ALWAYS)
    return FileOrigin("", evidence, fuse(evidence, settings=settings), error=problem, unread=True)


def _evidence(told: Mapping[str, Any]) -> Evidence:
    weight = float(told["log10_lr"])
    if not math.isfinite(weight):
        raise ValueError("a weight is a finite number")
    words = {name: _words(told[name], 600) for name in ("family", "source", "claim", "strength", "doubt")}
    return Evidence(log10_lr=weight, **words)


def _words(told: object, longest: int) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in str(told)[:longest])


def _pattern(path: Path) -> bytes:
    try:
        read_pattern(path)
    except OpenHotlineError as problem:
        raise type(problem)(problem.message, details=str(path)) from None
    return path.read_bytes()
