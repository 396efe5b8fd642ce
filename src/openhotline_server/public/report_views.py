"""The report form and the receipt that answers it.

No cookie is set or read here, so Django's own check of forms cannot work; ``tickets`` says what stands in its place.
"""

from __future__ import annotations

import hashlib
import time
from datetime import datetime

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from openhotline_server.pipeline.public_reports import receive_form
from openhotline_server.public import tickets
from openhotline_server.public.flood import FLOOD
from openhotline_server.public.forms import ReportForm
from openhotline_server.public.languages import spoken
from openhotline_server.public.networks import mark
from openhotline_server.public.showing import is_upload, show


@login_not_required
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@spoken
def report(request: HttpRequest, language: str) -> HttpResponse:
    """The form; and once it was sent, its receipt."""
    now = timezone.now()
    if request.method != "POST":
        about_self = "me" in request.GET
        form = ReportForm(initial={"about_self": about_self, "found_in": "web"})
        return _form(request, form, now, about_self=about_self)
    if is_upload(request):
        return _form(request, ReportForm(initial={"found_in": "web"}), now, status=415)
    form = ReportForm(request.POST)
    sent_ticket = request.POST.get("ticket", "")
    ticket = tickets.read(sent_ticket, at=now)
    if not form.is_valid():
        # The ticket stays good: what the browser has worked for it is not lost by a slip.
        return _form(request, form, now, ticket=sent_ticket if ticket else "")
    if ticket is None:
        return _form(request, form, now, status=409, expired=True)
    return _received(request, form, ticket, now)


def _received(request: HttpRequest, form: ReportForm, ticket: tickets.Ticket, now: datetime) -> HttpResponse:
    flood = FLOOD.is_flood(
        network=mark(request),
        nonce=ticket.nonce,
        worked=tickets.is_worked(
            request.POST["ticket"], request.POST.get("work", ""), bits=tickets.WORK_BITS
        ),
        age=ticket.age,
        now=time.monotonic(),
    )
    given = form.given()
    sent = receive_form(given=given, secret=_secret(ticket, form), flood=flood, at=now)
    return show(request, "sent.html", "report", sent=sent, given=given)


def _secret(ticket: tickets.Ticket, form: ReportForm) -> str:
    """One sending: the same form sent again is the same report, another text under the same ticket is another."""
    told = sorted((name, str(value)) for name, value in form.cleaned_data.items())
    return ticket.nonce + hashlib.sha256(repr(told).encode()).hexdigest()


def _form(
    request: HttpRequest,
    form: ReportForm,
    now: datetime,
    *,
    status: int = 200,
    ticket: str = "",
    expired: bool = False,
    about_self: bool = False,
) -> HttpResponse:
    return show(
        request,
        "report.html",
        "report",
        status=status,
        form=form,
        ticket=ticket or tickets.issue(at=now),
        bits=tickets.WORK_BITS,
        expired=expired,
        about_self=about_self,
    )
