"""The outbox: letters that wait, may have left, were given up or are sent, and a person's word on what stands still."""

from __future__ import annotations

import uuid

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from openhotline_server.accounts.gate import person, requires
from openhotline_server.accounts.permissions import Permission
from openhotline_server.console.paging import paged
from openhotline_server.console.telling import checked, telling_errors
from openhotline_server.notices import outbox_queries
from openhotline_server.notices.outbox import DECISION_WORDS, DECISIONS, Decision
from openhotline_server.pipeline.outbox_health import outbox_health
from openhotline_server.pipeline.sending import decide_letter

SHOWN = 50
TABS = (
    ("uncertain", "May have left"),
    ("dead", "Given up"),
    ("waiting", "Waiting"),
    ("sending", "Being sent"),
    ("sent", "Sent"),
)
NOTHING = {
    "uncertain": "No letter is in doubt.",
    "dead": "No letter was given up.",
    "waiting": "No letter waits.",
    "sending": "No letter is being sent at this moment.",
    "sent": "No letter was sent yet.",
}


class DecisionForm(forms.Form):
    """A person's word on a letter."""

    decision = forms.ChoiceField(choices=[(one.value, one.value) for one in Decision])
    words = forms.CharField(max_length=200, required=False)


@require_GET
@requires(Permission.NOTICE_SEND)
def outbox(request: HttpRequest) -> HttpResponse:
    """One state's letters; what needs a person first."""
    counts = outbox_queries.counts()
    names = [name for name, _ in TABS]
    tab = request.GET.get("tab", "")
    if tab not in names:
        tab = next((name for name in names if counts.get(name)), "waiting")
    context = {
        "tab": tab,
        "tabs": [(name, words, counts.get(name, 0)) for name, words in TABS],
        "page": paged(request, outbox_queries.list_letters(tab), size=SHOWN),
        "decisions": [(one.value, DECISION_WORDS[one]) for one in DECISIONS.get(tab, ())],
        "nothing": NOTHING[tab],
        "alarms": outbox_health(timezone.now()),
    }
    return render(request, "console/outbox.html", context)


@require_POST
@requires(Permission.NOTICE_SEND)
def decide(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """A person's word on one letter."""
    letter = outbox_queries.get_letter(code)
    with telling_errors(request, done="Recorded."):
        values = checked(DecisionForm(request.POST))
        decide_letter(
            letter=letter,
            decision=Decision(values["decision"]),
            words=values["words"],
            person=person(request),
            at=timezone.now(),
        )
    return HttpResponseRedirect(f"{reverse('console:outbox')}?tab={letter.state}")


urls: list[URLPattern] = [
    path("outbox/", outbox, name="outbox"),
    path("outbox/<uuid:code>/decide/", decide, name="decide_letter"),
]
