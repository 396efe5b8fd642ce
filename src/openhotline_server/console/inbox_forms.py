"""Forms on the page of one report from outside."""

from __future__ import annotations

from django import forms

from openhotline_server.intake.models import Mention, WithoutAddress


class MessageForm(forms.Form):
    """A message to a reporter."""

    words = forms.CharField(
        label="Your message",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="She reads it when she comes back with her code. Ask nothing that could tell who she is.",
    )


class AddressesForm(forms.Form):
    """Addresses that somebody found in a report's words."""

    addresses = forms.CharField(
        label="Addresses",
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text="One on each line, as the report has them. They come into the queue like those of any report.",
    )
    found_in = forms.ChoiceField(label="Where they lie", choices=Mention.FoundIn.choices)


class ClosingForm(forms.Form):
    """Why nothing is left to do about a report without an address."""

    outcome = forms.ChoiceField(
        label="Why nothing is left to do",
        choices=[(outcome.value, outcome.label) for outcome in WithoutAddress.CLOSING],
    )
