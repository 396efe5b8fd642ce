"""Publishing: confirmed material becomes entries of our own list, by a person's act."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from openhotline_server.accounts.gate import person, requires
from openhotline_server.accounts.permissions import Permission
from openhotline_server.console.forms import CasesForm
from openhotline_server.console.telling import checked, telling_errors
from openhotline_server.pipeline.lists_again import publish_and_compare
from openhotline_server.sharing import operations, queries, rules
from openhotline_server.triage.queries import get_case

AT_ONCE = 100


@require_GET
@requires(Permission.PUBLISH)
def publishing(request: HttpRequest) -> HttpResponse:
    """What could be published: confirmed cases, and those that only lack a second reader."""
    page = Paginator(queries.list_candidates(), AT_ONCE).get_page(request.GET.get("page"))
    rows = [(a, a.basis in rules.CONFIRMED_BY) for a in page]
    return render(request, "console/publishing.html", {"page": page, "rows": rows})


@require_POST
@requires(Permission.PUBLISH)
def publish(request: HttpRequest) -> HttpResponse:
    """Publish the ticked confirmed cases as one edition; send the others to a second reader."""
    form = CasesForm(request.POST, codes=request.POST.getlist("case"))
    who, now = person(request), timezone.now()
    with telling_errors(request):
        cases = [get_case(code) for code in checked(form)["case"]]
        asked = [case for case in cases if operations.ask_for_publication(case=case, person=who, at=now)]
        confirmed = [case for case in cases if case not in asked]
        if confirmed:
            entries = publish_and_compare(cases=confirmed, person=who, at=now)
            messages.success(request, f"Published {len(entries)} items as a new edition.")
        if asked:
            messages.info(request, f"{len(asked)} cases were sent to a second reader first.")
    return HttpResponseRedirect(reverse("console:publishing"))


urls: list[URLPattern] = [
    path("publishing/", publishing, name="publishing"),
    path("publishing/publish/", publish, name="publish"),
]
