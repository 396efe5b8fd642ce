"""What a model says about every file of a collection: decoded in confined processes, one bad file never stops it."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from openhotline.errors import OpenHotlineError
from openhotline.media.confined import Pool, Reply
from openhotline.provenance.detectors.abstention import REASONS
from openhotline.provenance.detectors.decoding import ENTRY
from openhotline.provenance.detectors.detector import features_of
from openhotline.provenance.detectors.keeping import Kept, kept_features
from openhotline.provenance.detectors.manifest import Manifest
from openhotline.provenance.detectors.network import Network
from openhotline.provenance.detectors.picture import Pixels
from openhotline.provenance.detectors.samples import Sample

MOST_FILE_BYTES = 1 << 28
COPY = "It is a copy of another file of the collection."


@dataclass(frozen=True, eq=False)
class Measured:
    """One file. ``features``: for each wanted tensor float32[variants, d]; none where ``problem`` says why."""

    sample: Sample
    digest: str
    size: int
    width: int = 0
    height: int = 0
    media_type: str = ""
    reasons: tuple[str, ...] = ()
    features: tuple[NDArray[np.float32], ...] = ()
    problem: str = ""


def measure(
    samples: Sequence[Sample],
    network: Network,
    manifest: Manifest,
    *,
    workers: int,
    keep: Path | None = None,
    advance: Callable[[], None] = lambda: None,
) -> tuple[Measured, ...]:
    """Measure all files, in their order. The first of several copies counts; the others get a problem.

    ``keep``: a directory for what the model said, so that a second run need not ask it again; it holds no
    picture, but may be kept only as long as the pictures may. ``advance`` is called once for each file.
    """
    kept = Kept(keep, manifest) if keep else None
    found: dict[int, Measured] = {}
    with (
        Pool(ENTRY, workers=workers) as pool,
        ThreadPoolExecutor(workers, thread_name_prefix="openhotline-detector") as threads,
    ):
        waiting: deque[tuple[int, Future[Measured]]] = deque()
        for (number, row), outcome in pool.map(_jobs(samples, manifest, found, advance)):
            waiting.append((number, threads.submit(_measured, row, outcome, network, manifest, kept)))
            if len(waiting) > 2 * workers:
                _settle(waiting, found, advance)
        while waiting:
            _settle(waiting, found, advance)
    return tuple(found[number] for number in range(len(samples)))


def _settle(
    waiting: deque[tuple[int, Future[Measured]]], found: dict[int, Measured], advance: Callable[[], None]
) -> None:
    number, answer = waiting.popleft()
    found[number] = answer.result()
    advance()


def _jobs(
    samples: Sequence[Sample], manifest: Manifest, found: dict[int, Measured], advance: Callable[[], None]
) -> Iterator[tuple[tuple[int, Measured], bytes, dict[str, Any]]]:
    """Read the files; what is not to be decoded goes straight to ``found``."""
    seen: set[str] = set()
    for number, sample in enumerate(samples):
        try:
            if sample.path.stat().st_size > MOST_FILE_BYTES:
                raise OSError("larger than 256 MiB")
            untrusted_bytes = sample.path.read_bytes()
        except OSError as problem:
            found[number] = Measured(
                sample, "", 0, problem=f"It could not be read ({problem.strerror or problem})."
            )
            advance()
            continue
        digest = hashlib.sha256(untrusted_bytes).hexdigest()
        row = Measured(sample, digest, len(untrusted_bytes), problem=COPY if digest in seen else "")
        if row.problem:
            found[number] = row
            advance()
            continue
        seen.add(digest)
        yield (number, row), untrusted_bytes, {"working_side": manifest.normalisation.working_side}


def _measured(
    row: Measured, outcome: Reply | OpenHotlineError, network: Network, manifest: Manifest, kept: Kept | None
) -> Measured:
    """Ask the model. What a confined process answers comes from behind untrusted bytes and is checked."""
    if isinstance(outcome, OpenHotlineError):
        return _with(row, problem=outcome.message)
    head = outcome.header
    if "problem" in head:
        return _with(row, problem=str(head["problem"])[:300])
    pixels = _pixels(head.get("shape"), outcome.blobs)
    if pixels is None:
        return _with(row, problem="The confined process gave an answer that makes no sense.")
    try:
        features = kept_features(kept, row.digest, lambda: features_of(network, manifest, pixels))
    except OpenHotlineError as problem:
        return _with(row, problem=problem.message)
    return _with(
        row,
        width=int(head["width"]),
        height=int(head["height"]),
        media_type=str(head["media_type"])[:40],
        reasons=tuple(code for code in head["reasons"] if code in REASONS),
        features=features,
    )


def _with(row: Measured, **changes: Any) -> Measured:
    return Measured(**{"sample": row.sample, "digest": row.digest, "size": row.size, **changes})


def _pixels(shape: Any, blobs: list[bytes]) -> Pixels | None:
    sensible = (
        isinstance(shape, list) and len(shape) == 3 and all(type(side) is int and side > 0 for side in shape)
    )
    if not sensible or len(blobs) != 1 or shape[2] != 3 or len(blobs[0]) != shape[0] * shape[1] * 3:
        return None
    return np.frombuffer(blobs[0], np.uint8).reshape(shape)
