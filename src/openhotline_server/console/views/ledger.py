"""The ledger: search it, and let the machine check that nothing in it was altered."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_POST

from openhotline.errors import ChainBroken
from openhotline_server.accounts import queries as accounts
from openhotline_server.accounts.gate import person, requires
from openhotline_server.accounts.permissions import Permission
from openhotline_server.assessment import blindness
from openhotline_server.console.paging import paged
from openhotline_server.intake.messages import REPORTER
from openhotline_server.ledger import queries as ledger
from openhotline_server.ledger.events import COMMAND_LINE, SYSTEM, Event

ROWS = 50
ANY = [("", "Anything")]


class Search(forms.Form):
    """What to look for; every part may be left out."""

    event = forms.ChoiceField(label="What happened", required=False)
    actor = forms.ChoiceField(label="By whom", required=False)
    subject = forms.CharField(
        label="To what",
        required=False,
        max_length=96,
        widget=forms.TextInput(attrs={"placeholder": "case:… item:… report:…"}),
    )
    on = forms.DateField(label="On the day", required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        people = [(str(p.code), p.display_name) for p in accounts.list_people()]
        machines = [(SYSTEM, "The system"), (COMMAND_LINE, "The command line"), (REPORTER, "A reporter")]
        events = [(e.value, e.value.replace(".", " ").replace("_", " ")) for e in Event]
        for name, choices in (("event", events), ("actor", [*people, *machines])):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = ANY + choices

    def wanted(self) -> dict[str, str | date]:
        """The parts that were given and understood."""
        return {name: value for name, value in self.cleaned_data.items() if value} if self.is_valid() else {}


@requires(Permission.LEDGER_READ)
def lines(request: HttpRequest) -> HttpResponse:
    """Lines that fit, newest first. What tells of votes is hidden from whoever may still vote on the case."""
    form = Search(request.GET or {})
    found = ledger.search(**form.wanted())  # type: ignore[arg-type]
    page = paged(request, found, size=ROWS)
    telling = [line.subject for line in page if line.event in blindness.TELLING]
    context = {
        "form": form,
        "page": page,
        "telling": blindness.TELLING,
        "hidden": blindness.hidden_from(person(request), telling, at=timezone.now()),
        "names": accounts.names_by_code({line.actor for line in page}),
        "length": ledger.length(),
        "checkpoint": ledger.find_last_checkpoint(),
    }
    return render(request, "console/ledger.html", context)


@requires(Permission.LEDGER_READ)
@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """Walk the whole chain and say what came of it."""
    try:
        verified = ledger.verify()
    except ChainBroken as broken:
        messages.error(
            request, f"The ledger does not hold from line {broken.sequence:,} on. {broken.message}"
        )
    else:
        messages.success(
            request,
            f"The ledger holds: {verified.lines:,} lines follow from one another, and "
            f"{verified.checkpoints:,} signed checkpoints agree with them. "
            f"Its last digest begins with {verified.head[:16]}.",
        )
    return redirect("console:ledger")


urls: list[URLPattern] = [
    path("ledger/", lines, name="ledger"),
    path("ledger/verify/", verify, name="ledger_verify"),
]
