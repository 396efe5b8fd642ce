"""The desk's answers as JSON: what leaves the server, and nothing besides. No file names, no other reader's answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from openhotline.media.levels import LEVELS
from openhotline.provenance.evidence import PIXEL_DETECTORS
from openhotline.provenance.words import claim_words
from openhotline_server.assessment import sheets
from openhotline_server.assessment.briefs import Brief, Contradicted, Line, Member
from openhotline_server.assessment.desk import HandOut
from openhotline_server.assessment.displays import ORIGINAL, Limits
from openhotline_server.console.views.desk_input import Levels


def handed_out(given: HandOut, levels: Levels, *, now: datetime) -> dict[str, Any]:
    """The next cases and where their reader stands."""
    return {
        "cases": [case(brief) for brief in given.briefs],
        "standing": standing(given.limits, given.pictures, now=now),
        "levels": {"rest": levels.rest, "reveal": levels.reveal},
        "last_vote": str(given.last_vote.code) if given.last_vote else None,
    }


def case(brief: Brief) -> dict[str, Any]:
    """A case as its reader meets it."""
    return {
        "code": str(brief.case.code),
        "edition": brief.edition,
        "members": len(brief.members),
        "sightings": brief.sightings,
        "deliveries": brief.deliveries,
        "reasons": list(brief.reasons),
        "lines": [*map(_contradicted, brief.contradictions), *map(_line, brief.lines)],
        "sheets": [_sheet(page) for page in sheets.pages(brief.members)],
    }


def standing(limits: Limits, pictures: dict[int, int], *, now: datetime) -> dict[str, Any]:
    """What she has seen today, what is left, and when it goes on once nothing is."""
    goes_on = limits.goes_on_at
    return {
        "open": limits.open,
        "words": limits.words,
        "goes_on_at": f"{timezone.localtime(goes_on):%H:%M}" if goes_on else "",
        "goes_on_in": _seconds(goes_on - now) if goes_on else 0,
        "minutes": limits.exposure.minutes_today,
        "budget": _seconds(limits.daily) // 60,
        "until_break": _seconds(limits.until_break),
        "break_minutes": _seconds(limits.break_length) // 60,
        "pictures": [{"level": n, "words": _level_words(n), "count": pictures[n]} for n in sorted(pictures)],
    }


def _sheet(page: Any) -> dict[str, Any]:
    layout = sheets.layout(len(page))
    return {
        "width": layout.width,
        "height": layout.height,
        "tiles": [_tile(member, cell) for member, cell in zip(page, layout.cells, strict=True)],
    }


def _tile(member: Member, cell: tuple[int, int, int, int]) -> dict[str, Any]:
    return {"code": str(member.item.code), "readable": member.readable, "cell": list(cell)}


def _contradicted(found: Contradicted) -> dict[str, Any]:
    return {
        "family": found.words.rstrip("."),
        "claim": "Contradiction",
        "strength": "look closely",
        "doubt": "",
        "members": found.members,
    }


def _line(line: Line) -> dict[str, Any]:
    evidence = line.evidence
    warning = ", not validated on images of people" if evidence.family == PIXEL_DETECTORS else ""
    return {
        "family": evidence.family.replace("_", " ") + warning,
        "claim": claim_words(evidence.claim),
        "strength": evidence.strength.replace("_", " "),
        "doubt": evidence.doubt,
        "members": line.members,
    }


def _level_words(number: int) -> str:
    """The level in words; none for an original, which is no level."""
    return "" if number == ORIGINAL else LEVELS[number].words


def _seconds(length: timedelta) -> int:
    return max(int(length.total_seconds()), 0)
