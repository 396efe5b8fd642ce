"""The review policy: how much is read twice, and how long anybody looks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils import timezone

from openhotline_server.accounts import queries as accounts
from openhotline_server.accounts.gate import person, requires
from openhotline_server.accounts.permissions import Permission
from openhotline_server.assessment import operations
from openhotline_server.assessment import queries as assessment

EARLIER = 10


class PolicyForm(forms.Form):
    """Numbers only, each within what can be kept."""

    second_vote_percent = forms.IntegerField(
        label="Second readings",
        min_value=0,
        max_value=100,
        help_text="Percent of decided cases that a second reader answers blind, discounted ones included.",
    )
    automatic_check_percent = forms.IntegerField(
        label="Checks of automatic grades",
        min_value=0,
        max_value=100,
        help_text="Percent of the cases graded from known material that a reader answers blind.",
    )
    daily_minutes = forms.IntegerField(
        label="Looking time a day",
        min_value=1,
        max_value=600,
        help_text="Minutes for each person. Then nothing more is shown until tomorrow.",
    )
    minutes_before_break = forms.IntegerField(
        label="A break is due after",
        min_value=1,
        max_value=240,
        help_text="Minutes of looking since the last break.",
    )
    break_minutes = forms.IntegerField(
        label="Length of a break", min_value=1, max_value=120, help_text="Minutes in which nothing is shown."
    )
    last_hour = forms.IntegerField(
        label="Last hour of the day",
        min_value=1,
        max_value=24,
        help_text="Local hour from which on nothing is shown; 24 means no limit.",
    )


READING = ("second_vote_percent", "automatic_check_percent")


@requires(Permission.POLICY_SET)
def policy(request: HttpRequest) -> HttpResponse:
    """Show the policy in force, and put another one in force."""
    standing = assessment.get_policy()
    names = list(PolicyForm.base_fields)
    form = PolicyForm(request.POST or None, initial={name: getattr(standing, name) for name in names})
    if request.method == "POST" and form.is_valid():
        try:
            _set(request, form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "The policy is in force from now on. Earlier ones stay readable below.")
            return redirect("console:policy")
    earlier = list(assessment.list_policies()[:EARLIER])
    context = {
        "form": form,
        "reading": [form[name] for name in READING],
        "looking": [form[name] for name in names if name not in READING],
        "earlier": earlier,
        "names": accounts.names_by_code({p.set_by for p in earlier}),
    }
    return render(request, "console/policy.html", context)


def _set(request: HttpRequest, values: dict[str, Any]) -> None:
    new = assessment.get_policy()
    for name, value in values.items():
        setattr(new, name, value)
    operations.set_policy(policy=new, actor=str(person(request).code), at=timezone.now())


urls: list[URLPattern] = [path("policy/", policy, name="policy")]
