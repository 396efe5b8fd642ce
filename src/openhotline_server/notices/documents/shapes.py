"""What our own documents share: one address in it, where it was traced to, what was found. No imagery, no reporter."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from openhotline_server.notices.documents.told import Matter, Told

IMAGERY = "none enclosed"


def head(matter: Matter, *, form: str) -> dict[str, Any]:
    """The beginning of every document: its format, its number, who sends it, and that nothing is enclosed."""
    return {
        "format": form,
        "notice": matter.notice,
        "reference": matter.reference,
        "drafted_at": moment(matter.at),
        "sender": {
            "organisation": matter.sender.organisation,
            "email": matter.sender.email or None,
            "country": matter.sender.country,
        },
        "imagery": IMAGERY,
    }


def placed(told: Told) -> dict[str, Any] | None:
    """Where an address was traced to, with the trace's own time."""
    if told.place is None:
        return None
    return {
        "country": told.place.country,
        "ip": told.place.ip or None,
        "asn": told.place.asn,
        "network": told.place.network or None,
        "front": told.place.front or None,
        "traced_at": moment(told.place.traced_at),
    }


def found(told: Told) -> dict[str, Any]:
    """What was assessed: words, every jurisdiction's result with its edition, and counts."""
    return {
        "words": told.words,
        "assessed_at": moment(told.assessed_at),
        "results": [dict(result) for result in told.results],
        "recorded": dict(sorted(told.recorded.items())),
        "pictures": told.pictures,
        "films": told.films,
    }


def law_there(told: Told) -> dict[str, Any]:
    """What the hosting country's file says; ``illegal`` is null where none says anything."""
    return {
        "country": told.law.country or None,
        "file": told.law.jurisdiction or None,
        "edition": told.law.edition or None,
        "illegal": told.law.illegal,
        "provision": told.law.provision or None,
    }


def files(told: Told) -> list[dict[str, Any]]:
    """Model files and manuals at the address: names and hashes."""
    return [
        {"kind": f.kind, "name": f.name, "sha256": f.sha256, "sha1": f.sha1, "md5": f.md5, "size": f.size}
        for f in told.files
    ]


def moment(at: datetime) -> str:
    """A time as documents write it: UTC, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
