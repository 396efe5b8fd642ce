"""Notices: what is due, what waits for a person's word, what left and was not answered; one notice's page."""

from __future__ import annotations

import json
import uuid

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from openhotline_server.accounts.gate import person, requires
from openhotline_server.accounts.permissions import Permission
from openhotline_server.console.forms import DeliveryForm, NoticeForm
from openhotline_server.console.telling import checked, telling_errors
from openhotline_server.notices import operations, planning, queries, reminders
from openhotline_server.notices.kinds import NoticeKind
from openhotline_server.triage.queries import get_case

SHOWN_DUE = 50
TABS = {
    "due": "To draft",
    "waiting": "Waiting for approval",
    "sent": "Sent",
    "answers": "Answers due",
    "by_hand": "About pictures",
    "dropped": "Dropped",
}


@require_GET
@requires(Permission.NOTICE_WRITE)
def notices(request: HttpRequest) -> HttpResponse:
    """Everything that is told to the outside, by how far it is."""
    now = timezone.now()
    lists = {
        "waiting": queries.list_waiting(),
        "sent": queries.list_approved(),
        "answers": queries.list_answers_due(at=now),
        "by_hand": queries.list_by_hand(),
        "dropped": queries.list_dropped(),
    }
    if not person(request).may(Permission.NOTICE_SEND):
        del lists["by_hand"]
    counts = {name: rows.count() for name, rows in lists.items()}
    tab = request.GET.get("tab", "")
    if tab != "due" and tab not in lists:
        tab = next((name for name in ("waiting", "by_hand") if counts.get(name)), "due")
    tabs = [(name, words, counts.get(name)) for name, words in TABS.items() if name == "due" or name in lists]
    context = {"tab": tab, "tabs": tabs}
    if tab == "due":
        due = planning.list_due(limit=SHOWN_DUE)
        shown = {
            "plan": planning.plan(due),
            "words": reminders.list_words_due(at=now),
            "since": len(planning.list_traced_since(limit=SHOWN_DUE)),
        }
    else:
        page = Paginator(lists[tab], 50).get_page(request.GET.get("page"))
        shown = {"page": page, "delivery": DeliveryForm()}
    return render(request, "console/notices.html", context | shown)


@require_POST
@requires(Permission.NOTICE_SEND)
def draft(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Draft a notice about a case of pictures."""
    form = NoticeForm(request.POST)
    with telling_errors(request, done="Drafted. Download it, hand it over, and record that here."):
        values = checked(form)
        operations.draft(
            case=get_case(code),
            kind=NoticeKind(values["kind"]),
            recipient=values["recipient"],
            person=person(request),
            at=timezone.now(),
        )
    return HttpResponseRedirect(f"{reverse('console:notices')}?tab=by_hand")


@require_GET
@requires(Permission.NOTICE_WRITE)
def document(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """The notice's machine-readable record."""
    notice = queries.get_notice(code)
    if notice.case_id is not None and not person(request).may(Permission.NOTICE_SEND):
        raise PermissionDenied  # it tells what readers answered, which who still reads must not see
    response = HttpResponse(json.dumps(notice.document, indent=2) + "\n", content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="notice-{notice.code}.json"'
    return response


@require_POST
@requires(Permission.NOTICE_SEND)
def delivered(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Record that a notice was handed over."""
    form = DeliveryForm(request.POST)
    with telling_errors(request, done="Recorded as delivered."):
        operations.note_delivered(
            notice=queries.get_notice(code),
            receipt=checked(form)["receipt"],
            person=person(request),
            at=timezone.now(),
        )
    return HttpResponseRedirect(f"{reverse('console:notices')}?tab=by_hand")


urls: list[URLPattern] = [
    path("notices/", notices, name="notices"),
    path("cases/<uuid:code>/notice/", draft, name="draft_notice"),
    path("notices/<uuid:code>/document/", document, name="notice_document"),
    path("notices/<uuid:code>/delivered/", delivered, name="notice_delivered"),
]
