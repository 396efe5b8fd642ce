"""Looks and traces that a test scripts, and a clock that a test turns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from openhotline.errors import OpenHotlineError
from openhotline.trace.answer import Answer, Place
from openhotline.trace.asking import ONLINE, Look


class Turned:
    """A clock that stands until it is turned."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def turn(self, **by: float) -> datetime:
        self.at += timedelta(**by)
        return self.at


class World:
    """The web as the test wants it: what a look sees and where traces say it lies."""

    def __init__(self) -> None:
        self.outcome, self.ip = ONLINE, "192.0.2.10"
        self.country, self.asn = "NL", 64500
        self.agreeing = 3
        self.looks = self.traces = 0
        self.breaks: Exception | None = None

    def look(self, place: Place, *, at: datetime) -> Look:
        self.looks += 1
        if self.breaks is not None:
            raise self.breaks
        return Look(self.outcome, at, status=200, ip=self.ip)

    def trace(self, place: Place, *, at: datetime, statements: Sequence[Answer] = ()) -> tuple[Answer, ...]:
        self.traces += 1
        if isinstance(self.breaks, OpenHotlineError):
            raise self.breaks
        return tuple(
            Answer(
                f"source{n}",
                f"group{n}",
                at,
                country=self.country if n < self.agreeing else "",
                ips=(self.ip,),
                asn=self.asn,
                network=f"Example Hosting {self.asn}",
            )
            for n in range(3)
        )
