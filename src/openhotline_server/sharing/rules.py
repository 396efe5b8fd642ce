"""What may be published, in what shape, and which feed shows it. Plain values in and out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

PUBLISHABLE = frozenset({"photograph", "pseudo_photograph", "prohibited_image"})
CONFIRMED_BY = frozenset({"agreed", "third"})


def may_be_published(*, outcome: str, basis: str) -> bool:
    """Only confirmed criminal material: an outcome on which two readers agreed or a third decided."""
    return outcome in PUBLISHABLE and basis in CONFIRMED_BY


def needs_second_reader(*, outcome: str, basis: str) -> bool:
    """Whether a second, blind answer is all that is missing."""
    return outcome in PUBLISHABLE and basis not in CONFIRMED_BY


def document(
    *,
    reference: str,
    hashes: Mapping[str, Mapping[str, Any]],
    grades: Mapping[str, Mapping[str, str]],
    facts: Mapping[str, str],
    ai: str,
) -> dict[str, Any]:
    """An entry as it is shared: hashes with their doubt, grades by jurisdiction with their edition, AI dimension."""
    return {
        "reference": reference,
        "hashes": {name: dict(value) for name, value in sorted(hashes.items())},
        "grades": {name: dict(value) for name, value in sorted(grades.items())},
        "facts": dict(sorted(facts.items())),
        "ai": ai,
    }


def address_document(
    *, reference: str, kind: str, address: str, grades: Mapping[str, Mapping[str, str]], ai: str
) -> dict[str, Any]:
    """An address as it is shared. ``kind`` is ``url``, or ``domain`` for one that serves nothing else."""
    return {
        "reference": reference,
        "address": {"kind": kind, "value": address},
        "grades": {name: dict(value) for name, value in sorted(grades.items())},
        "ai": ai,
    }


def tombstone(standing: Mapping[str, Any], *, reason: str) -> dict[str, Any]:
    """A withdrawal: what it was, so that every protocol can name it to who holds it, and why it went."""
    return {
        "reference": standing["reference"],
        **{key: standing[key] for key in ("hashes", "address") if key in standing},
        "reason": reason,
    }


@dataclass(frozen=True)
class Selection:
    """What a feed shows. Empty means everything."""

    content: str
    deciding: str  # jurisdiction
    outcomes: Collection[str] = ()
    grades: Collection[str] = ()
    ai: Collection[str] = ()

    def takes(self, document: Mapping[str, Any]) -> bool:
        """Whether a published document belongs to the feed."""
        if ("address" in document) != (self.content == "addresses"):
            return False
        decided = document["grades"].get(self.deciding, {})
        return (
            (not self.outcomes or decided.get("outcome") in self.outcomes)
            and (not self.grades or decided.get("grade") in self.grades)
            and (not self.ai or document["ai"] in self.ai)
        )


GENERATED = ("altered_real", "known_victim", "wholly_generated")
"""Codes of the vocabulary "ai" that say a machine made or altered the picture."""

NOT_GENERATED = ("none", "unknown")

STANDARD_FEEDS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "all": ("Everything on our list", {}),
    "photographic": ("Photographs and pseudo-photographs", {"outcomes": ["photograph", "pseudo_photograph"]}),
    "category-a": ("Category A", {"grades": ["A"]}),
    "category-b": ("Category B", {"grades": ["B"]}),
    "category-c": ("Category C", {"grades": ["C"]}),
    "prohibited": ("Prohibited images (non-photographic)", {"outcomes": ["prohibited_image"]}),
    "generated": ("Generated or altered by a machine", {"ai": list(GENERATED)}),
    "not-generated": ("Not known to be generated", {"ai": list(NOT_GENERATED)}),
    "addresses": ("Addresses", {"content": "addresses", "released_at_times": ["12:00", "17:00"]}),
    "prohibited-addresses": (
        "Addresses of prohibited images (non-photographic)",
        {
            "content": "addresses",
            "outcomes": ["prohibited_image"],
            "released_at_times": ["12:00", "17:00"],
        },
    ),
}
"""Name -> title and selection. Generated material has feeds of its own, as the NCMEC's own lists have; an address
list comes out twice a day, as the IWF's does (its service pages); any of it can be changed by the operator."""


def released_until(times: Sequence[str], now: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment up to which a feed's lines are out: the last release before ``now``, or ``now`` itself."""
    if not times:
        return now
    local = now.astimezone(zone)
    moments = [
        datetime.combine(local.date() - timedelta(days=back), time.fromisoformat(text), tzinfo=zone)
        for back in (0, 1)
        for text in times
    ]
    return max(moment for moment in moments if moment <= local)
