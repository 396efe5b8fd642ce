"""The forms of the public door, and how what is written in them becomes a report."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from openhotline.addresses import find_addresses
from openhotline_server.intake.messages import LONGEST
from openhotline_server.intake.reports import Given, GivenAddress

FOUND_IN = [
    ("web", _("On a website")),
    ("app", _("In an app or a game")),
    ("chat", _("In a chat or a group")),
    ("onion", _("On an onion site (Tor)")),
    ("other", _("Somewhere else")),
]
MOST_ADDRESSES = 500
LONGEST_LIST = 40_000
LONGEST_WORDS = 3000  # with what the addresses field holds beside addresses, at most the 5,000 that are kept
LONGEST_REST = 1900
LONGEST_PLACE = 2083


def _plain(**more: str) -> dict[str, str]:
    """Nothing of a report is remembered by the browser's own help, on a machine that others use too."""
    return {"autocomplete": "off", "spellcheck": "false", **more}


class DoorForm(forms.Form):
    """A form of this door: what is wrong with a field is joined to it for those who hear the page."""

    use_required_attribute = False

    def full_clean(self) -> None:
        super().full_clean()
        for name in self.errors if self.is_bound else ():
            attributes = self.fields[name].widget.attrs
            told = attributes.get("aria-describedby", "")
            attributes["aria-describedby"] = f"{told} {name}-error".strip()


class ReportForm(DoorForm):
    """A report. Nothing is required by itself; an address or a description must be there."""

    addresses = forms.CharField(
        label=_("Addresses, one per line"),
        required=False,
        max_length=LONGEST_LIST,
        widget=forms.Textarea(
            attrs=_plain(rows="3", dir="ltr", autocapitalize="none", **{"aria-describedby": "addresses-help"})
        ),
    )
    found_in = forms.ChoiceField(
        label=_("What kind of place is it?"), choices=FOUND_IN, required=False, widget=forms.RadioSelect
    )
    words = forms.CharField(
        label=_("What should we know?"),
        required=False,
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": "5", "autocomplete": "off", "aria-describedby": "words-help"}),
    )
    at_risk_now = forms.BooleanField(
        label=_("A child may be in danger now"),
        required=False,
        widget=forms.CheckboxInput(attrs={"aria-describedby": "risk-help"}),
    )
    about_self = forms.BooleanField(
        label=_("It is a picture of me"),
        required=False,
        widget=forms.CheckboxInput(attrs={"aria-describedby": "self-help"}),
    )
    contact = forms.CharField(
        label=_("How can we reach you? (You may leave this empty)"),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs=_plain(**{"aria-describedby": "contact-help"})),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        self._places, rest = _divided(cleaned["addresses"])
        if len(rest) > LONGEST_REST or len(self._places) > MOST_ADDRESSES:
            self.add_error("addresses", _("That is too much for one report. Please send it in parts."))
        # Whoever only dares to say that it is about herself is heard too.
        if not (self._places or any(cleaned[name] for name in ("words", "at_risk_now", "about_self"))):
            self.add_error("addresses", _("Please write where it is, or describe it below."))
        cleaned["words"] = "\n\n".join(part for part in (cleaned["words"], rest) if part)
        return cleaned

    def given(self) -> Given:
        """What was reported, for the intake. Addresses within the description count too."""
        told = self.cleaned_data
        texts = dict.fromkeys([*self._places, *find_addresses(told["words"])])
        found_in = told["found_in"] or "web"
        return Given(
            addresses=tuple(GivenAddress(text=text, found_in=found_in) for text in texts),
            words=told["words"],
            contact=told["contact"],
            language=get_language() or "",
            at_risk_now=told["at_risk_now"],
            about_self=told["about_self"],
        )


class CodeForm(DoorForm):
    """The code of a receipt."""

    code = forms.CharField(
        label=_("Your code"),
        max_length=60,
        error_messages={"required": _("Please write your code.")},
        widget=forms.TextInput(
            attrs=_plain(dir="ltr", autocapitalize="characters", **{"aria-describedby": "code-help"})
        ),
    )


class MessageForm(DoorForm):
    """A message to the hotline."""

    words = forms.CharField(
        label=_("Your message"),
        max_length=LONGEST,
        error_messages={"required": _("Please write a message.")},
        widget=forms.Textarea(attrs={"rows": "4", "autocomplete": "off"}),
    )


def _divided(text: str) -> tuple[list[str], str]:
    """The places that a text names, and the lines that say more than an address.

    A line without an address may be the name of a group or an app: the intake reads it, and keeps what it cannot
    read among the words.
    """
    places: list[str] = []
    rest: list[str] = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        # A word longer than any address is not searched for one: whoever sends it has time, and this process has not.
        found = find_addresses(line) if max(map(len, line.split())) <= LONGEST_PLACE else []
        places += found or [line]
        if found != [line] and (found or len(line) > LONGEST_PLACE):
            rest.append(line)
    return list(dict.fromkeys(place for place in places if len(place) <= LONGEST_PLACE)), "\n".join(rest)
