"""Whether a case goes to victim identification: only on a ground that somebody or something found, and which.

Grounds are an analyst's answers (vocabulary ``identifying``), a known victim, and a device whose sensor pattern an item
carries. Without one there is no referral: what identifies nobody is not passed on.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from openhotline import taxonomy
from openhotline.errors import Conflict, NotFound
from openhotline_server.assessment.addresses import find_address_assessment
from openhotline_server.assessment.queries import find_assessment, list_results
from openhotline_server.evidence.models import Item
from openhotline_server.evidence.queries import list_items
from openhotline_server.findings.origins import device_matches
from openhotline_server.findings.queries import list_members
from openhotline_server.intake.models import Mention, Report
from openhotline_server.triage.address_queries import get_address_case
from openhotline_server.triage.models import AddressCase, Case
from openhotline_server.triage.queries import get_case

VOCABULARY = "identifying"
KNOWN_VICTIM = "known_victim"
DEVICE = "device_match"
MOST_ITEMS = 1000
NO_GROUND = (
    "Nothing in this case identifies anybody, so there is no referral. Name what does in the assessment, or let the "
    "deep look compare its items with the devices first."
)


@dataclass(frozen=True)
class Ground:
    """Why victim identification should hear of it. ``said_by``: "assessment" or "finding"."""

    code: str
    words: str
    said_by: str


@dataclass(frozen=True)
class Referral:
    """What a referral is about: its grounds, its items, the address where it has one, and what was decided."""

    subject: str
    code: uuid.UUID
    grounds: tuple[Ground, ...]
    items: tuple[Item, ...]
    address: str
    address_subject: str
    facts: dict[str, Any]
    results: list[dict[str, str]]
    note: str


def find_referral(code: uuid.UUID) -> Referral:
    """The referral of an address case or a case of pictures. Raises Conflict where it has no ground."""
    try:
        found = _of_address(get_address_case(code))
    except NotFound:
        found = _of_pictures(get_case(code))
    if not found.grounds:
        raise Conflict(NO_GROUND)
    return found


def _of_address(case: AddressCase) -> Referral:
    made = find_address_assessment(case)
    if made is None:
        raise Conflict("Nobody has assessed this address yet. Assess it first.")
    mine = Mention.objects.filter(address=case.address, report__kind=Report.Kind.CYBERTIP).select_related(
        "report"
    )
    items = {item.pk: item for one in mine for item in list_items(one.report)[:MOST_ITEMS]}
    said = [Ground(code, taxonomy.label(VOCABULARY, code), "assessment") for code in made.identifying]
    held = tuple(items.values())[:MOST_ITEMS]
    return Referral(
        subject=case.subject,
        code=case.code,
        grounds=(*said, *_known_victim(made.facts), *_devices(held)),
        items=held,
        address=case.address.normal,
        address_subject=case.address.subject,
        facts=dict(made.facts),
        results=[dict(one) for one in made.results],
        note=made.note,
    )


def _of_pictures(case: Case) -> Referral:
    made = find_assessment(case)
    if made is None:
        raise Conflict("Nobody has decided this case yet. Assess it first.")
    items = tuple(list_members(case.cluster)[:MOST_ITEMS])
    results = [
        {"jurisdiction": r.jurisdiction, "edition": r.edition, "outcome": r.outcome, "grade": r.grade}
        for r in list_results(made)
    ]
    return Referral(
        subject=case.subject,
        code=case.code,
        grounds=(*_known_victim(made.facts), *_devices(items)),
        items=items,
        address="",
        address_subject="",
        facts=dict(made.facts),
        results=results,
        note="",
    )


def _known_victim(facts: dict[str, Any]) -> list[Ground]:
    if facts.get("ai") != KNOWN_VICTIM:
        return []
    return [Ground(KNOWN_VICTIM, taxonomy.label("ai", KNOWN_VICTIM), "assessment")]


def _devices(items: Sequence[Item]) -> list[Ground]:
    names = {m.device.name for found in device_matches(i.pk for i in items).values() for m in found}
    return [Ground(DEVICE, f"Sensor pattern of the device {name}", "finding") for name in sorted(names)]
