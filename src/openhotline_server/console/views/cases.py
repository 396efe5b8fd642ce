"""One case's page: everything that is known of it, and no picture."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone

from openhotline_server.accounts import queries as accounts
from openhotline_server.accounts.gate import person, requires
from openhotline_server.accounts.permissions import Permission
from openhotline_server.assessment import blindness, moving, origin
from openhotline_server.assessment import queries as assessment
from openhotline_server.console.forms import MoveForm, NoticeForm
from openhotline_server.console.origin_panel import panel
from openhotline_server.console.paging import paged
from openhotline_server.findings import members
from openhotline_server.findings import queries as findings
from openhotline_server.findings.matches import list_unmatchable
from openhotline_server.findings.standing import matches_ever, why_not
from openhotline_server.ledger import queries as ledger
from openhotline_server.triage import moves
from openhotline_server.triage import queries as triage

MEMBERS = 20
LINES = 15


@requires(Permission.CASE_READ)
def case(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Where a case stands and why; votes and results only for those who may see them."""
    who, now = person(request), timezone.now()
    found = triage.get_case(code)
    sees = found.pk in blindness.visible_to(who, [found], at=now)
    rows = paged(request, members.list_memberships(found.cluster), size=MEMBERS, name="members")
    items = [row.item for row in rows]

    keys = [item.pk for item in items]
    matches = findings.matches_for(keys)
    counting = {m.pk for found_here in matches.values() for m in found_here}
    poor = list_unmatchable(keys)
    lines = ledger.list_of_many(
        [found.subject, *(item.subject for item in items)], without=() if sees else blindness.TELLING
    )
    custody = paged(request, lines, size=LINES, name="lines")
    standing = assessment.find_assessment(found) if sees else None
    results = assessment.list_results(standing) if standing else ()
    votes = assessment.list_votes(found)
    context: dict[str, Any] = {
        "case": found,
        "sees": sees,
        "holder": triage.find_holder(found, at=now),
        "points": sum(int(reason["points"]) for reason in found.reasons),
        "member_page": rows,
        "members": members.describe(list(rows)),
        "matches": [(m, item) for item in items for m in matches.get(item.pk, [])],
        "silent": [(m, why_not(m)) for m in matches_ever(keys) if m.pk not in counting],
        "poor": [(poor[item.pk], item) for item in items if item.pk in poor],
        "origin": panel(items, stated=origin.shown_to(who, found, at=now, sees=sees)),
        "custody": custody,
        "names": accounts.names_by_code({line.actor for line in custody}),
        "votes": votes if sees else votes.filter(person=who),
        "assessment": standing,
        # The newest edition comes last and stands for its jurisdiction.
        "results": list({result.jurisdiction: result for result in results}.values()),
    }
    ground = moving.ground_for(who, found)
    if ground is not None:
        context |= {"ground": ground, "moved": moves.find_standing(found), "move_form": MoveForm()}
    if standing and who.may(Permission.NOTICE_SEND):
        context["notice_form"] = NoticeForm()
    return render(request, "console/case.html", context)


urls: list[URLPattern] = [path("cases/<uuid:code>/", case, name="case")]
