"""One address's page: everything that is known of it, what was told about it, and whether it is gone."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from openhotline_server.accounts import queries as accounts
from openhotline_server.accounts.gate import person, requires
from openhotline_server.accounts.models import User
from openhotline_server.accounts.permissions import Permission
from openhotline_server.assessment.address_queries import list_address_assessments, may_assess
from openhotline_server.assessment.results import jurisdictions
from openhotline_server.console.address_form import HandOverForm, OverrideForm, PoliceForm
from openhotline_server.console.address_panel import address_panel, assessed_facts
from openhotline_server.console.paging import paged
from openhotline_server.console.telling import checked, telling_errors
from openhotline_server.ledger import queries as ledger
from openhotline_server.notices import host_law
from openhotline_server.notices.about_address import list_police_answers, list_removals, list_told
from openhotline_server.notices.models import PoliceAnswer
from openhotline_server.pipeline.acting import police_answered
from openhotline_server.pipeline.address_work import settle_place, what_may_be_undone
from openhotline_server.triage import address_cases
from openhotline_server.triage.address_lists import find_address_holder
from openhotline_server.triage.address_queries import get_address_case
from openhotline_server.triage.models import AddressCase

LINES = 15
WITH_POLICE = (AddressCase.State.REFERRED, AddressCase.State.ON_HOLD)


@require_GET
@requires(Permission.ADDRESS_READ)
def address_case(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Where an address stands and why. Nothing on the page opens it."""
    who, now, case = person(request), timezone.now(), get_address_case(code)
    made = list_address_assessments(case)
    standing = next((one for one in made if one.ended_at is None), None)
    if standing is not None and not _may_see(standing.outcome, who):
        standing = None
    panel = address_panel(case)
    told = list_told(case)
    lines = ledger.list_of_many(
        [case.subject, case.address.subject, *(one.notice.subject for one in told)],
    )
    custody = paged(request, lines, size=LINES, name="lines")
    context: dict[str, Any] = {
        "case": case,
        "now": now,
        "panel": panel,
        "points": sum(int(reason["points"]) for reason in case.reasons),
        "assessment": standing,
        "earlier": [one for one in made if one.ended_at is not None],
        "facts": assessed_facts(standing),
        "deciding": jurisdictions()[0].code,
        "told": told,
        "origin_asked": case.address.network == case.address.Network.WEB,
        "removals": list_removals(case),
        "police": list_police_answers(case),
        "custody": custody,
        "names": accounts.names_by_code({line.actor for line in custody}),
        "undoable": what_may_be_undone(person=who, at=now) if who.may(Permission.ADDRESS_ASSESS) else None,
        "free": may_assess(case, who),
    }
    if standing and standing.outcome and panel.trace and panel.trace.country:
        context["host_law"] = host_law.ask(panel.trace.country, standing.facts)
    return render(request, "console/address_case.html", context | _acts(case, who, context["police"], at=now))


def _may_see(outcome: str, who: User) -> bool:
    """An open answer of one reader stays closed to the next one, so that hers is her own."""
    return bool(outcome) or not who.may(Permission.ADDRESS_ASSESS)


def _acts(case: AddressCase, who: User, police: list[PoliceAnswer], *, at: datetime) -> dict[str, Any]:
    """The forms of what this person may do with it now."""
    holder = find_address_holder(case, at=at)
    found: dict[str, Any] = {"holder": holder, "holds": holder == who}
    if case.state in WITH_POLICE or police:
        found["police_form"] = PoliceForm()
        found["awaits_police"] = case.state in WITH_POLICE and who.may(Permission.NOTICE_WRITE)
    if who.may(Permission.TRACE_OVERRIDE):
        found["override_form"] = OverrideForm()
    if case.state in AddressCase.WAITING and _may_hand_over(who, holder):
        found["hand_over_form"] = HandOverForm(people=_analysts())
    return found


@require_POST
@requires(Permission.ADDRESS_READ)
def hand_over(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Give an address to somebody by name: whoever has it in hand, or a manager."""
    who, now, case = person(request), timezone.now(), get_address_case(code)
    form = HandOverForm(request.POST, people=_analysts())
    with telling_errors(request, done="Handed over."):
        values = checked(form)
        to = accounts.get_person(values["to"]) if values["to"] else None
        address_cases.hand_over(case=case, person=who, to=to, reason=values["reason"], at=now)
    return HttpResponseRedirect(reverse("console:address_case", args=[code]))


@require_POST
@requires(Permission.TRACE_OVERRIDE)
def override_trace(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Settle where an address lies, on a supervisor's word."""
    form = OverrideForm(request.POST)
    with telling_errors(request, done="Settled. The ledger names you and your reason."):
        values = checked(form)
        settle_place(
            case=get_address_case(code),
            country=values["country"],
            reason=values["reason"],
            person=person(request),
            at=timezone.now(),
        )
    return HttpResponseRedirect(reverse("console:address_case", args=[code]))


@require_POST
@requires(Permission.NOTICE_WRITE)
def police_answer(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Record what the police of our own country answered."""
    form = PoliceForm(request.POST)
    with telling_errors(request, done="Recorded."):
        values = checked(form)
        police_answered(
            case=get_address_case(code),
            answer=PoliceAnswer.Answer(values["answer"]),
            reference=values["reference"],
            person=person(request),
            at=timezone.now(),
        )
    return HttpResponseRedirect(reverse("console:address_case", args=[code]))


def _may_hand_over(who: User, holder: User | None) -> bool:
    return who.may(Permission.QUEUE_MANAGE) or (holder is not None and holder == who)


def _analysts() -> list[tuple[str, str]]:
    """Whoever may assess addresses, by sign-in name and name."""
    people = [one for one in accounts.list_people() if one.is_active and one.may(Permission.ADDRESS_ASSESS)]
    return [(one.username, one.display_name) for one in people]


urls: list[URLPattern] = [
    path("address-cases/<uuid:code>/", address_case, name="address_case"),
    path("address-cases/<uuid:code>/hand-over/", hand_over, name="hand_over_address"),
    path("address-cases/<uuid:code>/trace/", override_trace, name="override_trace"),
    path("address-cases/<uuid:code>/police/", police_answer, name="police_answer"),
]
