"""What the pictures of one report share about where they come from, and which reports one sensor links. No pictures."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET

from openhotline_server.accounts.gate import requires
from openhotline_server.accounts.permissions import Permission
from openhotline_server.findings.batch_origins import Shared, batch_origin
from openhotline_server.findings.origins import links_of_report
from openhotline_server.intake import queries as intake
from openhotline_server.pipeline.origin_health import origin_health

# What can be shared, in the order of the page: what a file says first, what was measured last.
KINDS = ("generator", "model_digest", "seed_family", "signer", "camera", "device")


@dataclass(frozen=True)
class Group:
    """What pictures share of one kind, the most frequent first."""

    kind: str
    rows: tuple[Shared, ...]


@require_GET
@requires(Permission.REPORTS_READ)
def origin(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """The batch page of a report: counts of what its items have in common."""
    found = intake.get_report(code)
    batch = batch_origin(found)
    links = [
        (
            link,
            *(
                (link.report_b, link.items_a, link.items_b)
                if link.report_a_id == found.pk
                else (link.report_a, link.items_b, link.items_a)
            ),
        )
        for link in links_of_report(found)
    ]
    groups = _groups(batch.shared)
    context = {
        "report": found,
        "batch": batch,
        "groups": [group for group in groups if group.rows],
        "nothing": [group.kind for group in groups if not group.rows],
        "links": links,
        "health": origin_health(),
    }
    return render(request, "console/report_origin.html", context)


def _groups(shared: Iterable[Shared]) -> list[Group]:
    rows: dict[str, list[Shared]] = {kind: [] for kind in KINDS}
    for one in shared:
        rows.setdefault(one.kind, []).append(one)
    return [Group(kind, tuple(found)) for kind, found in rows.items()]


urls: list[URLPattern] = [path("reports/<uuid:code>/origin/", origin, name="report_origin")]
