"""One look at a stranger's file: digests here, decoding and hashing in a confined process at the same time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from openhotline.errors import OpenHotlineError
from openhotline.exchange.gate.answers import Question
from openhotline.hashing import Digests, digests
from openhotline.media import MEDIA_TYPES
from openhotline.media.confined import Limits, Pool
from openhotline.media.reasons import FAILED, TOO_LARGE, UNDECODABLE, reason_of
from openhotline.provenance import Evidence

ENTRY = "openhotline.datasets.scan:scan_entry"
WANTED: Mapping[str, Any] = {"mode": "strict", "preview": False}

LARGEST_FILE = 64 * 2**20
"""Bytes of a file that is taken over the network; a larger one is refused before it is read."""

ONLINE = Limits(seconds=20.0, cpu_seconds=15.0, request_bytes=LARGEST_FILE)
"""Somebody waits for the answer: less time than a batch gives a file."""

_pdq_value = re.compile(r"[0-9a-f]{64}", re.ASCII)
_reasons = {**UNDECODABLE, **TOO_LARGE}


@dataclass(frozen=True, slots=True)
class Look:
    """What one look gave. ``problem`` says why there is no PDQ; ``claims`` is what the file says of its origin."""

    digests: Digests
    media_type: str = ""
    pdq: bytes | None = None
    quality: int | None = None
    problem: str = ""
    claims: tuple[Evidence, ...] = ()

    def question(self) -> Question:
        """Return what lists are asked about this file."""
        exact = {name: bytes.fromhex(getattr(self.digests, name)) for name in ("md5", "sha1", "sha256")}
        return Question(exact, self.pdq, self.quality, self.problem)


class Looking:
    """A crew of confined processes that stays warm. May be used from several threads; close it at the end."""

    def __init__(self, *, workers: int) -> None:
        self._pool = Pool(ENTRY, workers=workers, limits=ONLINE)
        self._digesting = ThreadPoolExecutor(workers, thread_name_prefix="openhotline-digests")

    def look(self, untrusted_bytes: bytes) -> Look:
        """Look at one file. Raises Busy or WorkerFailed where that could not even be tried."""
        coming = self._digesting.submit(digests, untrusted_bytes)
        try:
            head = self._pool.call(untrusted_bytes, **WANTED).header
        except OpenHotlineError as problem:
            if reason_of(problem) == "other":  # nothing about this file: the crew itself
                raise
            return Look(coming.result(), problem=problem.message)
        try:
            return _checked(head, coming.result())
        except (KeyError, TypeError, ValueError):
            return Look(coming.result(), problem=FAILED["malformed_reply"])

    def close(self) -> None:
        """End all processes."""
        self._pool.close()
        self._digesting.shutdown(wait=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _checked(head: Mapping[str, Any], found: Digests) -> Look:
    """Read an answer from behind untrusted bytes: nothing in it is passed on unchecked."""
    media_type = head["media_type"] if head.get("media_type") in MEDIA_TYPES else ""
    claims = tuple(_evidence(claim) for claim in head["provenance"])
    if "reason" in head:
        problem = _reasons.get(str(head["reason"]), FAILED["stumbled"])
        return Look(found, media_type, problem=problem, claims=claims)
    pdq = head["pdq"]
    value, quality = pdq["value"], pdq["quality"]
    if not _pdq_value.fullmatch(value) or type(quality) is not int or not 0 <= quality <= 100:
        raise ValueError("no hash")
    if pdq["mode"] != "strict":
        raise ValueError("another mode than asked for")
    return Look(found, media_type, bytes.fromhex(value), quality, claims=claims)


def _evidence(claim: Any) -> Evidence:
    return Evidence(
        family=str(claim["family"])[:40],
        source=str(claim["source"])[:80],
        claim=str(claim["claim"])[:80],
        strength=str(claim["strength"])[:40],
        log10_lr=float(claim["log10_lr"]),
        doubt=str(claim["doubt"])[:300],
    )
