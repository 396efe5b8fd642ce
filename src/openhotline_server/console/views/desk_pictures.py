"""The only three addresses from which a picture reaches a browser. Each counts what it sends, before it sends it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from openhotline.errors import Conflict, NotFound
from openhotline_server.accounts.gate import person, requires
from openhotline_server.accounts.permissions import Permission
from openhotline_server.assessment import displays, sheets
from openhotline_server.assessment.briefs import Member, edition_of, members_of
from openhotline_server.assessment.models import Display
from openhotline_server.console.views import desk_input as given
from openhotline_server.triage.models import Case
from openhotline_server.triage.queries import get_case


@requires(Permission.VOTE_SECOND)
@require_GET
@given.answers
def sheet(request: HttpRequest, code: uuid.UUID, edition: str, page: int, level: int) -> HttpResponse:
    """One contact sheet of a case in this person's hands, no clearer than she chose."""
    given.require_level(request, given.level(level))
    at, case = timezone.now(), get_case(code)
    displays.require_held(person(request), case, at=at)
    shown = _page(_members(case, edition), page)
    drawn = sheets.draw_sheet(shown, level=level)
    displays.note_display(
        person=person(request),
        case=case,
        kind=Display.Kind.SHEET,
        level=level,
        pictures=drawn.pictures,
        at=at,
    )
    return _send(drawn)


@requires(Permission.VOTE_SECOND)
@require_GET
@given.answers
def single(request: HttpRequest, code: uuid.UUID, item: uuid.UUID, level: int) -> HttpResponse:
    """One member larger, no clearer than she chose."""
    given.require_level(request, given.level(level))
    at, case = timezone.now(), get_case(code)
    displays.require_held(person(request), case, at=at)
    member = _member(case, item)
    drawn = sheets.draw_single(member, level=level)
    displays.note_display(
        person=person(request),
        case=case,
        item=member.item,
        kind=Display.Kind.SINGLE,
        level=level,
        pictures=1,
        at=at,
    )
    return _send(drawn)


@requires(Permission.ORIGINAL_OPEN)
@require_POST
@given.answers
def original(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """An original, drawn anew, by an act with a reason."""
    body = given.read(request, item=given.code, reason=given.sentence)
    at, case = timezone.now(), get_case(code)
    member = _member(case, body["item"])
    untrusted_bytes = displays.open_original(
        person=person(request), case=case, item=member.item, reason=body["reason"], at=at
    )
    return _send(sheets.redraw(untrusted_bytes))


def _members(case: Case, edition: str) -> tuple[Member, ...]:
    members = members_of(case)
    if edition_of(members) != edition:
        raise Conflict("This group has changed since it was handed out. It is loaded anew.")
    return members


def _page(members: Sequence[Member], page: int) -> Sequence[Member]:
    found = sheets.pages(members)
    if page >= len(found):
        raise NotFound("This case has no such sheet.")
    return found[page]


def _member(case: Case, item: uuid.UUID) -> Member:
    found = next((m for m in members_of(case) if m.item.code == item), None)
    if found is None:
        raise NotFound("This case has no such member.")
    return found


def _send(drawn: sheets.Drawn) -> HttpResponse:
    response = HttpResponse(drawn.data, content_type=drawn.media_type)
    response["Cache-Control"] = "no-store"
    response["Content-Disposition"] = "inline"
    response["X-Pictures"] = str(drawn.pictures)
    return response


urls: list[URLPattern] = [
    path("desk/cases/<uuid:code>/sheet/<slug:edition>/<int:page>/<int:level>", sheet, name="desk-sheet"),
    path("desk/cases/<uuid:code>/single/<uuid:item>/<int:level>", single, name="desk-single"),
    path("desk/cases/<uuid:code>/original", original, name="desk-original"),
]
