"""Telling somebody of an address beside what its way asks for; and closing one that was gone before."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from openhotline_server.accounts.gate import person, requires
from openhotline_server.accounts.permissions import Permission
from openhotline_server.console.notice_forms import ChosenForm
from openhotline_server.console.telling import checked, telling_errors
from openhotline_server.notices import choosing, contacts
from openhotline_server.notices.kinds import NoticeKind
from openhotline_server.pipeline import acting
from openhotline_server.triage.address_queries import get_address_case


@require_POST
@requires(Permission.NOTICE_WRITE)
def draft_chosen(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Draft one more notice about an address, to a contact that a person chose."""
    form = ChosenForm(request.POST)
    form.fields["kind"].choices = [(kind, kind) for kind in choosing.CHOSEN]  # type: ignore[attr-defined]
    with telling_errors(request, done="Drafted."):
        values = checked(form)
        made = choosing.draft_chosen(
            kind=NoticeKind(values["kind"]),
            case=get_address_case(code),
            contact=contacts.get_contact(values["contact"]) if values["contact"] else None,
            person=person(request),
            at=timezone.now(),
        )
        return HttpResponseRedirect(reverse("console:notice", args=[made.code]))
    return HttpResponseRedirect(reverse("console:notices"))


@require_GET
@requires(Permission.NOTICE_WRITE)
def choose(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Which further notices can be drafted about an address, and to whom."""
    case = get_address_case(code)
    context = {
        "case": case,
        "offers": choosing.list_offers(case),
        "untold": case.state in acting.UNTOLD,
    }
    return render(request, "console/choose_notice.html", context)


@require_POST
@requires(Permission.NOTICE_WRITE)
def gone_before(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Close an address that was gone before anybody was told."""
    with telling_errors(request, done="Closed: it was gone before anybody was told."):
        acting.note_gone_before(case=get_address_case(code), person=person(request), at=timezone.now())
    return HttpResponseRedirect(reverse("console:choose_notice", args=[code]))


urls: list[URLPattern] = [
    path("notices/about/<uuid:code>/", choose, name="choose_notice"),
    path("notices/about/<uuid:code>/gone/", gone_before, name="gone_before"),
    path("notices/about/<uuid:code>/draft/", draft_chosen, name="draft_chosen"),
]
