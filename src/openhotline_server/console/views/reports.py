"""What came in: every report, and how far one of them is."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path

from openhotline_server.accounts.gate import requires
from openhotline_server.accounts.permissions import Permission
from openhotline_server.console.paging import paged
from openhotline_server.evidence import queries as evidence
from openhotline_server.findings.origins import list_unlooked
from openhotline_server.intake import queries as intake
from openhotline_server.triage import progress
from openhotline_server.triage.address_lists import cases_by_address

ROWS = 25


@requires(Permission.REPORTS_READ)
def reports(request: HttpRequest) -> HttpResponse:
    """Every report, newest first, with what it brought."""
    page = paged(request, intake.list_reports(), size=ROWS)
    return render(request, "console/reports.html", {"page": page, "taken": progress.taken_in(page)})


@requires(Permission.REPORTS_READ)
def report(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """One report: how far it is, and the members that could not be read."""
    found = intake.get_report(code)
    failures = paged(request, evidence.list_failures(found), size=ROWS)
    mentions = paged(request, intake.list_mentions(found), size=ROWS, name="addresses")
    how_far = progress.progress(found)
    waiting = list_unlooked(evidence.list_items(found)).count()
    context = {
        "report": found,
        "progress": how_far,
        "looked_deeper": how_far.to_examine - waiting,
        "failures": failures,
        "mentions": mentions,
        "cases": cases_by_address(mention.address_id for mention in mentions),
    }
    return render(request, "console/report.html", context)


urls: list[URLPattern] = [
    path("reports/", reports, name="reports"),
    path("reports/<uuid:code>/", report, name="report"),
]
