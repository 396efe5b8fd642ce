"""Reading what a confined worker answers. It is data from an untrusted process: every field is checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from openhotline.errors import OpenHotlineError
from openhotline.hashing import VARIANTS
from openhotline.media import confined
from openhotline.provenance import Evidence
from openhotline_server.findings.operations import Found, FoundHash

LOOK_ENTRY = "openhotline.datasets.scan:scan_entry"


def found_in(reply: confined.Reply | OpenHotlineError) -> tuple[Found, bytes | None]:
    """Read a worker's answer, which is data from an untrusted process: every field is checked by its type."""
    if isinstance(reply, OpenHotlineError):
        return not_looked_at(reply.message), None
    head = reply.header
    failure = str(head.get("failure") or "")[:200]
    preview = reply.blobs[0] if reply.blobs and not failure else None
    return (
        Found(
            media_type=str(head.get("media_type") or "")[:40],
            width=_count(head.get("width")),
            height=_count(head.get("height")),
            frames=_count(head.get("frames")),
            failure=failure,
            has_preview=preview is not None,
            notes=tuple(str(n)[:200] for n in head.get("notes") or ()),
            hashes=_hashes(head.get("pdq")),
            evidence=tuple(_evidence(e) for e in head.get("provenance") or ()),
        ),
        preview,
    )


@dataclass(frozen=True)
class Turned:
    """The eight hashes of a picture's turns, in hexadecimal, in the order of ``openhotline.hashing.VARIANTS``."""

    values: tuple[str, ...]
    quality: int
    decoder: str


def turned_in(reply: confined.Reply | OpenHotlineError) -> Turned | None:
    """Read a worker's answer about turns; None where the picture has no hashes."""
    if isinstance(reply, OpenHotlineError) or not reply.header.get("turned"):
        return None
    values = tuple(str(value) for value in reply.header["turned"])
    if len(values) != len(VARIANTS) or any(len(bytes.fromhex(value)) != 32 for value in values):
        raise ValueError("a picture has eight PDQ hashes of 32 bytes")
    quality = min(100, max(0, int(reply.header["quality"])))
    return Turned(values, quality, str(reply.header.get("decoder") or "")[:60])


def not_looked_at(reason: str) -> Found:
    """The finding of an item that could not be looked at."""
    return Found(
        media_type="",
        width=None,
        height=None,
        frames=None,
        failure=reason[:200] or "unknown",
        has_preview=False,
    )


def _count(value: object) -> int | None:
    return int(value) if isinstance(value, int) and 0 <= value < 2**31 else None


def _hashes(pdq: Any) -> tuple[FoundHash, ...]:
    if not isinstance(pdq, dict) or not pdq.get("value"):
        return ()  # too small or too even to hash is an answer of its own: no hash
    value = str(pdq["value"])
    if len(bytes.fromhex(value)) != 32:
        raise ValueError("a PDQ hash has 32 bytes")
    return (
        FoundHash(
            algorithm="pdq",
            value=value,
            quality=min(100, max(0, int(pdq["quality"]))),
            mode=str(pdq["mode"])[:12],
            decoder=str(pdq.get("decoder") or "")[:60],
            near_median=_count(pdq.get("near_median")),
        ),
    )


def _evidence(e: Any) -> Evidence:
    return Evidence(
        family=str(e["family"])[:40],
        source=str(e["source"])[:80],
        claim=str(e["claim"])[:80],
        strength=str(e["strength"])[:40],
        log10_lr=float(e["log10_lr"]),
        doubt=str(e["doubt"])[:300],
    )
