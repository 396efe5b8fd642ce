"""The forms of a list: its rules, and its end."""

from __future__ import annotations

from typing import Any

from django import forms

from openhotline import taxonomy
from openhotline_server.console.forms import ReasonForm
from openhotline_server.lists.models import HashList
from openhotline_server.lists.operations import Governance

GROUPS = {
    "Matching": ("max_distance", "min_quality", "severity", "ai", "turned"),
    "Entries and loadings": ("expires_after_days", "bad_row_percent", "withdrawal_percent"),
    "Flood": ("flood_window_hours", "flood_least_items", "flood_times_usual", "flood_least_percent"),
}


class EndingForm(ReasonForm):
    """Why a list ends, and its name once more."""

    name = forms.CharField(label="The list's name", max_length=60)


class GovernanceForm(forms.Form):
    """What a list may match, how long its entries last, and what stops it."""

    max_distance = forms.IntegerField(
        label="Threshold", min_value=0, max_value=64, help_text="Bits of 256 that may differ."
    )
    min_quality = forms.IntegerField(
        label="Least quality", min_value=0, max_value=100, help_text="Of both PDQ hashes, 0 to 100."
    )
    turned = forms.BooleanField(
        label="Turned and mirrored pictures match as well",
        required=False,
        help_text="Each picture is decoded once more for it.",
    )
    severity = forms.CharField(
        label="Severity", max_length=20, required=False, help_text="Where it holds for every entry."
    )
    ai = forms.ChoiceField(label="AI dimension", required=False, help_text="Where it holds for every entry.")
    expires_after_days = forms.IntegerField(
        label="Entries expire after",
        min_value=1,
        max_value=36500,
        required=False,
        help_text="Days; empty: never.",
    )
    bad_row_percent = forms.FloatField(
        label="Bad rows", min_value=0, max_value=100, help_text="Per cent; more of them stop a loading."
    )
    withdrawal_percent = forms.IntegerField(
        label="Withdrawals",
        min_value=0,
        max_value=100,
        help_text="Per cent of the entries; a whole list that loses more waits for a person.",
    )
    flood_window_hours = forms.IntegerField(
        label="Window", min_value=1, max_value=8760, help_text="Hours that are looked at together."
    )
    flood_least_items = forms.IntegerField(
        label="Least items", min_value=1, help_text="Fewer items say nothing."
    )
    flood_times_usual = forms.IntegerField(
        label="Times the usual", min_value=1, help_text="The usual is the share of the 90 days before."
    )
    flood_least_percent = forms.IntegerField(
        label="Least share",
        min_value=0,
        max_value=100,
        help_text="Per cent; a smaller share is no flood.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        terms = [(term.code, term.label) for term in taxonomy.load("ai").terms]
        self.fields["ai"].choices = [("", "Each entry's own"), *terms]  # type: ignore[attr-defined]

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields under the three headings that the page has for them."""
        return [(title, [self[name] for name in names]) for title, names in GROUPS.items()]

    @classmethod
    def of(cls, hash_list: HashList) -> GovernanceForm:
        """The form filled with the rules in force."""
        rules = Governance.of(hash_list)
        initial = {name: getattr(rules, name) for name in cls.base_fields if hasattr(rules, name)}
        return cls(initial=initial | dict(rules.tags))

    def governance(self) -> Governance:
        """What was filled in, as rules; call it once the form is valid."""
        values = dict(self.cleaned_data)
        tags = {name: str(values.pop(name)) for name in ("severity", "ai")}
        return Governance(**values, tags={name: value for name, value in tags.items() if value})
