"""Feedback: what partners dispute, and a curator's word on it."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from openhotline_server.accounts.gate import person, requires
from openhotline_server.accounts.permissions import Permission
from openhotline_server.console.forms import ReasonForm
from openhotline_server.console.paging import paged
from openhotline_server.console.telling import checked, telling_errors
from openhotline_server.evidence.models import Item
from openhotline_server.findings.queries import cluster_of
from openhotline_server.sharing import disputes
from openhotline_server.sharing import feedback as operations
from openhotline_server.triage.models import Case
from openhotline_server.triage.queries import find_case_of

AT_ONCE = 20


@require_GET
@requires(Permission.FEEDBACK_SETTLE)
def feedback(request: HttpRequest) -> HttpResponse:
    """Disputed entries: what the list says, what partners say, and where the case is."""
    page = paged(request, disputes.references(), size=AT_ONCE)
    rows = disputes.describe(list(page))
    shown = [(row, _case(row.item) if row.item else None) for row in rows]
    return render(request, "console/feedback.html", {"page": page, "rows": shown})


@require_POST
@requires(Permission.FEEDBACK_SETTLE)
def settle(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Keep the entry as it is, or, where it says so, withdraw it; either settles every dispute of it."""
    form = ReasonForm(request.POST)
    withdraws = request.POST.get("act") == "withdraw"
    done = "Withdrawn, and settled." if withdraws else "Settled. The entry stays as it is."
    with telling_errors(request, done=done):
        act = operations.withdraw_disputed if withdraws else operations.settle
        act(
            feedback=operations.get(code),
            sentence=checked(form)["text"],
            person=person(request),
            at=timezone.now(),
        )
    return HttpResponseRedirect(reverse("console:feedback"))


def _case(item: Item) -> Case | None:
    cluster = cluster_of(item)
    return find_case_of(cluster) if cluster else None


urls: list[URLPattern] = [
    path("feedback/", feedback, name="feedback"),
    path("feedback/<uuid:code>/settle/", settle, name="feedback_settle"),
]
