"""Addresses: pages on our list, published and withdrawn by a person."""

from __future__ import annotations

import uuid

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from openhotline import taxonomy
from openhotline.errors import OpenHotlineError
from openhotline_server.accounts.gate import person, requires
from openhotline_server.accounts.permissions import Permission
from openhotline_server.console.forms import ReasonForm
from openhotline_server.console.telling import checked, telling_errors
from openhotline_server.sharing import addresses

ON_A_PAGE = 50
LONGEST_ADDRESS = 2083


class AddressForm(forms.Form):
    """An address, and what stands there in the deciding jurisdiction's words."""

    kind = forms.ChoiceField(
        label="What is published",
        choices=[("url", "This one page"), ("domain", "The whole domain: it is dedicated")],
    )
    address = forms.CharField(
        label="Address", max_length=LONGEST_ADDRESS, help_text="As it was seen, with https://."
    )
    outcome = forms.ChoiceField(label="Outcome")
    grade = forms.ChoiceField(label="Grade", required=False, help_text="Where the outcome has one.")
    ai = forms.ChoiceField(label="AI dimension")
    dedicated = forms.CharField(
        label="Why the whole domain",
        max_length=300,
        required=False,
        help_text="Only for a domain: how it is known that it serves nothing else.",
    )

    def __init__(self, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        outcomes, grades = addresses.words()
        terms = [(term.code, term.label) for term in taxonomy.load("ai").terms]
        choices = {"outcome": outcomes, "grade": [("", "none"), *((g, g) for g in grades)], "ai": terms}
        for name, values in choices.items():
            self.fields[name].choices = values  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.PUBLISH)
def shown(request: HttpRequest) -> HttpResponse:
    """What is on the list now, and a form for one more."""
    form = AddressForm(request.POST) if request.method == "POST" else AddressForm()
    if request.method == "POST" and form.is_valid() and _published(request, form):
        return HttpResponseRedirect(reverse("console:addresses"))
    page = Paginator(addresses.standing_addresses(), ON_A_PAGE).get_page(request.GET.get("page"))
    return render(
        request, "console/addresses.html", {"page": page, "form": form}, status=400 if form.errors else 200
    )


def _published(request: HttpRequest, form: AddressForm) -> bool:
    """Publish what the form says, or say beside it why not, so that nothing has to be typed again."""
    found = addresses.Found(**{**form.cleaned_data, "kind": addresses.Kind(form.cleaned_data["kind"])})
    try:
        addresses.publish_address(found=found, person=person(request), at=timezone.now())
    except OpenHotlineError as error:
        form.add_error(None, error.message)
        return False
    messages.success(request, "Published. It comes out at the feed's next time of release.")
    return True


@require_POST
@requires(Permission.PUBLISH)
def withdraw(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Take one address off our list, with a reason."""
    form = ReasonForm(request.POST)
    with telling_errors(request, done="Withdrawn. Everybody who takes the feed is told by a tombstone."):
        addresses.withdraw_address(
            reference=str(code), reason=checked(form)["text"], person=person(request), at=timezone.now()
        )
    return HttpResponseRedirect(reverse("console:addresses"))


urls: list[URLPattern] = [
    path("addresses/", shown, name="addresses"),
    path("addresses/<uuid:code>/withdraw/", withdraw, name="withdraw_address"),
]
