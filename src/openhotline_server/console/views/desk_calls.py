"""The desk's calls that change something. Each is safe to repeat, and most answer with the next cases."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from openhotline_server.accounts.gate import person, requires
from openhotline_server.accounts.permissions import Permission
from openhotline_server.assessment import desk
from openhotline_server.assessment.briefs import brief, members_of
from openhotline_server.assessment.displays import require_held
from openhotline_server.assessment.exclusion import exclude_members
from openhotline_server.console.views import desk_input as given
from openhotline_server.console.views import desk_words as words
from openhotline_server.console.views.desk_tree import require_in_tree
from openhotline_server.triage.queries import get_case


@requires(Permission.VOTE_SECOND)
@require_POST
@given.answers
def take_next(request: HttpRequest) -> HttpResponse:
    """Hand out the next cases."""
    given.read(request)
    return _go_on(request, at=timezone.now())


@requires(Permission.VOTE_SECOND)
@require_POST
@given.answers
def vote(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Take an answer, and hand out the next cases."""
    body = given.read(request, vote=given.code, facts=given.facts, ask_second=given.yes_or_no)
    require_in_tree(body["facts"])
    at = timezone.now()
    handed = desk.answer(
        case=get_case(code),
        person=person(request),
        facts=body["facts"],
        ask_second=body["ask_second"],
        code=body["vote"],
        at=at,
        without=given.aside(request),
    )
    return _told(request, handed, at=at)


@requires(Permission.VOTE_SECOND)
@require_POST
@given.answers
def undo(request: HttpRequest) -> HttpResponse:
    """Take back the last answer and give its case again."""
    body = given.read(request, vote=given.code)
    at = timezone.now()
    case = desk.take_back(person=person(request), code=body["vote"], at=at)
    return _go_on(request, at=at, back=words.case(brief(case)))


@requires(Permission.VOTE_SECOND)
@require_POST
@given.answers
def skip(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Put a case aside with a reason, and hand out the next ones."""
    body = given.read(request, reason=given.sentence)
    at = timezone.now()
    desk.put_aside(case=get_case(code), person=person(request), reason=body["reason"], at=at)
    given.put_aside(request, code)
    return _go_on(request, at=at)


@requires(Permission.VOTE_SECOND)
@require_POST
@given.answers
def exclude(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Take members out of a case, and give the case again as it is now."""
    body = given.read(request, tiles=given.codes)
    at, case = timezone.now(), get_case(code)
    require_held(person(request), case, at=at)
    wanted = set(body["tiles"])
    items = [m.item for m in members_of(case) if m.item.code in wanted]
    exclude_members(case=case, items=items, person=person(request), at=at)
    return _go_on(request, at=at, back=words.case(brief(case)))


@requires(Permission.VOTE_SECOND)
@require_POST
@given.answers
def choose_levels(request: HttpRequest) -> HttpResponse:
    """Remember how much this reader wants to be shown."""
    body = given.read(request, rest=given.level, reveal=given.level)
    given.choose_levels(request, given.Levels(body["rest"], body["reveal"]))
    return JsonResponse({"levels": body})


@requires(Permission.VOTE_SECOND)
@require_POST
@given.answers
def rest(request: HttpRequest) -> HttpResponse:
    """Take a break: give everything back. The count of displays shows by itself how long it lasted."""
    given.read(request)
    at = timezone.now()
    desk.rest(person=person(request), at=at)
    return JsonResponse({"standing": _standing(request, at=at)})


@requires(Permission.VOTE_SECOND)
@require_GET
@given.answers
def stand(request: HttpRequest) -> HttpResponse:
    """Where this reader stands, and a fresh token for whoever signed in again elsewhere. Hands out nothing."""
    return JsonResponse({"standing": _standing(request, at=timezone.now()), "token": get_token(request)})


def _standing(request: HttpRequest, *, at: datetime) -> dict[str, Any]:
    limits, pictures = desk.where(person=person(request), at=at)
    return words.standing(limits, pictures, now=at)


def _go_on(request: HttpRequest, *, at: datetime, **more: Any) -> HttpResponse:
    handed = desk.hand_out(person=person(request), at=at, without=given.aside(request))
    return _told(request, handed, at=at, **more)


def _told(request: HttpRequest, handed: desk.HandOut, *, at: datetime, **more: Any) -> HttpResponse:
    return JsonResponse({**words.handed_out(handed, given.levels(request), now=at), **more})


urls: list[URLPattern] = [
    path("desk/next", take_next, name="desk-next"),
    path("desk/standing", stand, name="desk-standing"),
    path("desk/undo", undo, name="desk-undo"),
    path("desk/levels", choose_levels, name="desk-levels"),
    path("desk/rest", rest, name="desk-rest"),
    path("desk/cases/<uuid:code>/vote", vote, name="desk-vote"),
    path("desk/cases/<uuid:code>/skip", skip, name="desk-skip"),
    path("desk/cases/<uuid:code>/exclude", exclude, name="desk-exclude"),
]
