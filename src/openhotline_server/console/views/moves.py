"""Letting a case wait behind the others of its level, and giving it its place back: a manager's decisions."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from openhotline_server.accounts.gate import person, requires
from openhotline_server.accounts.permissions import Permission
from openhotline_server.assessment import moving
from openhotline_server.console.forms import MoveForm
from openhotline_server.console.telling import checked, telling_errors
from openhotline_server.triage import moves
from openhotline_server.triage.queries import get_case


@require_POST
@requires(Permission.QUEUE_MANAGE)
def move(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Move a case behind the others of its urgency."""
    form, who, now = MoveForm(request.POST), person(request), timezone.now()
    with telling_errors(
        request, done="Moved. Its urgency is the same, and the ledger names you and your words."
    ):
        moving.move_within_level(case=get_case(code), person=who, words=checked(form)["words"], at=now)
    return HttpResponseRedirect(reverse("console:case", args=[code]))


@require_POST
@requires(Permission.QUEUE_MANAGE)
def move_back(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Give a moved case its place back."""
    form, who, now = MoveForm(request.POST), person(request), timezone.now()
    with telling_errors(request, done="It has its place back."):
        moves.undo(case=get_case(code), person=who, words=checked(form)["words"], at=now)
    return HttpResponseRedirect(reverse("console:case", args=[code]))


urls: list[URLPattern] = [
    path("cases/<uuid:code>/move/", move, name="move_case"),
    path("cases/<uuid:code>/move/back/", move_back, name="move_case_back"),
]
