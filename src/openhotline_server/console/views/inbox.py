"""The inbox: reports from outside, what was set aside as a flood, and what is said with reporters."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from openhotline_server.accounts import queries as accounts
from openhotline_server.accounts.gate import person, requires
from openhotline_server.accounts.models import User
from openhotline_server.accounts.permissions import Permission
from openhotline_server.console.address_form import MessageForm
from openhotline_server.console.paging import paged
from openhotline_server.console.telling import checked, telling_errors
from openhotline_server.console.views.address_queue import Tab
from openhotline_server.intake import inbox as intake
from openhotline_server.intake.messages import ask_reporter, list_messages, mark_read
from openhotline_server.intake.models import Report
from openhotline_server.intake.queries import get_report, list_mentions
from openhotline_server.ledger import queries as ledger
from openhotline_server.pipeline import reporting
from openhotline_server.triage.address_lists import cases_by_address, states_by_report

ROWS, LINES = 25, 15
STATE_WORDS = {
    "received": "Received; nobody has looked at it yet.",
    "known": "The address was known before and is in hand.",
    "in_work": "It was looked at and is being worked on.",
    "acted": "Those who can remove it were told.",
    "removed": "What was reported is gone.",
    "not_illegal": "It was looked at; the law does not forbid it.",
    "off_remit": "It was looked at; it is not what this hotline is for.",
    "set_aside": "Closed: it could not be worked with as it was.",
}


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
        "states": states_by_report(report.pk for report in page),
        "particulars": intake.particulars_of(page),
    }
    return render(request, "console/inbox.html", context)


@require_GET
@requires(Permission.ADDRESS_READ)
def inbox_report(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """One report: what it names, what its reporter wrote, and what is said with her."""
    who, found = person(request), get_report(code)
    mentions = paged(request, list_mentions(found), size=ROWS, name="addresses")
    custody = paged(request, ledger.list_of_many([found.subject]), size=LINES, name="lines")
    context: dict[str, Any] = {
        "report": found,
        "mentions": mentions,
        "cases": cases_by_address(mention.address_id for mention in mentions),
        "particulars": intake.find_particulars(found),
        "state_words": STATE_WORDS.get(reporting.state_for_reporter(found).code, ""),
        "custody": custody,
        "names": accounts.names_by_code({line.actor for line in custody}),
    }
    if who.may(Permission.REPORTER_ANSWER):
        context |= {"messages_shown": True, "talk": list(list_messages(found)), "message_form": MessageForm()}
        context["unread"] = any(one.from_reporter and one.read_at is None for one in context["talk"])
    return render(request, "console/inbox_report.html", context)


@require_POST
@requires(Permission.REPORTER_ANSWER)
def message(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Write to the reporter."""
    form = MessageForm(request.POST)
    found, now = get_report(code), timezone.now()
    with telling_errors(request, done="Written. She reads it when she comes back with her code."):
        ask_reporter(report=found, words=checked(form)["words"], person=person(request), at=now)
        mark_read(report=found, from_reporter=True, at=now)
    return HttpResponseRedirect(reverse("console:inbox_report", args=[code]))


@require_POST
@requires(Permission.REPORTER_ANSWER)
def read(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Say that what the reporter wrote was read and needs no answer."""
    with telling_errors(request, done="Noted. She sees that it was read."):
        mark_read(report=get_report(code), from_reporter=True, at=timezone.now())
    return HttpResponseRedirect(reverse("console:inbox_report", args=[code]))


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
    if who.may(Permission.REPORTER_ANSWER):
        found["messages"] = ("Reporters wrote", intake.list_unanswered())
    if who.may(Permission.REPORT_ADMIT):
        found["quarantine"] = ("Set aside", intake.list_quarantine())
        found["refused"] = ("Refused", intake.list_refused())
    return found


urls: list[URLPattern] = [
    path("inbox/", inbox, name="inbox"),
    path("inbox/<uuid:code>/", inbox_report, name="inbox_report"),
    path("inbox/<uuid:code>/message/", message, name="message_reporter"),
    path("inbox/<uuid:code>/read/", read, name="read_messages"),
    path("inbox/<uuid:code>/admit/", admit, name="admit_report"),
    path("inbox/<uuid:code>/refuse/", refuse, name="refuse_report"),
]
