"""A notice under Article 16 of Regulation (EU) 2022/2065, with every element that Article 16(2) asks for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from openhotline_server.notices import host_law
from openhotline_server.notices.documents.shapes import head, moment
from openhotline_server.notices.documents.told import Matter, Told

FORM = "openhotline/dsa16-notice/1"
ANONYMOUS = "Directive 2011/93/EU, Articles 3 to 7: no name of a submitter is needed"


def dsa16(matter: Matter) -> dict[str, Any]:
    """(a) why it is illegal, (b) where exactly, (c) who submits it, (d) in good faith."""
    until = matter.at + timedelta(days=host_law.preservation_days(matter.country))
    return {
        **head(matter, form=FORM),
        "locations": [{"url": one.address, "explanation": explanation(one)} for one in matter.told],
        "submitter": {
            "name": matter.sender.organisation,
            "email": matter.sender.email or None,
            "anonymous_basis": ANONYMOUS,
        },
        "good_faith_statement": True,
        "trusted_flagger": None,
        "le_hold": False,
        "preservation_request": {"until": moment(until)[:10]},
    }


def explanation(told: Told) -> str:
    """Article 16(2)(a) in one or two sentences: what a person found, and by which provisions."""
    said = f"A person at the hotline assessed this address: {told.words}."
    provisions = [result.get("provision", "") for result in told.results if result.get("provision")]
    ours = f" Provision: {provisions[0]}." if provisions else ""
    there = f" Where it lies: {told.law.provision}." if told.law.illegal and told.law.provision else ""
    return f"{said}{ours}{there}"
