"""The queue: what waits, in the order it is worked, with the reasons for each place."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone

from openhotline_server.accounts.gate import person, requires
from openhotline_server.accounts.permissions import Permission
from openhotline_server.assessment import waiting
from openhotline_server.console.paging import paged
from openhotline_server.findings import members
from openhotline_server.triage.moves import standing_among

ROWS = 25


@requires(Permission.QUEUE_READ)
def queue(request: HttpRequest) -> HttpResponse:
    """A reader sees what she could take now; a manager everything that waits, and who holds it."""
    who, now = person(request), timezone.now()
    state = request.GET.get("state", "")
    manages = who.may(Permission.QUEUE_MANAGE)

    everything = waiting.for_manager(at=now) if manages else waiting.for_reader(who, at=now)
    counts = waiting.counts(everything)
    if state not in counts:
        state = ""
    chosen = everything.filter(state=state) if state else everything
    page = paged(request, chosen, size=ROWS)
    tabs = [("", sum(counts.values())), *counts.items()]
    return render(
        request,
        "console/queue.html",
        {
            "page": page,
            "tabs": tabs,
            "state": state,
            "manages": manages,
            "members": members.counts(case.cluster_id for case in page),
            "moved": standing_among(page) if manages else (),
        },
    )


urls: list[URLPattern] = [path("queue/", queue, name="queue")]
