"""Sources and looks that a test makes up, for what is traced and looked at by acts of people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from openhotline.trace.answer import Answer, Place, from_json
from openhotline.trace.asking import GONE, Look


@dataclass
class MadeUp:
    """Two independent sources that say the same; ``asked`` counts the places that were traced."""

    country: str = "GB"
    abuse: str = "abuse@example.net"
    outcome: str = GONE
    asked: list[str] = field(default_factory=list)

    def trace(self, place: Place, *, at: datetime, statements: Sequence[Answer] = ()) -> tuple[Answer, ...]:
        self.asked.append(place.address)
        said = {
            "country": self.country,
            "ips": ["192.0.2.10"],
            "asn": 64500,
            "network": "Example Hosting",
            "abuse": [{"email": self.abuse}],
        }
        return tuple(
            from_json({"source": name, "group": name, **said}, at=at) for name in ("geo-one", "geo-two")
        )

    def look(self, place: Place, *, at: datetime) -> Look:
        return Look(self.outcome, at, status=404)
