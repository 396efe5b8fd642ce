"""Facts that the counting tests answer with, and the shapes of their fixtures."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from openhotline_server.statistics.queries import Counts

if TYPE_CHECKING:
    from openhotline_server.triage.models import Case

PHOTOGRAPH = {
    "child": "yes",
    "age_band": "7-10",
    "image_type": "photograph",
    "indecent": "yes",
    "severity": "B",
    "sex": "girl",
    "ai": "none",
}
PSEUDO = PHOTOGRAPH | {"image_type": "pseudo_photograph", "severity": "C", "ai": "wholly_generated"}
PROHIBITED = {
    "child": "yes",
    "age_band": "3-6",
    "image_type": "non_photographic",
    "pornographic": "yes",
    "focus_or_act": "act",
    "grossly_offensive": "yes",
    "ai": "wholly_generated",
}
OFF_REMIT = {"child": "no", "discount_reason": "off_remit"}
UNSURE = {"child": "unsure"}

OpenCases = Callable[..., "list[Case]"]
Answer = Callable[..., None]

NOTHING = Counts(
    reports=0,
    sightings=0,
    items=0,
    unread=0,
    standing=0,
    by_state={},
    groups=(),
    second_readings=0,
    third_readings=0,
    analysts=0,
    milliseconds=0,
    exposures=0,
    originals_opened=0,
    notices_delivered=0,
    published=0,
)
