"""How far first and second readers agree, question by question."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path

from openhotline_server.accounts.gate import requires
from openhotline_server.accounts.permissions import Permission
from openhotline_server.assessment.agreement import MIN_PAIRS, by_question
from openhotline_server.assessment.queries import list_first_and_second


@requires(Permission.AGREEMENT_READ)
def agreement(request: HttpRequest) -> HttpResponse:
    """Cohen's kappa and Krippendorff's alpha over all cases that two people read."""
    pairs = list_first_and_second()
    context = {"rows": by_question(pairs), "pairs": len(pairs), "minimum": MIN_PAIRS}
    return render(request, "console/agreement.html", context)


urls: list[URLPattern] = [path("agreement/", agreement, name="agreement")]
