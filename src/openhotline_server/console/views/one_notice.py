"""One notice about addresses: the very letter that would leave, whether it may, and what was answered."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from openhotline_server.accounts.gate import person, requires
from openhotline_server.accounts.permissions import Permission
from openhotline_server.console.notice_forms import AnswerForm, DropForm, PoliceAnswerForm
from openhotline_server.console.telling import checked, telling_errors
from openhotline_server.notices import answers, approving, police, queries, standing
from openhotline_server.notices.kinds import NoticeKind
from openhotline_server.notices.models import Notice, NoticeAddress, PoliceAnswer, ProviderAnswer
from openhotline_server.pipeline import acting


@require_GET
@requires(Permission.NOTICE_WRITE)
def notice(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """The letter with its files, what it rests on, and what a person can do about it now."""
    now, found = timezone.now(), queries.get_notice(code)
    if found.case_id is not None and not person(request).may(Permission.NOTICE_SEND):
        raise PermissionDenied  # it tells what readers answered, which who still reads must not see
    lines = queries.list_lines(found)
    waits = bool(lines) and not (found.approved_at or found.dropped_at or found.delivered_at)
    context: dict[str, Any] = {
        "notice": found,
        "addresses": _described(found, lines),
        "waits": waits,
        "objections": standing.list_objections(found, at=now) if waits else [],
        "to_trace": len(standing.list_to_trace(found, at=now)) if waits else 0,
        "rests_until": standing.rests_until(found, at=now) if waits else "",
        "outgoing": queries.find_outgoing(found),
        "answers": answers.list_answers(found),
        "drop_form": DropForm(),
        "has_left": found.approved_at is not None or found.delivered_at is not None,
        "answer_form": AnswerForm(),
    }
    if found.kind == NoticeKind.POLICE_REFERRAL:
        context["police_form"] = PoliceAnswerForm()
    return render(request, "console/notice.html", context)


@require_POST
@requires(Permission.NOTICE_SEND)
def approve(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Let it leave."""
    return _act(
        request,
        code,
        "Approved. The letter is in the outbox.",
        lambda found: acting.approve_and_queue(notice=found, person=person(request), at=timezone.now()),
    )


@require_POST
@requires(Permission.NOTICE_WRITE)
def drop(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Drop a draft."""
    form = DropForm(request.POST)
    return _act(
        request,
        code,
        "Dropped. What is due can be drafted anew.",
        lambda found: approving.drop(
            notice=found, reason=checked(form)["reason"], person=person(request), at=timezone.now()
        ),
    )


@require_POST
@requires(Permission.NOTICE_WRITE)
def trace(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Trace its addresses now."""
    with telling_errors(request):
        cases = approving.list_cases(queries.get_notice(code))
        done = acting.trace_again(cases=cases, person=person(request), at=timezone.now())
        if done == len(cases):
            messages.success(request, "Traced again.")
        else:
            messages.error(
                request, f"{done} of {len(cases)} were traced. Asking may be switched off on this site."
            )
    return _back(code)


@require_POST
@requires(Permission.NOTICE_WRITE)
def answer(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Record what a recipient answered."""
    form = AnswerForm(request.POST)

    def keep(found: Notice) -> None:
        values = checked(form)
        answers.record_answer(
            notice=found,
            kind=ProviderAnswer.Kind(values["kind"]),
            words=values["words"],
            automatic=values["automatic"],
            person=person(request),
            at=timezone.now(),
        )

    return _act(request, code, "Recorded.", keep)


@require_POST
@requires(Permission.NOTICE_WRITE)
def police_answer(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Record what the police said of a referral's addresses."""
    form = PoliceAnswerForm(request.POST)

    def keep(found: Notice) -> None:
        values = checked(form)
        acting.police_answered_all(
            notice=found,
            answer=PoliceAnswer.Answer(values["answer"]),
            reference=values["reference"],
            person=person(request),
            at=timezone.now(),
        )

    return _act(request, code, "Recorded. The addresses moved with it.", keep)


@require_POST
@requires(Permission.NOTICE_WRITE)
def draft_due(request: HttpRequest) -> HttpResponse:
    """Draft everything that is due."""
    tab = "due"
    with telling_errors(request):
        made = acting.draft_due(at=timezone.now(), person=person(request))
        if made.notices:
            messages.success(request, f"Drafted: {len(made.notices)}. Each waits for a person's word.")
            tab = "waiting"
        else:
            messages.info(request, "Nothing could be drafted now.")
    return HttpResponseRedirect(f"{reverse('console:notices')}?tab={tab}")


def _described(found: Notice, lines: list[NoticeAddress]) -> list[dict[str, Any]]:
    said = {one["case"]: one for one in found.document.get("addresses", [])}
    return [
        {
            "case": line.case,
            "illegal_there": line.illegal_there,
            "said": said.get(str(line.case.code), {}),
            "police": police.newest_police_answer(line.case),
        }
        for line in lines
    ]


def _act(
    request: HttpRequest, code: uuid.UUID, done: str, what: Callable[[Notice], object]
) -> HttpResponseRedirect:
    with telling_errors(request, done=done):
        what(queries.get_notice(code))
    return _back(code)


def _back(code: uuid.UUID) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("console:notice", args=[code]))


urls: list[URLPattern] = [
    path("notices/draft-due/", draft_due, name="draft_due"),
    path("notices/<uuid:code>/", notice, name="notice"),
    path("notices/<uuid:code>/approve/", approve, name="approve_notice"),
    path("notices/<uuid:code>/drop/", drop, name="drop_notice"),
    path("notices/<uuid:code>/trace/", trace, name="trace_notice"),
    path("notices/<uuid:code>/answer/", answer, name="answer_notice"),
    path("notices/<uuid:code>/police/", police_answer, name="notice_police"),
]
