"""The assessment of an address as a plain form. The keyboard fills in the same fields; both are read here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms

from openhotline import law, taxonomy
from openhotline.errors import BadInput
from openhotline_server.assessment.addresses import LONGEST_NOTE, MOST_COUNTED

BEGUN = "This page is not whole. Open the address anew."
QUESTION = "q_"  # before the code of a question of fact, in a field's name


class AssessmentForm(forms.Form):
    """The questions of fact, each with its options by key, then what is counted and noted."""

    begun_at = forms.CharField(widget=forms.HiddenInput, error_messages={"required": BEGUN})
    pictures = forms.IntegerField(
        label="Criminal pictures", min_value=0, max_value=MOST_COUNTED, required=False
    )
    films = forms.IntegerField(label="Criminal films", min_value=0, max_value=MOST_COUNTED, required=False)
    site_type = forms.ChoiceField(label="Kind of site", required=False)
    commercial = forms.ChoiceField(label="Commercial", required=False)
    identifying = forms.MultipleChoiceField(
        label="What may help to identify a child", required=False, widget=forms.CheckboxSelectMultiple
    )
    note = forms.CharField(
        label="Note", max_length=LONGEST_NOTE, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in law.questions():
            options = [(option.key, option.label) for option in question.options]
            self.fields[QUESTION + question.code] = forms.ChoiceField(
                label=question.label, choices=[("", "not asked"), *options], required=False
            )
        for name, vocabulary, empty in (
            ("site_type", "site_types", [("", "choose")]),
            ("commercial", "commercial", [("", "choose")]),
            ("identifying", "identifying", []),
        ):
            terms = [(term.code, term.label) for term in taxonomy.load(vocabulary).terms]
            self.fields[name].choices = [*empty, *terms]  # type: ignore[attr-defined]

    def questions(self) -> list[forms.BoundField]:
        """The fields of the questions of fact, in their order."""
        return [self[QUESTION + question.code] for question in law.questions()]

    def beside(self) -> list[forms.BoundField]:
        """The fields of what is counted and noted."""
        return [self[name] for name in ("pictures", "films", "site_type", "commercial")]

    def given(self) -> dict[str, Any]:
        """What the form says, as the operation takes it; raises BadInput with the question that is still open."""
        if not self.is_valid():
            raise BadInput(" ".join(str(e) for errors in self.errors.values() for e in errors))
        values = self.cleaned_data
        return {
            "begun_at": _moment(values["begun_at"]),
            "facts": facts_from(values),
            "pictures": values["pictures"] or 0,
            "films": values["films"] or 0,
            **{name: values[name] for name in ("site_type", "commercial", "identifying", "note")},
        }


def facts_from(values: Mapping[str, str]) -> dict[str, str]:
    """Walk through the questions with these answers; an answer to a question that is not asked counts nothing."""
    facts: dict[str, str] = {}
    while (question := law.next_question(facts)) is not None:
        key = values.get(QUESTION + question.code, "")
        chosen = next((option for option in question.options if option.key == key), None)
        if chosen is None:
            raise BadInput(f"This question is still open: {question.label}")
        facts |= chosen.sets
    return facts


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput(BEGUN) from error
    if found.tzinfo is None:
        raise BadInput(BEGUN)
    return found


class SkipForm(forms.Form):
    """Why an address is put aside."""

    reason = forms.CharField(label="Why", min_length=3, max_length=300)


class HandOverForm(forms.Form):
    """To whom an address goes, and why; nobody by name is everybody."""

    to = forms.ChoiceField(label="To whom", required=False)
    reason = forms.CharField(label="Why", min_length=3, max_length=300)

    def __init__(self, *args: Any, people: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = [("", "Everybody"), *people]  # type: ignore[attr-defined]


class OverrideForm(forms.Form):
    """Where an address lies, on a supervisor's word."""

    country = forms.CharField(
        label="Hosting country", min_length=2, max_length=2, help_text="Two letters, such as NL."
    )
    reason = forms.CharField(
        label="Why, in a sentence",
        min_length=10,
        max_length=300,
        help_text="The ledger keeps it with your name.",
    )


class PoliceForm(forms.Form):
    """What the police of our own country answered."""

    answer = forms.ChoiceField(
        label="They say",
        choices=[("authorised", "The notice may go"), ("hold", "Wait: nothing may go yet")],
    )
    reference = forms.CharField(label="Their reference", max_length=100, required=False)
