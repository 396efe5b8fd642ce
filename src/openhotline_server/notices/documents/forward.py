"""Forwarding to the hotline of the hosting country. The states are those that hotlines exchange with each other."""

from __future__ import annotations

from typing import Any

from openhotline_server.notices.documents.shapes import found, head, law_there, moment, placed
from openhotline_server.notices.documents.told import Matter, Told

FORM = "openhotline/hotline-forward/1"
STATES = (
    "sent",
    "accepted",
    "rejected",
    "content_removed",
    "content_moved",
    "not_illegal_here",
    "le_hold",
    "closed",
)
"""``rejected`` comes with a reason and ``content_moved`` with the new country."""


def forward(matter: Matter) -> dict[str, Any]:
    """One record an address. The receiving hotline answers with one of ``states`` and the time of each."""
    return {
        **head(matter, form=FORM),
        "source_hotline": matter.sender.organisation,
        "target_hotline": matter.recipient,
        "states": list(STATES),
        "reports": [_record(one, matter) for one in matter.told],
    }


def classification(told: Told) -> str:
    """``baseline``, ``nationally_illegal`` or ``not_illegal``: by the INTERPOL file, else by our own law."""
    by_file = {result.get("jurisdiction"): result for result in told.results}
    if by_file.get("interpol-baseline", {}).get("outcome") == "baseline":
        return "baseline"
    return "nationally_illegal"


def _record(told: Told, matter: Matter) -> dict[str, Any]:
    place = placed(told) or {}
    return {
        "report_uuid": told.case,
        "host_country": place.get("country"),
        "url": told.address,
        "ip": place.get("ip"),
        "asn": place.get("asn"),
        "network": place.get("network"),
        "front": place.get("front"),
        "traced_at": place.get("traced_at"),
        "trace_method": "independent sources that agree, or a supervisor's decision",
        "classification": classification(told),
        "media_type": told.media_type or None,
        "found": found(told),
        "law_there": law_there(told),
        "items": [],
        "status": "sent",
        "status_times": {state: moment(matter.at) if state == "sent" else None for state in STATES},
        "le_informed_at": None,
        "provider_informed_at": None,
        "removed_at": None,
    }
