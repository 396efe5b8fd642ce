"""The first page after signing in: what this person's role needs to know now."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone

from openhotline_server.accounts import queries as accounts
from openhotline_server.accounts.gate import person, requires
from openhotline_server.accounts.permissions import Permission
from openhotline_server.assessment import displays, waiting
from openhotline_server.assessment import queries as assessment
from openhotline_server.console.outer_overview import outer_overview
from openhotline_server.findings import members
from openhotline_server.intake.inbox import list_unanswered
from openhotline_server.intake.without_address import list_without_address
from openhotline_server.ledger import queries as ledger
from openhotline_server.lists import queries as lists
from openhotline_server.pipeline.address_work import what_may_be_undone
from openhotline_server.pipeline.origin_health import origin_health
from openhotline_server.sharing import signed_files
from openhotline_server.triage import address_queries
from openhotline_server.triage import queries as triage
from openhotline_server.triage.address_lists import with_holder

FIRST_FEW = 5


@requires(Permission.HOME)
def home(request: HttpRequest) -> HttpResponse:
    """A reader's queue and time, a manager's overview, an operator's ledger: each as far as it is hers."""
    who = person(request)
    context: dict[str, Any] = {}
    if who.may(Permission.VOTE_SECOND):
        context |= _reading(request)
    if who.may(Permission.ADDRESS_ASSESS):
        context["addresses"] = _my_addresses(request)
    if who.may(Permission.QUEUE_MANAGE):
        context["overview"] = _overview()
        context["outer"] = outer_overview(at=timezone.now())
    elif who.may(Permission.PEOPLE_READ):
        context |= _house()
    return render(request, "console/home.html", context)


def _reading(request: HttpRequest) -> dict[str, Any]:
    who, now = person(request), timezone.now()
    hers = waiting.for_reader(who, at=now)
    first = list(hers[:FIRST_FEW])
    policy = assessment.get_policy()
    return {
        "limits": displays.limits(who, now=now),
        "policy": policy,
        "pictures": sum(assessment.pictures_today(who, now=now).values()),
        "waiting": waiting.counts(hers),
        "first_cases": first,
        "members": members.counts(case.cluster_id for case in first),
    }


def _my_addresses(request: HttpRequest) -> dict[str, Any]:
    who, now = person(request), timezone.now()
    hers = address_queries.waiting_for(who, at=now)
    return {
        "now": now,
        "first": list(with_holder(hers, at=now)[:FIRST_FEW]),
        "waiting": hers.count(),
        "undoable": what_may_be_undone(person=who, at=now),
        "unread": list_unanswered().count() if who.may(Permission.REPORTER_ANSWER) else 0,
        "without_address": list_without_address().count() if who.may(Permission.REPORT_CLOSE) else 0,
    }


def _overview() -> dict[str, Any]:
    now = timezone.now()
    everything = waiting.for_manager(at=now)
    return {
        "alarms": lists.list_alarms(),
        "origin": origin_health(),
        "stale": signed_files.list_stale(at=now),
        "states": triage.counts(),
        "oldest": waiting.oldest(everything),
        "oldest_second": waiting.oldest(waiting.for_manager(at=now, state="second")),
    }


def _house() -> dict[str, Any]:
    """People and ledger: what whoever keeps the site running looks at."""
    everybody = [p for p in accounts.list_people() if p.is_active]
    factors = accounts.with_second_factor()
    return {
        "people": {"active": len(everybody), "without_factor": sum(p.pk not in factors for p in everybody)},
        "ledger_lines": ledger.length(),
        "ledger_checkpoint": ledger.find_last_checkpoint(),
    }


urls: list[URLPattern] = [path("", home, name="home")]
