"""One list: its rules, its editions, its loadings, and the acts of whoever manages lists."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from openhotline.errors import BadInput, NotFound
from openhotline_server.accounts import queries as accounts
from openhotline_server.accounts.gate import person, requires
from openhotline_server.accounts.permissions import Permission
from openhotline_server.console.forms import ReasonForm
from openhotline_server.console.list_forms import EndingForm, GovernanceForm
from openhotline_server.console.paging import paged
from openhotline_server.console.telling import checked, telling_errors
from openhotline_server.ledger import queries as ledger
from openhotline_server.lists import index, operations, queries
from openhotline_server.lists.models import HashList
from openhotline_server.pipeline import flooding
from openhotline_server.pipeline.lists_again import put_back_and_compare

ROWS = 20
LINES = 15


@require_GET
@requires(Permission.LISTS_READ)
def one_list(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Everything about a list."""
    return _page(request, queries.get_list(code))


@require_POST
@requires(Permission.LISTS_MANAGE)
def govern(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Put other rules in force for a list."""
    found = queries.get_list(code)
    form = GovernanceForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form=form)
    with telling_errors(request, done="The rules are in force. Matches that stand keep the ones they had."):
        operations.govern(
            hash_list=found,
            governance=form.governance(),
            actor=str(person(request).code),
            at=timezone.now(),
        )
    return redirect("console:list", code)


@require_POST
@requires(Permission.LISTS_MANAGE)
def set_aside(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Let a list match no more until somebody puts it back."""
    form = ReasonForm(request.POST)
    with telling_errors(request, done="Set aside. Nothing rests on its matches until somebody puts it back."):
        operations.set_aside(
            hash_list=queries.get_list(code),
            reason=checked(form)["text"],
            actor=str(person(request).code),
            at=timezone.now(),
        )
    return redirect("console:list", code)


@require_POST
@requires(Permission.LISTS_MANAGE)
def put_back(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Let a list match again."""
    form = ReasonForm(request.POST)
    with telling_errors(request, done="Put back. It is compared with everything held."):
        put_back_and_compare(
            hash_list=queries.get_list(code),
            reason=checked(form)["text"],
            person=person(request),
            at=timezone.now(),
        )
    return redirect("console:list", code)


@require_POST
@requires(Permission.LISTS_MANAGE)
def end(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """End a list for good: its name is typed once more, because nothing brings it back."""
    found = queries.get_list(code)
    with telling_errors(request, done="Ended. It matches no more and takes no more editions."):
        asked = checked(EndingForm(request.POST))
        if asked["name"] != found.name:
            raise BadInput(f"Type the list's name, {found.name}, to end it for good. It was not ended.")
        operations.end_list(
            hash_list=found, reason=asked["text"], actor=str(person(request).code), at=timezone.now()
        )
    return redirect("console:list", code)


@require_GET
@requires(Permission.LISTS_READ)
def loading(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """One loading: what came of it, and the rows that could not be taken."""
    found = queries.get_loading(code)
    context = {
        "loading": found,
        "page": paged(request, queries.list_rejected(found), size=ROWS),
        "names": accounts.names_by_code({found.started_by}),
    }
    return render(request, "console/loading.html", context)


@require_POST
@requires(Permission.LISTS_MANAGE)
def decide(request: HttpRequest, code: uuid.UUID, word: str) -> HttpResponse:
    """Accept a stopped loading, so that it goes on, or give it up."""
    found = queries.get_loading(code)
    acts = {"accept": operations.accept_loading, "abandon": operations.abandon_loading}
    if word not in acts:
        raise NotFound("There is no such act.")
    done = {
        "accept": "Accepted. Load the same file or feed once more: it goes on where it stopped.",
        "abandon": "Given up. The edition before stays in force.",
    }[word]
    with telling_errors(request, done=done):
        acts[word](
            loading=found,
            reason=checked(ReasonForm(request.POST))["text"],
            actor=str(person(request).code),
            at=timezone.now(),
        )
    return redirect("console:loading", code)


def _page(request: HttpRequest, found: HashList, *, form: GovernanceForm | None = None) -> HttpResponse:
    editions = paged(request, queries.list_editions(found), size=ROWS, name="editions")
    loadings = paged(request, queries.list_loadings(found), size=ROWS, name="loadings")
    lines = paged(request, ledger.search(subject=found.subject), size=LINES, name="lines")
    actors = {line.actor for line in lines} | {e.loaded_by for e in editions}
    context: dict[str, Any] = {
        "list": found,
        "edition": queries.find_edition(found),
        "kinds": queries.kinds_in_force(found),
        "index": index.find_state(found),
        "share": flooding.recent_share(found, at=timezone.now()),
        "form": form or GovernanceForm.of(found),
        "reason": ReasonForm(),
        "editions": editions,
        "loadings": loadings,
        "stopped": queries.find_open_loading(found),
        "lines": lines,
        "names": accounts.names_by_code(actors),
    }
    return render(request, "console/list.html", context)


urls: list[URLPattern] = [
    path("lists/<uuid:code>/", one_list, name="list"),
    path("lists/<uuid:code>/rules/", govern, name="list_rules"),
    path("lists/<uuid:code>/set-aside/", set_aside, name="list_set_aside"),
    path("lists/<uuid:code>/put-back/", put_back, name="list_put_back"),
    path("lists/<uuid:code>/end/", end, name="list_end"),
    path("lists/loadings/<uuid:code>/", loading, name="loading"),
    path("lists/loadings/<uuid:code>/<slug:word>/", decide, name="loading_decide"),
]
