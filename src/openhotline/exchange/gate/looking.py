"""One look at a stranger's file: digests here, decoding and hashing in a confined process at the same time.

For who may know distances the first look is a quick one: the hash is made of a scaled decode, with its self-check, as
the site's own import makes it. Where anything lies near it, or its quality is about what decides, a second look at full
resolution decides: see :func:`decided`. So what matches, and at which distance, is what the strict hash says; what is
far from everything costs half of that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Literal, Self

from openhotline.errors import OpenHotlineError
from openhotline.hashing import VARIANTS, Digests, digests
from openhotline.known.answers import ORIGINAL, QUALITY_MARGIN, Question
from openhotline.media import MEDIA_TYPES
from openhotline.media.confined import Limits, Pool
from openhotline.media.reasons import FAILED, TOO_LARGE, UNDECODABLE, reason_of
from openhotline.provenance import Evidence

ENTRY = "openhotline.datasets.scan:scan_entry"
QUICK: Mapping[str, Any] = {"mode": "fast", "preview": False}
STRICT: Mapping[str, Any] = {"mode": "strict", "preview": False}
TURNED: Mapping[str, Any] = {"mode": "strict", "preview": False, "turned": True}

LARGEST_FILE = 64 * 2**20
"""Bytes of a file that is taken over the network; a larger one is refused before it is read."""

ONLINE = Limits(seconds=20.0, cpu_seconds=15.0, request_bytes=LARGEST_FILE)
"""Somebody waits for the answer: less time than a batch gives a file."""

_pdq_value = re.compile(r"[0-9a-f]{64}", re.ASCII)
_reasons = {**UNDECODABLE, **TOO_LARGE}


@dataclass(frozen=True, slots=True)
class Look:
    """What one look gave. ``problem`` says why there is no PDQ; ``claims`` is what the file says of its origin.

    ``mode`` is how the PDQ hash was made, ``fast`` or ``strict``; ``turned`` holds those of the picture's seven turns
    and mirrorings by variant, where they were asked for.
    """

    digests: Digests
    media_type: str = ""
    pdq: bytes | None = None
    quality: int | None = None
    problem: str = ""
    claims: tuple[Evidence, ...] = ()
    mode: Literal["fast", "strict"] = "strict"
    turned: Mapping[str, bytes] = field(default_factory=dict)

    def question(self) -> Question:
        """Return what lists are asked about this file."""
        exact = {name: bytes.fromhex(getattr(self.digests, name)) for name in ("md5", "sha1", "sha256")}
        return Question(exact, self.pdq, self.quality, self.problem, turned=self.turned)


class Looking:
    """A crew of confined processes that stays warm. May be used from several threads; close it at the end."""

    def __init__(self, *, workers: int) -> None:
        self._pool = Pool(ENTRY, workers=workers, limits=ONLINE)
        self._digesting = ThreadPoolExecutor(workers, thread_name_prefix="openhotline-digests")

    def look(self, untrusted_bytes: bytes, wanted: Mapping[str, Any] = STRICT) -> Look:
        """Look at one file, as QUICK, STRICT or TURNED. Raises Busy or WorkerFailed where it could not be tried."""
        coming = self._digesting.submit(digests, untrusted_bytes)
        try:
            head = self._pool.call(untrusted_bytes, **wanted).header
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


def decided(
    look: Callable[[Mapping[str, Any]], Look],
    *,
    quick: bool,
    turned: bool,
    least_quality: int,
    is_near: Callable[[Look], bool],
) -> Look:
    """Look at a file as far as its answer needs it: with ``quick`` not strictly where that could decide nothing.

    With ``turned`` the hashes of all turns are wanted, and those are strict. ``least_quality`` is the highest that a
    list asks for, ``is_near`` says whether anything lies near a quick hash, MARGIN bits further than lists allow. Be
    ``quick`` only for who may know distances: a second look takes longer, which says that something lies about there.
    """
    if turned:
        return look(TURNED)
    if not quick:
        return look(STRICT)
    first = look(QUICK)
    if first.mode == "strict" or first.pdq is None:
        return first
    unsure = (first.quality or 0) < least_quality + QUALITY_MARGIN
    return look(STRICT) if unsure or is_near(first) else first


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
    if pdq["mode"] not in ("fast", "strict"):
        raise ValueError("no mode")
    turned = head.get("turned") or [value]
    if turned[0] != value or not all(_pdq_value.fullmatch(text) for text in turned):
        raise ValueError("no turned hashes")
    named = {
        name: bytes.fromhex(text) for name, text in zip(VARIANTS, turned, strict=False) if name != ORIGINAL
    }
    return Look(found, media_type, bytes.fromhex(value), quality, "", claims, pdq["mode"], named)


def _evidence(claim: Any) -> Evidence:
    return Evidence(
        family=str(claim["family"])[:40],
        source=str(claim["source"])[:80],
        claim=str(claim["claim"])[:80],
        strength=str(claim["strength"])[:40],
        log10_lr=float(claim["log10_lr"]),
        doubt=str(claim["doubt"])[:300],
    )
