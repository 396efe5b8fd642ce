"""The first step: a look at every item by the confined decoder."""

from __future__ import annotations

from datetime import datetime

from openhotline.media import confined
from openhotline_server.evidence import queries as evidence
from openhotline_server.evidence.operations import keep_previews
from openhotline_server.findings import queries
from openhotline_server.findings.answers import LOOK_ENTRY, found_in
from openhotline_server.findings.operations import record_examinations
from openhotline_server.intake.models import Report

LOOK: dict[str, object] = {
    "mode": "fast"
}  # bulk: hashed from a scaled decode, strictly where the self-check asks for it
AT_ONCE = 64


def examine(*, report: Report, at: datetime) -> None:
    """Look at the items of a report that nobody has looked at: those that did not come by an import."""
    waiting = list(queries.list_unexamined(evidence.list_items(report))[:AT_ONCE])
    if not waiting:
        return
    with confined.Pool(LOOK_ENTRY, workers=1) as pool:
        while waiting:
            jobs = ((item, evidence.original(item), LOOK) for item in waiting)
            looked = {item: found_in(reply) for item, reply in pool.map(jobs)}
            keep_previews({item: preview for item, (_, preview) in looked.items() if preview})
            record_examinations(found={item: found for item, (found, _) in looked.items()}, at=at)
            waiting = list(queries.list_unexamined(evidence.list_items(report))[:AT_ONCE])
