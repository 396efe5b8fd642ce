"""The queue of addresses: what waits for this person, what is under way, and who has it in hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from openhotline_server.accounts.gate import person, requires
from openhotline_server.accounts.permissions import Permission
from openhotline_server.assessment.results import jurisdictions
from openhotline_server.console.paging import paged
from openhotline_server.console.session_aside import aside
from openhotline_server.pipeline.address_work import take_next, what_may_be_undone
from openhotline_server.triage.address_lists import FINISHED, list_addresses, with_holder
from openhotline_server.triage.address_queries import counts, waiting_for
from openhotline_server.triage.models import AddressCase

ROWS = 25
S = AddressCase.State
TABS: tuple[tuple[str, str, tuple[AddressCase.State, ...]], ...] = (
    ("new", "Wait for an analyst", (S.NEW,)),
    ("police", "With the police", (S.REFERRED, S.ON_HOLD)),
    ("to_tell", "To be told", (S.TO_TELL,)),
    ("watched", "Watched", (S.WATCHED,)),
    ("finished", "Finished", FINISHED),
)


@dataclass(frozen=True)
class Tab:
    """One tab: its name in the address of the page, its words, and how many stand there."""

    name: str
    words: str
    count: int
    here: bool


@require_GET
@requires(Permission.ADDRESS_READ)
def queue(request: HttpRequest) -> HttpResponse:
    """An analyst begins with what waits for her, a manager with everything that waits; the tabs lead on."""
    who, now = person(request), timezone.now()
    assesses = who.may(Permission.ADDRESS_ASSESS)
    names = {name: states for name, _, states in TABS}
    chosen = request.GET.get("state", "")
    if chosen not in names:
        chosen = "" if assesses else "new"
    hers = waiting_for(who, at=now) if assesses else None
    shown = _shown(hers, names.get(chosen), at=now)
    context: dict[str, Any] = {
        "page": paged(request, shown, size=ROWS),
        "tabs": _tabs(chosen, hers),
        "chosen": chosen,
        "now": now,
        "manages": who.may(Permission.QUEUE_MANAGE),
        "undoable": what_may_be_undone(person=who, at=now) if assesses else None,
        "deciding": jurisdictions()[0].code,
    }
    return render(request, "console/address_queue.html", context)


@require_POST
@requires(Permission.ADDRESS_ASSESS)
def next_address(request: HttpRequest) -> HttpResponse:
    """Claim the next address for her and open its assessment."""
    return to_next(request)


def to_next(request: HttpRequest) -> HttpResponse:
    """Go on to the next address that waits for whoever asks; to the queue when none does."""
    case = take_next(person=person(request), at=timezone.now(), without=aside(request))
    if case is None:
        messages.info(request, "Nothing waits for you. A new report appears here by itself.")
        return HttpResponseRedirect(reverse("console:address_queue"))
    return HttpResponseRedirect(reverse("console:assess_address", args=[case.code]))


def _shown(
    hers: QuerySet[AddressCase] | None, states: tuple[AddressCase.State, ...] | None, *, at: datetime
) -> QuerySet[AddressCase]:
    if states is not None:
        return list_addresses(states=states, at=at)
    assert hers is not None  # only who assesses has a list of her own
    return with_holder(hers, at=at)


def _tabs(chosen: str, hers: QuerySet[AddressCase] | None) -> list[Tab]:
    where = counts()
    mine = [Tab("", "For you", hers.count(), chosen == "")] if hers is not None else []
    return mine + [
        Tab(name, words, sum(where.get(state, 0) for state in states), name == chosen)
        for name, words, states in TABS
    ]


urls: list[URLPattern] = [
    path("address-cases/", queue, name="address_queue"),
    path("address-cases/next/", next_address, name="next_address"),
]
