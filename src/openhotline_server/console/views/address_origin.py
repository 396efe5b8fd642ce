"""What a provider stated of where an address's origin lies, kept by whoever writes to providers."""

from __future__ import annotations

import uuid

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from openhotline_server.accounts.gate import person, requires
from openhotline_server.accounts.permissions import Permission
from openhotline_server.console.telling import checked, telling_errors
from openhotline_server.pipeline.stating import keep_statement
from openhotline_server.triage.address_queries import get_address_case


class StatementForm(forms.Form):
    """At least one of country, machine and network; the operation says so where all are empty."""

    country = forms.CharField(
        label="Country of the origin", required=False, max_length=2, help_text="Two letters, such as NL."
    )
    ip = forms.GenericIPAddressField(
        label="The origin's IP address",
        required=False,
        help_text="With it, the next trace looks at that machine like at any other.",
    )
    network = forms.CharField(label="The host's name", required=False, max_length=200)
    words = forms.CharField(
        label="Where this was stated", max_length=300, help_text="The ticket, or the letter and its date."
    )


@require_http_methods(["GET", "POST"])
@requires(Permission.NOTICE_WRITE)
def address_origin(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Keep a statement; what the form says stays on the page with what is wrong."""
    case = get_address_case(code)
    form = StatementForm(request.POST or None)
    if request.method == "POST":
        with telling_errors(request, done="Kept. The address is traced anew with it."):
            values = checked(form)
            keep_statement(address=case.address, person=person(request), at=timezone.now(), **values)
            return HttpResponseRedirect(reverse("console:address_case", args=[code]))
    return render(request, "console/address_origin.html", {"form": form, "case": case})


urls: list[URLPattern] = [
    path("address-cases/<uuid:code>/origin/", address_origin, name="address_origin"),
]
