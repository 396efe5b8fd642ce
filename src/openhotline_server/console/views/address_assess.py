"""Assessing an address: a plain form that the keyboard fills in, and what may be done instead of it."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from openhotline.errors import OpenHotlineError
from openhotline_server.accounts.gate import person, requires
from openhotline_server.accounts.permissions import Permission
from openhotline_server.assessment.address_queries import find_like
from openhotline_server.assessment.addresses import find_address_assessment
from openhotline_server.assessment.results import jurisdictions
from openhotline_server.console.address_form import AssessmentForm, SkipForm
from openhotline_server.console.address_panel import address_panel, assessed_facts
from openhotline_server.console.session_aside import put_aside
from openhotline_server.console.telling import checked, telling_errors
from openhotline_server.console.views import desk_tree
from openhotline_server.console.views.address_queue import to_next
from openhotline_server.console.views.desk_input import answers
from openhotline_server.pipeline import address_work
from openhotline_server.triage import address_cases
from openhotline_server.triage.address_lists import find_address_holder
from openhotline_server.triage.address_queries import get_address_case
from openhotline_server.triage.models import AddressCase


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.ADDRESS_ASSESS)
def assess(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """The assessment of an address in her hands; saved, it leads to the next one."""
    who, now, case = person(request), timezone.now(), get_address_case(code)
    if request.method != "POST":
        if find_address_holder(case, at=now) != who:
            messages.error(request, "This address is not in your hands. Take it first.")
            return HttpResponseRedirect(reverse("console:address_case", args=[code]))
        return _page(
            request, case, AssessmentForm(initial={"begun_at": now.isoformat(), **_suggested(case)}), at=now
        )
    form = AssessmentForm(request.POST)
    try:
        made = address_work.assess(case=case, person=who, at=now, **form.given())
    except OpenHotlineError as error:
        return _page(request, case, form, at=now, trouble=error.message)
    if not made.outcome:
        messages.info(request, "Kept. It waits for somebody else, who does not see your answer.")
    return to_next(request)


@require_POST
@requires(Permission.ADDRESS_ASSESS)
def take(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Take one address in hand and open its assessment."""
    with telling_errors(request):
        address_cases.claim(case=get_address_case(code), person=person(request), at=timezone.now())
        return HttpResponseRedirect(reverse("console:assess_address", args=[code]))
    return HttpResponseRedirect(reverse("console:address_case", args=[code]))


@require_POST
@requires(Permission.ADDRESS_ASSESS)
def skip(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Put an address behind the others with a reason, and go on to the next one."""
    form = SkipForm(request.POST)
    with telling_errors(request, done="Skipped. Somebody else may take it."):
        reason = checked(form)["reason"]
        address_cases.skip(
            case=get_address_case(code), person=person(request), reason=reason, at=timezone.now()
        )
        put_aside(request, code)
    return to_next(request)


@require_POST
@requires(Permission.ADDRESS_ASSESS)
def release(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Put an address back where it was."""
    with telling_errors(request, done="Put back. It has the place that it had."):
        address_cases.release(case=get_address_case(code), person=person(request), at=timezone.now())
    return HttpResponseRedirect(reverse("console:address_queue"))


@require_POST
@requires(Permission.ADDRESS_ASSESS)
def undo(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Take an assessment back and open it again."""
    with telling_errors(request, done="Taken back."):
        address_work.take_back(case=get_address_case(code), person=person(request), at=timezone.now())
        return HttpResponseRedirect(reverse("console:assess_address", args=[code]))
    return HttpResponseRedirect(reverse("console:address_case", args=[code]))


@requires(Permission.ADDRESS_ASSESS)
@require_GET
@answers
def questions(request: HttpRequest, edition: str) -> HttpResponse:
    """The desk's questions, for whoever assesses addresses."""
    return desk_tree.send(request, edition)


def _page(
    request: HttpRequest, case: AddressCase, form: AssessmentForm, *, at: datetime, trouble: str = ""
) -> HttpResponse:
    standing = find_address_assessment(case)
    context = {
        "case": case,
        "form": form,
        "trouble": trouble,
        "now": at,
        "panel": address_panel(case),
        # Whoever reads after somebody who could not tell is not told so: her answer is to be her own.
        "assessment": standing if standing and standing.outcome else None,
        "facts": assessed_facts(standing),
        "undoable": address_work.what_may_be_undone(person=person(request), at=at),
        "deciding": jurisdictions()[0].code,
        "discounted": [o.code for o in jurisdictions()[0].outcomes.values() if o.needs_reason],
        "jurisdictions": len(jurisdictions()),
        "edition": desk_tree.tree().edition,
    }
    return render(request, "console/address_assess.html", context, status=400 if trouble else 200)


def _suggested(case: AddressCase) -> dict[str, object]:
    """What another address of the same domain was, which is most likely this one's too."""
    like = find_like(case)
    return {"site_type": like.site_type, "commercial": like.commercial} if like else {}


urls: list[URLPattern] = [
    path("address-cases/questions/<slug:edition>", questions, name="assessment_questions"),
    path("address-cases/<uuid:code>/assess/", assess, name="assess_address"),
    path("address-cases/<uuid:code>/take/", take, name="take_address"),
    path("address-cases/<uuid:code>/skip/", skip, name="skip_address"),
    path("address-cases/<uuid:code>/release/", release, name="release_address"),
    path("address-cases/<uuid:code>/undo/", undo, name="undo_address"),
]
