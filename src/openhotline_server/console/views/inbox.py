"""The inbox: reports from outside, those that wait for a person, and what was set aside as a flood."""

from __future__ import annotations

import uuid

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from openhotline_server.accounts.gate import person, requires
from openhotline_server.accounts.models import User
from openhotline_server.accounts.permissions import Permission
from openhotline_server.console.paging import paged
from openhotline_server.console.telling import telling_errors
from openhotline_server.console.views.address_queue import Tab
from openhotline_server.intake import inbox as intake
from openhotline_server.intake.models import Report
from openhotline_server.intake.queries import get_report
from openhotline_server.intake.without_address import closed_among, list_without_address
from openhotline_server.pipeline import reporting
from openhotline_server.triage.address_lists import states_by_report

ROWS = 25


@require_GET
@requires(Permission.ADDRESS_READ)
def inbox(request: HttpRequest) -> HttpResponse:
    """Reports from outside, the newest first; beside them what waits for an answer or for being let in."""
    lists = _lists(person(request))
    chosen = request.GET.get("show", "")
    if chosen not in lists:
        chosen = ""
    page = paged(request, lists[chosen][1], size=ROWS)
    tabs = [Tab(name, words, rows.count(), name == chosen) for name, (words, rows) in lists.items()]
    context = {
        "page": page,
        "tabs": tabs,
        "chosen": chosen,
        "brought": intake.brought_by(page),
        "closed": closed_among(page),
        "states": states_by_report(report.pk for report in page),
        "particulars": intake.particulars_of(page),
    }
    return render(request, "console/inbox.html", context)


@require_POST
@requires(Permission.REPORT_ADMIT)
def admit(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Let a report in that was set aside as part of a flood."""
    with telling_errors(request, done="Admitted. It goes on as if it had just come in."):
        reporting.admit(report=get_report(code), person=person(request), at=timezone.now())
    return HttpResponseRedirect(reverse("console:inbox") + "?show=quarantine")


@require_POST
@requires(Permission.REPORT_ADMIT)
def refuse(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Refuse a report that was set aside as part of a flood."""
    with telling_errors(request, done="Refused. It is kept and counted, and leads to nothing."):
        reporting.refuse(report=get_report(code), person=person(request), at=timezone.now())
    return HttpResponseRedirect(reverse("console:inbox") + "?show=quarantine")


def _lists(who: User) -> dict[str, tuple[str, QuerySet[Report]]]:
    """The tabs that this person has, each with its reports."""
    found = {"": ("Reports", intake.list_inbox())}
    if who.may(Permission.REPORT_CLOSE):
        found["words"] = ("No address", list_without_address())
    if who.may(Permission.REPORTER_ANSWER):
        found["messages"] = ("Reporters wrote", intake.list_unanswered())
    if who.may(Permission.REPORT_ADMIT):
        found["quarantine"] = ("Set aside", intake.list_quarantine())
        found["refused"] = ("Refused", intake.list_refused())
    return found


urls: list[URLPattern] = [
    path("inbox/", inbox, name="inbox"),
    path("inbox/<uuid:code>/admit/", admit, name="admit_report"),
    path("inbox/<uuid:code>/refuse/", refuse, name="refuse_report"),
]
