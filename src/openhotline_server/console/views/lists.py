"""The lists: their editions, what waits for a person, and the log behind our own."""

from __future__ import annotations

import uuid

from django.db import transaction
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
from openhotline_server.evidence.queries import get_item
from openhotline_server.lists import queries
from openhotline_server.pipeline.housekeeping import publish_after_commit
from openhotline_server.pipeline.lists_again import withdraw_and_compare
from openhotline_server.sharing import queries as sharing
from openhotline_server.sharing import signed_files

LINES = 50


@require_GET
@requires(Permission.LISTS_READ)
def lists(request: HttpRequest) -> HttpResponse:
    """Every list with its edition in force and its last loading, and our own log, newest first."""
    own, files = queries.find_own_list(), signed_files.list_published()
    log = paged(request, sharing.log(own).order_by("-sequence"), size=LINES) if own else None
    context = {
        "lists": queries.list_overviews(),
        "alarms": queries.list_alarms(),
        "page": log,
        "form": ReasonForm(),
        "files": files,
        "stale": [one for one in files if one.is_stale(at=timezone.now())],
    }
    return render(request, "console/lists.html", context)


@require_POST
@requires(Permission.PUBLISH)
def withdraw(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Take one item off our list, with a reason."""
    form = ReasonForm(request.POST)
    with telling_errors(request, done="Withdrawn. Everybody who takes our list is told by a tombstone."):
        withdraw_and_compare(
            item=get_item(code), reason=checked(form)["text"], person=person(request), at=timezone.now()
        )
    return HttpResponseRedirect(reverse("console:lists"))


@require_POST
@requires(Permission.PUBLISH)
def publish_files(request: HttpRequest) -> HttpResponse:
    """Have every feed's signed files published at once."""
    with telling_errors(request, done="The worker publishes and signs them now."), transaction.atomic():
        publish_after_commit(actor=str(person(request).code))
    return HttpResponseRedirect(reverse("console:lists"))


urls: list[URLPattern] = [
    path("lists/", lists, name="lists"),
    path("lists/files/", publish_files, name="publish_files"),
    path("lists/own/<uuid:code>/withdraw/", withdraw, name="withdraw"),
]
