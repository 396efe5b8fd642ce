"""Small forms of the console."""

from __future__ import annotations

import uuid

from django import forms

from openhotline_server.notices.kinds import NoticeKind


class ReasonForm(forms.Form):
    """A reason in a sentence."""

    text = forms.CharField(label="Reason", min_length=5, max_length=300)


class MoveForm(forms.Form):
    """Why a case may wait, or may not any more."""

    words = forms.CharField(
        label="Why, in a sentence",
        min_length=10,
        max_length=300,
        help_text="The ledger keeps it with your name.",
    )


class NoticeForm(forms.Form):
    """Who is told, and in what shape."""

    kind = forms.ChoiceField(label="Kind", choices=NoticeKind.choices)
    recipient = forms.CharField(label="Recipient", max_length=200, help_text="The office it goes to.")


class DeliveryForm(forms.Form):
    """How a notice was handed over."""

    receipt = forms.CharField(
        label="Receipt", max_length=200, required=False, help_text="The recipient's number."
    )


class CasesForm(forms.Form):
    """Cases ticked on a page."""

    case = forms.TypedMultipleChoiceField(
        coerce=uuid.UUID, required=True, error_messages={"required": "Tick at least one case."}
    )

    def __init__(self, *args: object, codes: list[str], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["case"].choices = [(c, c) for c in codes]  # type: ignore[attr-defined]
