"""One match: why an item is known, so that a curator can judge it without seeing a picture."""

from __future__ import annotations

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone
from django.views.decorators.http import require_GET

from openhotline_server.accounts import queries as accounts
from openhotline_server.accounts.gate import person, requires
from openhotline_server.accounts.permissions import Permission
from openhotline_server.assessment import blindness
from openhotline_server.console.bit_grids import compared
from openhotline_server.console.paging import paged
from openhotline_server.findings import queries as findings
from openhotline_server.findings import standing
from openhotline_server.ledger import queries as ledger
from openhotline_server.lists import queries as lists
from openhotline_server.triage import queries as triage

LINES = 15
NAMED = 10


@require_GET
@requires(Permission.FINDINGS_READ)
def match(request: HttpRequest, code: uuid.UUID) -> HttpResponse:
    """Both hashes as bits, the numbers that made it a match, who else says so, and what became of it."""
    who, found = person(request), standing.get_match(code)
    cluster = findings.cluster_of(found.item)
    case = triage.find_case_of(cluster) if cluster else None
    sees = case is not None and case.pk in blindness.visible_to(who, [case], at=timezone.now())
    subjects = [found.item.subject, *([case.subject] if case else [])]
    lines = ledger.list_of_many(subjects, without=() if sees else blindness.TELLING)
    trail = paged(request, lines, size=LINES, name="lines")
    others = [m for m in standing.matches_ever([found.item_id]) if m.pk != found.pk]
    context = {
        "match": found,
        "case": case,
        "sees": sees,
        "why_not": standing.why_not(found),
        "bits": compared(found.compared, found.entry.value) if found.compared else None,
        "sources": lists.list_sources(found.entry)[:NAMED] if who.may(Permission.LISTS_READ) else (),
        "others": [(m, standing.why_not(m)) for m in others],
        "agreeing": len({m.entry.hash_list_id for m in [found, *others] if not standing.why_not(m)}),
        "custody": trail,
        "names": accounts.names_by_code({line.actor for line in trail}),
    }
    return render(request, "console/match.html", context)


urls: list[URLPattern] = [path("matches/<uuid:code>/", match, name="match")]
