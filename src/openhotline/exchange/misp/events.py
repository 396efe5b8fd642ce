"""The files of a MISP feed: the manifest, one file an event, and the digests of values for fast look-up."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from openhotline.exchange.misp.objects import STOCK, Shown, objects
from openhotline.exchange.misp.planning import EventPlan

TAGS = (
    {"name": "tlp:amber+strict", "colour": "#ffc000"},
    {"name": 'dark-web:topic="child-sexual-abuse-material"', "colour": "#3b3f45"},
)
"""For the recipient's own organisation only; and what it is about, in words that MISP ships."""

HIGH, COMPLETE = "1", "2"
"""MISP's codes of threat level and analysis."""


@dataclass(frozen=True, slots=True)
class Source:
    """Who publishes, and which feed: its code, its name in addresses and its title."""

    publisher: UUID
    organisation: str
    feed: UUID
    name: str
    title: str

    @property
    def orgc(self) -> dict[str, str]:
        """Return the creator organisation of every event."""
        return {"name": self.organisation, "uuid": str(uuid5(self.publisher, "identity"))}


def manifest(source: Source, plans: Iterable[EventPlan]) -> dict[str, Any]:
    """Return the index of all events, by their uuid."""
    return {
        str(plan.uuid): {
            "Orgc": source.orgc,
            "Tag": list(TAGS),
            "info": _info(source, plan),
            "date": plan.day.isoformat(),
            "analysis": COMPLETE,
            "threat_level_id": HIGH,
            "timestamp": str(plan.timestamp),
        }
        for plan in plans
    }


def event(source: Source, plan: EventPlan, lines: Iterable[Shown]) -> dict[str, Any]:
    """Return one event with the objects of its lines, deleted ones included."""
    shown = [part for line in lines for part in objects(line, feed=source.feed, list_name=source.name)]
    return {
        "Event": {
            "uuid": str(plan.uuid),
            "info": _info(source, plan),
            "date": plan.day.isoformat(),
            "timestamp": str(plan.timestamp),
            "publish_timestamp": str(plan.timestamp),
            "published": True,
            "analysis": COMPLETE,
            "threat_level_id": HIGH,
            "extends_uuid": "",
            "protected": False,
            "Orgc": source.orgc,
            "Tag": list(TAGS),
            "Attribute": [],
            "Object": shown,
        }
    }


def value_digests(plan: EventPlan, lines: Iterable[Shown]) -> Iterator[str]:
    """Yield an event's lines of ``hashes.csv``: the MD5 of each value in force that stock objects hold, and the event."""
    for shown in lines:
        if shown.replaced_at is None:
            for kind in STOCK:
                if kind in shown.line.values:
                    value = shown.line.values[kind].encode()
                    yield f"{hashlib.md5(value, usedforsecurity=False).hexdigest()},{plan.uuid}\n"


def _info(source: Source, plan: EventPlan) -> str:
    return f"{source.title}: {plan.day.isoformat()}, part {plan.part}"
