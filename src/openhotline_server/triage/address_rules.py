"""How urgent an address is, why, in words, and when its next step is due. Additive, versioned, pure.

Nothing here subtracts. What a sender says of generation gives words and no points (the ratchet,
``openhotline.provenance.ratchet``). What a reporter says of danger counts at once: a mistake costs a look.

The points are chosen, not measured: they put the reasons into an order. A child at risk stands above everything that
can come together without one; a reporter's own picture above every list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from openhotline_server.triage.rules import Reason, urgency

__all__ = ["EDITION", "AddressSignals", "Reason", "Stated", "due_in", "place_address", "urgency"]

EDITION = "2026-11.2"

AT_RISK = 500
ABOUT_SELF = 120
KNOWN_SERIES = 60
CAME_BACK = 50
LISTED_FILES = 40
"""A file that a partner names is known by its digest. An address counts less: what lies there may have changed."""
LISTED = 30
AGREEING = 10
"""For a second and a third list that names the address."""
STATED_SEVERITY = 25
OWN_COUNTRY = 20
"""Our own police and law reach it: nobody else acts first."""
NOT_SEEN = 10
COMMERCIAL = 5
MOST_SIGHTINGS = 10
AGES = ((7, 10), (3, 6), (1, 3))
"""Days since it was first received, and points: who waited long is not overtaken for ever."""

AT_RISK_WITHIN = timedelta(hours=1)
SELF_WITHIN = timedelta(hours=4)
DUE_IN = {
    "new": timedelta(hours=24),  # looked at within a day
    "referred": timedelta(days=3),  # the police are asked again
    "on_hold": timedelta(days=7),  # a hold is confirmed again or ends
    "to_tell": timedelta(hours=24),  # the notice is on its way within a day of the decision
    "watched": timedelta(hours=24),  # the first look whether it is gone
}
"""How long a step may take: the usual aims of hotlines, a working day for each step of one's own."""


@dataclass(frozen=True)
class Stated:
    """What a sender says of an address. ``trusted``: a partner, a provider, the police or a hotline, not the public."""

    severity: str = ""
    scheme: str = ""
    listed_by: str = ""
    known_series: bool = False
    commercial: bool = False
    ai: str = ""
    trusted: bool = False


@dataclass(frozen=True)
class AddressSignals:
    """What triage looks at. ``days``: since it was first received. ``listed_by``: titles of lists that we hold.

    ``files_listed_by``: titles of lists that hold a file which a partner says lies there.
    """

    at_risk: bool = False
    about_self: bool = False
    stated: Sequence[Stated] = ()
    listed_by: Sequence[str] = ()
    files_listed_by: Sequence[str] = ()
    own_country: bool = False
    sightings: int = 1
    days: int = 0
    came_back: bool = False


def place_address(s: AddressSignals) -> tuple[Reason, ...]:
    """Give the reasons for an address's place, the weightiest first."""
    reasons = [
        *_danger(s),
        *_known(s),
        *_listed_files(s),
        *_listed(s),
        *_severity(s),
        *_where(s),
        *_how_often(s),
        *_age(s),
        *_claims(s),
    ]
    return tuple(sorted(reasons, key=lambda r: (-r.points, r.code)))


def due_in(state: str, reasons: Sequence[Reason]) -> timedelta:
    """How soon the step that a state waits for is due. A finished state is due never, and asks for nothing here."""
    codes = {reason.code for reason in reasons}
    if state == "new" and "at_risk" in codes:
        return AT_RISK_WITHIN
    if state == "new" and "about_self" in codes:
        return SELF_WITHIN
    return DUE_IN.get(state, timedelta(0))


def _danger(s: AddressSignals) -> list[Reason]:
    reasons = []
    if s.at_risk:
        reasons.append(Reason("at_risk", AT_RISK, "A reporter says that a child may be in danger now."))
    if s.about_self:
        reasons.append(
            Reason("about_self", ABOUT_SELF, "A reporter says that the pictures show herself or himself.")
        )
    return reasons


def _known(s: AddressSignals) -> list[Reason]:
    reasons = []
    if any(one.known_series and one.trusted for one in s.stated):
        reasons.append(
            Reason(
                "known_series", KNOWN_SERIES, "A partner says that a known series of a real child is there."
            )
        )
    if s.came_back:
        reasons.append(
            Reason("came_back", CAME_BACK, "It was gone, and is reported again: look whether it came back.")
        )
    else:
        reasons.append(Reason("not_seen", NOT_SEEN, "No analyst has seen this address before."))
    return reasons


def _listed_files(s: AddressSignals) -> list[Reason]:
    titles = sorted(set(s.files_listed_by))
    if not titles:
        return []
    words = f"A partner names a file there that is on a list of known material: {', '.join(titles)[:200]}."
    return [Reason("listed_files", LISTED_FILES, words)]


def _listed(s: AddressSignals) -> list[Reason]:
    titles = sorted({*s.listed_by, *(one.listed_by for one in s.stated if one.listed_by and one.trusted)})
    if not titles:
        return []
    points = LISTED + AGREEING * (min(len(titles), 3) - 1)
    return [
        Reason("listed", points, f"On {_lists(len(titles))} of known addresses: {', '.join(titles)[:200]}.")
    ]


def _severity(s: AddressSignals) -> list[Reason]:
    """A severity that a partner states, in the partner's scheme. Letters of different schemes are never compared."""
    said = sorted(
        {
            f"{one.severity} ({one.scheme or 'no scheme named'})"
            for one in s.stated
            if one.severity and one.trusted
        }
    )
    if not said:
        return []
    words = f"A partner states a severity: {', '.join(said)[:120]}. It is the partner's own scheme, not a grade of ours."
    return [Reason("stated_severity", STATED_SEVERITY, words)]


def _where(s: AddressSignals) -> list[Reason]:
    if not s.own_country:
        return []
    return [Reason("own_country", OWN_COUNTRY, "It lies in our own country: nobody acts before we do.")]


def _how_often(s: AddressSignals) -> list[Reason]:
    points = min(MOST_SIGHTINGS, s.sightings - 1)
    return [Reason("sightings", points, f"Reported {s.sightings} times.")] if points > 0 else []


def _age(s: AddressSignals) -> list[Reason]:
    step = next(((days, points) for days, points in AGES if s.days >= days), None)
    if step is None:
        return []
    words = (
        "It has waited for a day or more." if step[0] == 1 else f"It has waited for {step[0]} days or more."
    )
    return [Reason("age", step[1], words)]


def _claims(s: AddressSignals) -> list[Reason]:
    """Signs of trade count a little, whoever states them; what is said of generation gives words."""
    reasons = []
    if any(one.commercial for one in s.stated):
        reasons.append(Reason("commercial", COMMERCIAL, "A sender names signs of trade."))
    said = sorted({one.ai for one in s.stated if one.ai})
    if said:
        words = (
            f"A sender says of its origin: {', '.join(said)[:120]}. A claim changes nothing about its place."
        )
        reasons.append(Reason("stated_ai", 0, words))
    return reasons


def _lists(count: int) -> str:
    return "a list" if count == 1 else f"{count} lists"


def steps_of_age() -> tuple[timedelta, ...]:
    """After which times the age of a waiting address counts more, the shortest first."""
    return tuple(timedelta(days=days) for days, _ in reversed(AGES))


def due_at(state: str, reasons: Sequence[Reason], *, at: datetime) -> datetime:
    """When the step that a state waits for is due, counted from ``at``."""
    return at + due_in(state, reasons)
