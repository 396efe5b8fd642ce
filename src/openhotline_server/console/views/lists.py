"""The lists: their editions, what stands on ours, and the log behind it."""

from __future__ import annotations

import uuid

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from openhotline_server.accounts.gate import person, requires
from openhotline_server.accounts.permissions import Permission
from openhotline_server.console.forms import ReasonForm
from openhotline_server.console.telling import checked, telling_errors
from openhotline_server.evidence.queries import get_item
from openhotline_server.lists import queries
from openhotline_server.sharing import operations
from openhotline_server.sharing import queries as sharing


@require_GET
@requires(Permission.LISTS_READ)
def lists(request: HttpRequest) -> HttpResponse:
    """Every list with its edition in force, and our own log, newest first."""
    shown = [(found, queries.find_edition(found)) for found in queries.list_lists()]
    own = queries.find_own_list()
    log = (
        Paginator(sharing.log(own).order_by("-sequence"), 50).get_page(request.GET.get("page"))
        if own
        else None
    )
    return render(
        request,
        "console/lists.html",
        {"lists": shown, "page": log, "form": ReasonForm()},
    )


@require_POST
@requires(Permission.PUBLISH)
def withdraw(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Take one item off our list, with a reason."""
    form = ReasonForm(request.POST)
    with telling_errors(request, done="Withdrawn. Everybody who takes our list is told by a tombstone."):
        operations.withdraw(
            item=get_item(code), reason=checked(form)["text"], person=person(request), at=timezone.now()
        )
    return HttpResponseRedirect(reverse("console:lists"))


urls: list[URLPattern] = [
    path("lists/", lists, name="lists"),
    path("lists/own/<uuid:code>/withdraw/", withdraw, name="withdraw"),
]
