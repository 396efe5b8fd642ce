"""One report from outside: what it names, what its reporter wrote, what is said with her, and what is left to do."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from openhotline.errors import OpenHotlineError
from openhotline_server.accounts import queries as accounts
from openhotline_server.accounts.gate import person, requires
from openhotline_server.accounts.permissions import Permission
from openhotline_server.console.inbox_forms import AddressesForm, ClosingForm, MessageForm
from openhotline_server.console.paging import paged
from openhotline_server.console.telling import checked, telling_errors
from openhotline_server.intake import inbox as intake
from openhotline_server.intake.drafts import count_files
from openhotline_server.intake.file_records import list_file_records, list_same_file
from openhotline_server.intake.messages import ask_reporter, list_messages, mark_read
from openhotline_server.intake.models import Report, WithoutAddress
from openhotline_server.intake.queries import get_report, list_mentions
from openhotline_server.intake.without_address import close_report, find_without_address, list_without_address
from openhotline_server.ledger import queries as ledger
from openhotline_server.pipeline import reporting
from openhotline_server.triage.address_lists import cases_by_address

ROWS, LINES, FILES, ALSO_IN = 25, 15, 25, 10
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
def inbox_report(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """One report: what it names, what its reporter wrote, and what is said with her."""
    return _shown(request, get_report(code), AddressesForm())


def _shown(
    request: HttpRequest, found: Report, addresses_form: AddressesForm, *, status: int = 200
) -> HttpResponse:
    who = person(request)
    mentions = paged(request, list_mentions(found), size=ROWS, name="addresses")
    custody = paged(request, ledger.list_of_many([found.subject]), size=LINES, name="lines")
    context: dict[str, Any] = {
        "report": found,
        "mentions": mentions,
        "cases": cases_by_address(mention.address_id for mention in mentions),
        "particulars": intake.find_particulars(found),
        "without_address": find_without_address(found),
        "files": [(row, list_same_file(row)[:ALSO_IN]) for row in list_file_records(found)[:FILES]],
        "provider_files": count_files(found),
        "state_words": STATE_WORDS.get(reporting.state_for_reporter(found).code, ""),
        "custody": custody,
        "names": accounts.names_by_code({line.actor for line in custody}),
    }
    if who.may(Permission.REPORT_CLOSE) and found.standing == Report.Standing.TAKEN:
        context["addresses_form"] = addresses_form
        if list_without_address().filter(pk=found.pk).exists():
            context["closing_form"] = ClosingForm()
    if who.may(Permission.REPORTER_ANSWER):
        context |= {"messages_shown": True, "talk": list(list_messages(found)), "message_form": MessageForm()}
        context["unread"] = any(one.from_reporter and one.read_at is None for one in context["talk"])
    return render(request, "console/inbox_report.html", context, status=status)


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
@requires(Permission.REPORT_CLOSE)
def add_addresses(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Add addresses that stand in the report's words. What cannot be read is shown again, to be put right."""
    form, found = AddressesForm(request.POST), get_report(code)
    try:
        lines = checked(form)["addresses"].splitlines()
        reporting.add_addresses(
            report=found,
            texts=lines,
            found_in=form.cleaned_data["found_in"],
            person=person(request),
            at=timezone.now(),
        )
    except OpenHotlineError as error:
        messages.error(request, error.message)
        return _shown(request, found, form, status=400)
    messages.success(request, "Added. What is new is traced and waits in the queue.")
    return HttpResponseRedirect(reverse("console:inbox_report", args=[code]))


@require_POST
@requires(Permission.REPORT_CLOSE)
def close(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Close a report that names no address; the next one that waits is a page away."""
    form, found = ClosingForm(request.POST), get_report(code)
    with telling_errors(request, done="Closed."):
        outcome = WithoutAddress.Outcome(checked(form)["outcome"])
        close_report(report=found, outcome=outcome, person=person(request), at=timezone.now())
    return HttpResponseRedirect(reverse("console:inbox") + "?show=words")


urls: list[URLPattern] = [
    path("inbox/<uuid:code>/", inbox_report, name="inbox_report"),
    path("inbox/<uuid:code>/message/", message, name="message_reporter"),
    path("inbox/<uuid:code>/read/", read, name="read_messages"),
    path("inbox/<uuid:code>/addresses/", add_addresses, name="add_addresses"),
    path("inbox/<uuid:code>/close/", close, name="close_report"),
]
