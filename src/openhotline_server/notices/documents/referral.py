"""The documents we send: machine-readable, without imagery, without anything about the reporter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

FORMAT = "openhotline/referral/1"


def referral(
    *,
    code: str,
    kind: str,
    case_code: str,
    items: Sequence[Mapping[str, Any]],
    facts: Mapping[str, str],
    results: Sequence[Mapping[str, str]],
    basis: str,
    at: datetime,
) -> dict[str, Any]:
    """A referral: what was assessed, how it was decided, and the hashes by which the recipient knows the files."""
    return {
        "format": FORMAT,
        "notice": code,
        "kind": kind,
        "case": case_code,
        "drafted_at": at.isoformat(),
        "decided_by": {"one": "one reader", "agreed": "two readers", "third": "three readers"}.get(
            basis, basis
        ),
        "facts": dict(sorted(facts.items())),
        "results": [dict(r) for r in results],
        "items": [dict(i) for i in items],
        "imagery": "none enclosed",
    }
