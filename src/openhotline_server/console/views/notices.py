"""Notices: drafted about a decided case, downloaded, handed over by a person, and recorded."""

from __future__ import annotations

import json
import uuid

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
from openhotline_server.notices import operations, queries
from openhotline_server.notices.kinds import NoticeKind
from openhotline_server.triage.queries import get_case


@require_GET
@requires(Permission.NOTICE_WRITE)
def notices(request: HttpRequest) -> HttpResponse:
    """Every notice, the undelivered first."""
    page = Paginator(queries.list_notices(), 50).get_page(request.GET.get("page"))
    return render(request, "console/notices.html", {"page": page, "delivery": DeliveryForm()})


@require_POST
@requires(Permission.NOTICE_WRITE)
def draft(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Draft a notice about a case."""
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
    return HttpResponseRedirect(reverse("console:notices"))


@require_GET
@requires(Permission.NOTICE_WRITE)
def document(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """The notice as the recipient gets it."""
    notice = queries.get_notice(code)
    response = HttpResponse(json.dumps(notice.document, indent=2) + "\n", content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="notice-{notice.code}.json"'
    return response


@require_POST
@requires(Permission.NOTICE_WRITE)
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
    return HttpResponseRedirect(reverse("console:notices"))


urls: list[URLPattern] = [
    path("notices/", notices, name="notices"),
    path("cases/<uuid:code>/notice/", draft, name="draft_notice"),
    path("notices/<uuid:code>/document/", document, name="notice_document"),
    path("notices/<uuid:code>/delivered/", delivered, name="notice_delivered"),
]
