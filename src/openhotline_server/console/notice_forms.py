"""Forms about notices to the outside and the contact book."""

from __future__ import annotations

import re

from django import forms

from openhotline.errors import BadInput
from openhotline_server.notices.contact_rules import DAYS, Entry
from openhotline_server.notices.documents.plain import languages
from openhotline_server.notices.kinds import ContactKind
from openhotline_server.notices.models import PoliceAnswer, ProviderAnswer

_BETWEEN = re.compile(r"[\s,;]+")
LANGUAGES = {"de": "German", "en": "English", "es": "Spanish", "fr": "French", "nl": "Dutch"}


class DropForm(forms.Form):
    """Why a draft is not needed."""

    reason = forms.CharField(label="Why it is dropped", max_length=200, required=False)


class AnswerForm(forms.Form):
    """What a recipient answered."""

    kind = forms.ChoiceField(label="Answer", choices=ProviderAnswer.Kind.choices)
    words = forms.CharField(
        label="In their words",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="What matters in it. No imagery, nobody's private name.",
    )
    automatic = forms.BooleanField(label="A machine wrote it", required=False)


class PoliceAnswerForm(forms.Form):
    """What the police said of every address of a referral."""

    answer = forms.ChoiceField(label="The police say", choices=PoliceAnswer.Answer.choices)
    reference = forms.CharField(label="Their reference", max_length=100, required=False)


class ChosenForm(forms.Form):
    """One more notice about an address: its kind and its recipient in the contact book."""

    kind = forms.ChoiceField(label="Kind")
    contact = forms.UUIDField(label="Recipient", required=False)


class ContactForm(forms.Form):
    """An entry of the contact book."""

    name = forms.CharField(label="Name", max_length=200)
    email = forms.CharField(label="Mail address", max_length=254)
    domains = forms.CharField(
        label="Domains",
        max_length=2000,
        required=False,
        help_text="Such as example.org, separated by spaces.",
    )
    asns = forms.CharField(
        label="Networks (AS numbers)", max_length=500, required=False, help_text="Such as 64500."
    )
    countries = forms.CharField(
        label="Countries", max_length=600, required=False, help_text="Two letters each, such as NL."
    )
    language = forms.ChoiceField(label="Letters in", choices=[], initial="en")
    rests_on = forms.TypedMultipleChoiceField(
        label="Takes no letters on",
        coerce=int,
        choices=list(enumerate(DAYS)),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    wants_json = forms.BooleanField(label="Attach machine-readable documents", required=False, initial=True)
    note = forms.CharField(label="Note", max_length=500, required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        known = [(code, LANGUAGES.get(code, code)) for code in languages()]
        self.fields["language"].choices = known  # type: ignore[attr-defined]

    def entry(self) -> Entry:
        """The entry that a valid form holds; BadInput for a network that is no number."""
        values = self.cleaned_data
        numbers = [part.upper().removeprefix("AS") for part in _parts(values["asns"])]
        if not all(number.isdecimal() for number in numbers):
            raise BadInput("A network has a number, such as 64500. Correct it.")
        return Entry(
            name=values["name"],
            email=values["email"],
            domains=_parts(values["domains"]),
            asns=tuple(int(number) for number in numbers),
            countries=_parts(values["countries"]),
            language=values["language"],
            wants_json=values["wants_json"],
            rests_on=tuple(values["rests_on"]),
            note=values["note"],
        )


class NewContactForm(ContactForm):
    """A new entry, with its kind."""

    kind = forms.ChoiceField(label="What they are to us", choices=ContactKind.choices)
    field_order = ("kind",)


def initial_of(entry: Entry) -> dict[str, object]:
    """An entry as the form shows it."""
    return {
        "name": entry.name,
        "email": entry.email,
        "domains": " ".join(entry.domains),
        "asns": " ".join(str(number) for number in entry.asns),
        "countries": " ".join(entry.countries),
        "language": entry.language,
        "rests_on": list(entry.rests_on),
        "wants_json": entry.wants_json,
        "note": entry.note,
    }


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part for part in _BETWEEN.split(text) if part)
