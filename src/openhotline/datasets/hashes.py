"""Every hash of many files, through confined processes, in stable order and flat memory."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

from openhotline.datasets.asking import ask_of_each
from openhotline.datasets.walk import Place
from openhotline.errors import OpenHotlineError
from openhotline.hashing import Digests
from openhotline.media import MEDIA_TYPES
from openhotline.media.confined import Pool, Reply
from openhotline.media.reasons import FAILED, UNDECODABLE
from openhotline.media.reasons import TOO_LARGE as TOO_MANY

ENTRY = "openhotline.datasets.scan:scan_entry"
WANTED = {"provenance": False, "preview": False}

_pdq_value = re.compile(r"[0-9a-f]{64}", re.ASCII)
_reasons = {**UNDECODABLE, **TOO_MANY}


@dataclass(frozen=True, slots=True)
class FileHashes:
    """One file. ``reason`` says why there is no PDQ, ``error`` why there is nothing; empty where all is well.

    ``path`` is spelled as the file system has it, bytes that are no UTF-8 as surrogates (PEP 383).
    """

    path: str
    size: int | None = None
    media_type: str = ""
    md5: str = ""
    sha1: str = ""
    sha256: str = ""
    pdq: str = ""
    pdq_quality: int | None = None
    pdq_mode: str = ""
    reason: str = ""
    error: str = ""


COLUMNS = tuple(field.name for field in fields(FileHashes))


def hash_files(places: Iterable[Place], pool: Pool) -> Iterator[FileHashes]:
    """Yield the hashes of every place in the order of the places. ``pool`` is one of :data:`ENTRY`."""
    return ask_of_each(places, pool, answered=_with_answer, unasked=_unasked, arguments=WANTED)


def _unasked(place: Place, digests: Digests | None, why: str) -> FileHashes:
    if digests is None:
        return FileHashes(place.path, error=why)
    return replace(_row(place.path, digests), reason=why)


def _row(path: str, digests: Digests) -> FileHashes:
    return FileHashes(path, digests.size, md5=digests.md5, sha1=digests.sha1, sha256=digests.sha256)


def _with_answer(place: Place, digests: Digests, outcome: Reply | OpenHotlineError) -> FileHashes:
    """Add a worker's answer. It comes from behind untrusted bytes: nothing in it is passed on unchecked."""
    row = _row(place.path, digests)
    if isinstance(outcome, OpenHotlineError):
        return replace(row, reason=outcome.message)
    head = outcome.header
    media_type = head.get("media_type")
    row = replace(row, media_type=media_type if media_type in MEDIA_TYPES else "")
    if "reason" in head:
        return replace(row, reason=_reasons.get(str(head["reason"]), FAILED["stumbled"]))
    pdq = head.get("pdq") or {}
    if not _is_hash(pdq):
        return replace(row, reason=FAILED["malformed_reply"])
    return replace(row, pdq=pdq["value"], pdq_quality=pdq["quality"], pdq_mode=pdq["mode"])


def _is_hash(pdq: Any) -> bool:
    return (
        isinstance(pdq, dict)
        and _pdq_value.fullmatch(str(pdq.get("value"))) is not None
        and type(pdq.get("quality")) is int
        and 0 <= pdq["quality"] <= 100
        and pdq.get("mode") in ("strict", "fast")
    )
