"""XARF v4 ``content/csam``: one JSON report an address. Its class is given only where a file gives it; no imagery.

The format knows the classes ``baseline``, ``A1``, ``A2``, ``B1`` and ``B2``. Letters there mean age; a letter of our
own law means severity and never becomes one of them. Where no file gives a class, the plain notice goes alone.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from openhotline_server.notices.documents.told import Attachment, Sender, Told

XARF_VERSION = "4.2.0"
NCMEC_CLASSES = ("A1", "A2", "B1", "B2")
_DOMAIN = re.compile(r"([a-z0-9]+(-[a-z0-9]+)*\.)+[a-z]{2,}")
_TAG_PART = re.compile(r"[^a-z0-9_+-]+")


@dataclass(frozen=True)
class Classed:
    """The class of this format, or a sentence why there is none."""

    value: str
    why_not: str = ""


def classify(told: Told, *, sender: Sender) -> Classed:
    """Give the class, by explicit rule and in this order.

    1. A report says that the material is criminal: none where the host's own law says that it is not.
    2. It names us by mail and domain: none as long as we have no mail address.
    3. The NCMEC file's class where that file gives all of it.
    4. ``baseline`` where the INTERPOL file says so, and nowhere else.
    """
    if told.law.illegal is False:
        return Classed("", "the material is not criminal where it lies")
    if not _DOMAIN.fullmatch(sender.domain):
        return Classed("", "the hotline has no mail address to name in it")
    by_file = {result.get("jurisdiction"): result for result in told.results}
    ncmec = by_file.get("us-ncmec", {})
    if ncmec.get("outcome") == "industry_classification" and ncmec.get("grade") in NCMEC_CLASSES:
        return Classed(ncmec["grade"])
    if by_file.get("interpol-baseline", {}).get("outcome") == "baseline":
        return Classed("baseline")
    return Classed("", "no file in force gives a class of this format")


def report(
    told: Told, *, classed: Classed, sender: Sender, at: datetime, report_id: uuid.UUID
) -> dict[str, Any]:
    """One report. ``evidence`` stays empty: imagery is never attached."""
    us = {"org": sender.organisation, "contact": sender.email, "domain": sender.domain}
    document: dict[str, Any] = {
        "xarf_version": XARF_VERSION,
        "report_id": str(report_id),
        "timestamp": _moment(at),
        "reporter": us,
        "sender": us,
        "source_identifier": (told.place.ip if told.place else "") or told.host,
        "category": "content",
        "type": "csam",
        "url": told.address,
        "classification": classed.value,
        "detection_method": "manual_review",
        "verified_at": _moment(told.assessed_at),
        "verification_method": "manual",
        "evidence_source": "researcher_analysis",
        "evidence": [],
        "tags": tags(told),
        "description": f"{told.words}, as assessed under the hotline's own law.",
        **_placed(told),
    }
    if told.media_type:
        document["media_type"] = told.media_type
    return document


def attached(
    told: Sequence[Told], *, sender: Sender, at: datetime, ids: Mapping[str, uuid.UUID]
) -> tuple[list[Attachment], dict[str, str]]:
    """The reports of a notice, and by case why an address has none. ``ids`` holds a new number for each case."""
    files: list[Attachment] = []
    without: dict[str, str] = {}
    for number, one in enumerate(told, start=1):
        classed = classify(one, sender=sender)
        if not classed.value:
            without[one.case] = classed.why_not
            continue
        document = report(one, classed=classed, sender=sender, at=at, report_id=ids[one.case])
        text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
        files.append(Attachment(f"xarf-{number:03}.json", "application/json", text))
    return files, without


def tags(told: Told) -> list[str]:
    """Our own law's outcome and grade, under that file's name; and whether it is generated."""
    deciding = told.results[0].get("jurisdiction", "") if told.results else ""
    named = [(deciding, told.outcome), (deciding, f"grade-{told.grade}" if told.grade else "")]
    ai = told.recorded.get("ai", "")
    named.append(("openhotline", f"ai-{ai}" if ai not in ("", "none", "unknown") else ""))
    return [f"{_tag(left)}:{_tag(right)}" for left, right in named if _tag(left) and _tag(right)]


def _placed(told: Told) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if _DOMAIN.fullmatch(told.host):
        found["domain"] = told.host
    if told.place is None:
        return found
    if told.place.asn:
        found["asn"] = told.place.asn
    if re.fullmatch(r"[A-Z]{2}", told.place.country):
        found["country_code"] = told.place.country
    if told.place.network:
        found["hosting_provider"] = told.place.network
    return found


def _tag(text: str) -> str:
    return _TAG_PART.sub("-", text.lower()).strip("-_+")


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
