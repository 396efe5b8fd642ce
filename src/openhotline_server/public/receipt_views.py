"""What became of a report, by its code; and messages both ways. The code is sent, never part of an address."""

from __future__ import annotations

import time
from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from openhotline.errors import Conflict
from openhotline_server.intake.messages import answer_hotline, list_messages, mark_read
from openhotline_server.intake.receipts import find_report
from openhotline_server.pipeline.reporting import state_for_reporter
from openhotline_server.public.flood import FLOOD
from openhotline_server.public.forms import CodeForm, MessageForm
from openhotline_server.public.languages import spoken
from openhotline_server.public.networks import mark
from openhotline_server.public.showing import is_upload, show
from openhotline_server.public.state_words import words_for

if TYPE_CHECKING:
    from openhotline_server.intake.models import Report


@login_not_required
@csrf_exempt  # the code itself is the right to see and write here; there is no session to ride on
@require_http_methods(["GET", "HEAD", "POST"])
@spoken
def receipt(request: HttpRequest, language: str) -> HttpResponse:
    """Ask for the code; show what it stands for; take a message."""
    if request.method != "POST" or is_upload(request):
        return show(request, "receipt.html", "receipt", form=CodeForm())
    network, now = mark(request), time.monotonic()
    if FLOOD.guesses.left(network, now=now) < 1:
        return show(request, "receipt.html", "receipt", form=CodeForm(), status=429, too_many=True)
    form = CodeForm(request.POST)
    if not form.is_valid():
        return show(request, "receipt.html", "receipt", form=form)
    found = find_report(form.cleaned_data["code"])
    if found is None:
        FLOOD.guesses.take(network, now=now)  # only wrong codes count
        form.add_error("code", _("This code is not known here. Please look at it once more."))
        return show(request, "receipt.html", "receipt", form=form)
    return _shown(request, found, form.cleaned_data["code"], timezone.now())


def _shown(request: HttpRequest, found: Report, code: str, at: datetime) -> HttpResponse:
    form, written = _message(request, found, at)
    messages = list(list_messages(found))
    mark_read(report=found, from_reporter=False, at=at)
    return show(
        request,
        "state.html",
        "receipt",
        code=code,
        state=words_for(state_for_reporter(found).code),
        letters=messages,
        form=form,
        written=written,
    )


def _message(request: HttpRequest, found: Report, at: datetime) -> tuple[MessageForm, bool]:
    """Take the message, if one was sent with the code."""
    if "words" not in request.POST:
        return MessageForm(), False
    form = MessageForm(request.POST)
    if not form.is_valid():
        return form, False
    try:
        answer_hotline(report=found, words=form.cleaned_data["words"], at=at)
    except Conflict:
        form.add_error("words", _("You have written many messages. Please wait until we have answered."))
        return form, False
    return MessageForm(), True
